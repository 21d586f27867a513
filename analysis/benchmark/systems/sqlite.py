"""The ancestor's SQLite: one wide table, in one file or in a file per chromosome."""

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
from analysis.benchmark.systems.sql import TABLE, SqlSession
from analysis.benchmark.systems.system import bytes_in, create_empty
from analysis.source import read_chunks

_INDEX = 'CREATE INDEX junction_place ON junction (chromosome, start, "end")'
_INSERT = f"INSERT INTO junction VALUES ({', '.join('?' * 17)})"


@dataclass(frozen=True)
class Sqlite:
    """One file of all rows, or one file per chromosome."""

    name: str
    title: str
    per_chromosome: bool

    def files(self, folder: Path) -> Path:
        """The folder of its files."""
        return folder / self.name

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Inserts the rows with executemany, then builds the index."""
        create_empty(self.files(folder))
        parts = groupby(
            _rows(compilation.text), lambda row: row[1] if self.per_chromosome else "all"
        )
        seconds = [_fill(self.files(folder) / f"{name}.sqlite", rows) for name, rows in parts]
        insertions, indexes = zip(*seconds, strict=True)
        return {"rows": sum(insertions), "indexes": sum(indexes)}

    def sizes(self, folder: Path) -> dict[str, int]:
        """The total."""
        return {"all": bytes_in(self.files(folder))}

    @contextmanager
    def session(self, folder: Path) -> Iterator[SqlSession]:
        """Connections to the files; a question with a region goes to the file of its chromosome,
        any other to all files.
        """
        paths = sorted(self.files(folder).glob("*.sqlite"))
        connections = {path.stem: sqlite3.connect(path) for path in paths}

        def fetch(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
            targets = list(connections.values())
            if self.per_chromosome and "chromosome = ?" in statement:
                targets = [connections[str(values[0])]]
            operands = [_plain(value) for value in values]
            parts = [target.execute(statement, operands).fetchall() for target in targets]
            if "count(*)" in statement:
                return [(sum(part[0][0] for part in parts),)]
            return parts[0] if len(parts) == 1 else list(chain.from_iterable(parts))

        try:
            yield SqlSession(fetch, read_groups(folder / "compilation"))
        finally:
            for connection in connections.values():
                connection.close()


def _plain(value: object) -> object:
    """The value in a type that SQLite accepts: no Decimal."""
    return value if isinstance(value, int | str) else float(str(value))


def _rows(path: Path) -> Iterator[list[str]]:
    for rows in read_chunks(path):
        for line in rows.text.decode().splitlines():
            yield line.split("\t")


def _fill(path: Path, rows: Iterable[list[str]]) -> tuple[float, float]:
    """Seconds to insert a file's rows, and to build its index."""
    with closing(sqlite3.connect(path)) as connection:
        began = time.perf_counter()
        connection.execute(TABLE)
        connection.executemany(_INSERT, rows)
        connection.commit()
        filled = time.perf_counter()
        connection.execute(_INDEX)
        connection.commit()
        return filled - began, time.perf_counter() - filled
