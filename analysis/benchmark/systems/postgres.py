"""The ancestor's PostgreSQL: one wide table of everything or of one chromosome; and raw COPY out of
the first as the limit.

They stand on the same embedded server as Snapshard's shards, each in a database of its own.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from analysis.benchmark.compilation import WINDOW, Compilation
from analysis.benchmark.groups import read_groups
from analysis.benchmark.question import Question
from analysis.benchmark.systems.sql import SqlSession, condition
from analysis.benchmark.systems.system import Unanswerable, peak_of
from analysis.source import read_chunks
from snapshard.connections import Embedded

SERVER = "server"
"""The folder of the one embedded server."""
_TABLE = """
CREATE TABLE junction (
    snaptron_id integer, chromosome text, start integer, "end" integer, length integer, strand text, annotated text,
    left_motif text, right_motif text, left_annotated text, right_annotated text, samples text, samples_count integer,
    coverage_sum integer, coverage_avg numeric, coverage_median numeric, source_dataset_id integer
)"""
_INDEX = 'CREATE INDEX ON junction (chromosome, start, "end")'
_SIZES = (
    "SELECT pg_relation_size('junction'), pg_table_size('junction'), pg_indexes_size('junction')"
)


@contextmanager
def server(folder: Path) -> Iterator[Embedded]:
    """The embedded server, started or joined."""
    embedded = Embedded(folder / SERVER)
    try:
        yield embedded
    finally:
        embedded.close()


@dataclass(frozen=True)
class Postgres:
    """The table in a database; of the chromosome only, if there is one."""

    name: str
    title: str
    database: str
    chrom: str | None = None

    def files(self, folder: Path) -> Path:
        """The server's folder, which is everybody's."""
        return folder / SERVER

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """COPY of the text as it is, in one transaction with the table's making, then the index;
        ANALYZE is not counted.
        """
        with (
            server(folder) as embedded,
            psycopg.connect(embedded.ensure_shards([self.database]).address(self.database)) as link,
        ):
            link.execute("DROP TABLE IF EXISTS junction")
            began = time.perf_counter()
            link.execute(_TABLE)
            with link.cursor().copy("COPY junction FROM STDIN (NULL '')") as copy:
                for text in self._text(compilation):
                    copy.write(text)
            copied = time.perf_counter() - began
            link.execute(_INDEX)
            link.commit()
            indexed = time.perf_counter() - began - copied
            link.autocommit = True
            link.execute("VACUUM ANALYZE junction")
        return {"rows": copied, "indexes": indexed}

    def _text(self, compilation: Compilation) -> Iterator[bytes]:
        if self.chrom is None:
            return (rows.text for rows in read_chunks(compilation.text))
        mark = f"\t{self.chrom}\t".encode()
        lines = (line for rows in read_chunks(compilation.text) for line in rows.lines())
        return (line for line in lines if mark in line[:30])

    def sizes(self, folder: Path) -> dict[str, int]:
        """The table, what is stored beside it (TOAST), its index."""
        with (
            server(folder) as embedded,
            psycopg.connect(embedded.shard_map().address(self.database)) as connection,
        ):
            main, table, indexes = connection.execute(_SIZES).fetchone()  # type: ignore[misc]
        return {"table": main, "toast": table - main, "indexes": indexes}

    @contextmanager
    def session(self, folder: Path) -> Iterator[SqlSession]:
        """A connection."""
        with (
            server(folder) as embedded,
            psycopg.connect(embedded.shard_map().address(self.database)) as connection,
        ):
            connection.autocommit = True

            def fetch(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
                if self.chrom and "chromosome = ?" not in statement:
                    raise Unanswerable("the whole genome, of a table of one chromosome")
                return connection.execute(statement.replace("?", "%s"), values).fetchall()

            yield SqlSession(fetch, read_groups(folder / "compilation"))


@dataclass(frozen=True)
class Copied:
    """What COPY alone brings out of the whole table: text in PostgreSQL's hands, not parsed by
    anybody.
    """

    name: str
    title: str
    of: Postgres

    def files(self, folder: Path) -> Path:
        """Those of the table."""
        return self.of.files(folder)

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """The table is there already."""
        return {}

    def sizes(self, folder: Path) -> dict[str, int]:
        """Nothing of its own."""
        return {}

    @contextmanager
    def session(self, folder: Path) -> Iterator["CopySession"]:
        """A connection."""
        with (
            server(folder) as embedded,
            psycopg.connect(embedded.shard_map().address(self.of.database)) as connection,
        ):
            yield CopySession(connection)


class CopySession:
    """COPY of whole rows."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self, question: Question) -> Iterator[bytes]:
        """Lines, as they arrive."""
        where, values = condition(question)
        with psycopg.ClientCursor(self._connection) as cursor:
            text = cursor.mogrify(
                f"COPY (SELECT * FROM junction WHERE {where}) TO STDOUT (NULL '')".replace(
                    "?", "%s"
                ),
                values,
            )
        with self._connection.cursor() as cursor, cursor.copy(sql.SQL(text)) as copy:
            yield from map(bytes, copy)

    def export(self, question: Question) -> Iterator[bytes]:
        """Every row."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """Of this process, in which the lines arrive."""
        return peak_of()


WHOLE = Postgres("postgres", "PostgreSQL, one table (the ancestor)", "ancestor")
ONE_CHROMOSOME = Postgres(
    "postgres-chr", "PostgreSQL, table of chr1 (the ancestor)", "ancestor-one", WINDOW.chrom
)
COPY = Copied("copy", "raw COPY of that table", WHOLE)
