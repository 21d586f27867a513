"""The ancestor's SQLite: one wide table in one file, or the same in a file per chromosome."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from analysis.benchmark.compilation import Compilation
from analysis.benchmark.groups import read_groups
from analysis.benchmark.systems.sql import SqlSession
from analysis.benchmark.systems.system import bytes_in
from analysis.source import read_chunks

_TABLE = """
CREATE TABLE junction (
    snaptron_id integer, chromosome text, start integer, "end" integer, length integer, strand text, annotated text,
    left_motif text, right_motif text, left_annotated text, right_annotated text, samples text, samples_count integer,
    coverage_sum integer, coverage_avg numeric, coverage_median numeric, source_dataset_id integer
)"""
_INDEX = 'CREATE INDEX junction_place ON junction (chromosome, start, "end")'
_INSERT = f"INSERT INTO junction VALUES ({', '.join('?' * 17)})"


@dataclass(frozen=True)
class Sqlite:
    """One file of everything, or one a chromosome."""

    name: str
    title: str
    per_chromosome: bool

    def files(self, folder: Path) -> Path:
        """The folder of its files."""
        return folder / self.name

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Rows by executemany, then the index."""
        self.files(folder).mkdir()
        parts = groupby(
            _rows(compilation.text), lambda row: row[1] if self.per_chromosome else "all"
        )
        taken = [_fill(self.files(folder) / f"{name}.sqlite", rows) for name, rows in parts]
        return {"rows": sum(rows for rows, _ in taken), "indexes": sum(index for _, index in taken)}

    def sizes(self, folder: Path) -> dict[str, int]:
        """All of it."""
        return {"all": bytes_in(self.files(folder))}

    @contextmanager
    def session(self, folder: Path) -> Iterator[SqlSession]:
        """The files opened; a question of one region goes to its chromosome's file, any other to
        all.
        """
        found = {path.stem: path for path in sorted(self.files(folder).glob("*.sqlite"))}
        connections = {chrom: sqlite3.connect(path) for chrom, path in found.items()}

        def fetch(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
            one = self.per_chromosome and "chromosome = ?" in statement
            asked = [connections[str(values[0])]] if one else list(connections.values())
            parts = [
                one.execute(statement, [_plain(value) for value in values]).fetchall()
                for one in asked
            ]
            if "count(*)" in statement:
                return [(sum(part[0][0] for part in parts),)]
            return parts[0] if len(parts) == 1 else list(chain.from_iterable(parts))

        try:
            yield SqlSession(fetch, read_groups(folder / "compilation"))
        finally:
            for connection in connections.values():
                connection.close()


def _plain(value: object) -> object:
    """SQLite takes no decimals."""
    return value if isinstance(value, int | str) else float(str(value))


def _rows(path: Path) -> Iterator[list[str]]:
    for rows in read_chunks(path):
        for line in rows.text.decode().splitlines():
            yield line.split("\t")


def _fill(path: Path, rows: Iterable[list[str]]) -> tuple[float, float]:
    """Seconds for a file's rows, and for its index."""
    with closing(sqlite3.connect(path)) as connection:
        began = time.perf_counter()
        connection.execute(_TABLE)
        connection.executemany(_INSERT, rows)
        connection.commit()
        filled = time.perf_counter()
        connection.execute(_INDEX)
        connection.commit()
        return filled - began, time.perf_counter() - filled
