"""The ancestor's PostgreSQL: one wide table of all rows or of one chromosome, and raw COPY from the
former as the upper limit of speed.

The tables are on the same embedded server as Snapshard's shards, each in a database of its own.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from analysis.benchmark.compilation import WINDOW, Compilation
from analysis.benchmark.groups import read_groups
from analysis.benchmark.question import Question
from analysis.benchmark.systems.sql import TABLE, SqlSession, condition
from analysis.benchmark.systems.system import Unanswerable, peak_of
from analysis.source import read_chunks
from snapshard.connections import Embedded

SERVER = "server"
"""The folder of the embedded server, which several systems share."""
_INDEX = 'CREATE INDEX ON junction (chromosome, start, "end")'
_SIZES = (
    "SELECT pg_relation_size('junction'), pg_table_size('junction'), pg_indexes_size('junction')"
)


@contextmanager
def server(folder: Path) -> Iterator[Embedded]:
    """The embedded server, which is started if no other program runs it."""
    embedded = Embedded(folder / SERVER)
    try:
        yield embedded
    finally:
        embedded.close()


@dataclass(frozen=True)
class Postgres:
    """A table in a database of its own; of one chromosome if `chrom` is set."""

    name: str
    title: str
    database: str
    chrom: str | None = None

    def files(self, folder: Path) -> Path:
        """The folder of the embedded server."""
        return folder / SERVER

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Copies the text unchanged in the transaction that creates the table, then builds the
        index; ANALYZE is not timed.
        """
        with (
            server(folder) as embedded,
            psycopg.connect(embedded.ensure_shards([self.database]).address(self.database)) as link,
        ):
            link.execute("DROP TABLE IF EXISTS junction")
            began = time.perf_counter()
            link.execute(TABLE)
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
        lines = chain.from_iterable(rows.lines() for rows in read_chunks(compilation.text))
        return (line for line in lines if mark in line[:30])

    def sizes(self, folder: Path) -> dict[str, int]:
        """The table, its out-of-line values (TOAST) and its index."""
        with (
            server(folder) as embedded,
            psycopg.connect(embedded.shard_map().address(self.database)) as connection,
        ):
            main, table, indexes = connection.execute(_SIZES).fetchone()  # type: ignore[misc]
        return {"table": main, "toast": table - main, "indexes": indexes}

    @contextmanager
    def session(self, folder: Path) -> Iterator[SqlSession]:
        """A connection to the table."""
        with (
            server(folder) as embedded,
            psycopg.connect(embedded.shard_map().address(self.database)) as connection,
        ):
            connection.autocommit = True

            def fetch(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
                if self.chrom and "chromosome = ?" not in statement:
                    raise Unanswerable(
                        "a question about the whole genome to a table of one chromosome"
                    )
                return connection.execute(statement.replace("?", "%s"), values).fetchall()

            yield SqlSession(fetch, read_groups(folder / "compilation"))


@dataclass(frozen=True)
class Copied:
    """Raw COPY from the table: the text as PostgreSQL writes it, which nobody parses."""

    name: str
    title: str
    of: Postgres

    def files(self, folder: Path) -> Path:
        """The files of the table."""
        return self.of.files(folder)

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Does nothing: the table is loaded as a system of its own."""
        return {}

    def sizes(self, folder: Path) -> dict[str, int]:
        """Empty: it has no files of its own."""
        return {}

    @contextmanager
    def session(self, folder: Path) -> Iterator["CopySession"]:
        """A connection to the table."""
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
        """Yields pieces of text as they arrive."""
        where, values = condition(question)
        with psycopg.ClientCursor(self._connection) as cursor:
            statement = f"COPY (SELECT * FROM junction WHERE {where}) TO STDOUT (NULL '')"
            text = cursor.mogrify(statement.replace("?", "%s"), values)
        with self._connection.cursor() as cursor, cursor.copy(sql.SQL(text)) as copy:
            yield from map(bytes, copy)

    def export(self, question: Question) -> Iterator[bytes]:
        """All rows."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """The peak of this process, which receives the rows."""
        return peak_of()


WHOLE = Postgres("postgres", "PostgreSQL, one table (the ancestor)", "ancestor")
ONE_CHROMOSOME = Postgres(
    "postgres-chr", "PostgreSQL, table of chr1 (the ancestor)", "ancestor-one", WINDOW.chrom
)
COPY = Copied("copy", "raw COPY of that table", WHOLE)
