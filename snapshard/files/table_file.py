"""A Parquet file that is written while rows arrive; memory holds one row group at a time."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from snapshard.files.manifest import PublishedFile
from snapshard.files.store import Store

_PAGE_BYTES = 64 << 10
"""Small pages, so that the page index can leave most of a row group out."""
_MOST_VALUES = 1 << 18
"""Pairs in a row group, at most (but at least one row): reading one junction reads a row group."""


@dataclass(frozen=True)
class Layout:
    """The most rows of a row group, and the most list values."""

    rows: int
    values: int = _MOST_VALUES


class TableFile:
    """Collects tables of one schema and writes them as row groups. `rows` counts what was added."""

    def __init__(self, file: BinaryIO, schema: pa.Schema, layout: Layout) -> None:
        self.sink = HashedOutput(file)
        self.rows = 0
        self._layout = layout
        self._tables: list[pa.Table] = []
        self._writer = _open_parquet(self.sink, schema)

    def add(self, table: pa.Table) -> None:
        """Adds rows behind those so far."""
        self.rows += len(table)
        self._tables.append(table)
        while self._next_group_size():
            self._write_group(self._next_group_size())

    def finish(self) -> None:
        """Writes the remaining rows and the footer."""
        remaining_rows = sum(map(len, self._tables))
        if remaining_rows:
            self._write_group(remaining_rows)
        self._writer.close()

    def close(self) -> None:
        """Ends the writer. After an error before `finish`, nothing more is written."""
        self.sink.is_open = False
        self._writer.close()

    def _next_group_size(self) -> int:
        """The rows of the next row group; 0 until there are enough for one."""
        rows = values = 0
        for table in self._tables:
            counts = _list_lengths(table)
            total = 0 if counts is None else int(counts.sum())
            if rows + len(table) <= self._layout.rows and values + total <= self._layout.values:
                rows, values = rows + len(table), values + total
                continue
            most_rows = min(self._layout.rows - rows, len(table))
            if counts is not None:
                fitting = counts.cumsum().searchsorted(self._layout.values - values, "right")
                most_rows = min(most_rows, int(fitting))
            return max(rows + most_rows, 1)
        return 0

    def _write_group(self, size: int) -> None:
        table = pa.concat_tables(self._tables)
        self._writer.write_table(table.slice(0, size), row_group_size=size)
        self._tables = [table.slice(size)] if size < len(table) else []


class HashedOutput(io.RawIOBase):
    """A file that is only appended to; it counts its bytes and digests them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0
        self.is_open = True
        """False drops what is written, such as the footer of an abandoned file."""

    @property
    def sha256(self) -> str:
        """The digest of all bytes so far, in hexadecimal."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        content = memoryview(data).cast("B")
        if self.is_open:
            self._file.write(content)
            self._digest.update(content)
        self.bytes += len(content)
        return len(content)

    def tell(self) -> int:
        return self.bytes


@contextmanager
def hashed_output(store: Store, name: str) -> Iterator[HashedOutput]:
    """A file of a store for writing."""
    with store.output(name) as file:
        yield HashedOutput(file)


def published(path: str, table: str, chromosome: str | None, file: TableFile) -> PublishedFile:
    """The entry of a finished file in the manifest."""
    return PublishedFile(path, table, chromosome, file.rows, file.sink.bytes, file.sink.sha256)


def _list_lengths(table: pa.Table) -> Any:
    """The length of every row's list as an array; None for a table without lists."""
    if not isinstance(table.schema.field(-1).type, pa.ListType):
        return None
    return pc.list_value_length(table.column(table.num_columns - 1)).to_numpy()


def _open_parquet(sink: HashedOutput, schema: pa.Schema) -> pq.ParquetWriter:
    texts = [field.name for field in schema if field.type == pa.string()]
    encodings = {f"{field.name}.list.element": "DELTA_BINARY_PACKED" for field in _lists(schema)}
    return pq.ParquetWriter(
        pa.PythonFile(sink, mode="w"),
        schema,
        compression="zstd",
        use_dictionary=texts,
        column_encoding=encodings or None,
        data_page_size=_PAGE_BYTES,
        write_page_index=True,
    )


def _lists(schema: pa.Schema) -> list[pa.Field]:
    return [field for field in schema if isinstance(field.type, pa.ListType)]
