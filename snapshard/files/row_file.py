"""A published Parquet file of rows in genome order, of which only the row groups that may match are
read.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from snapshard.errors import BadSource
from snapshard.files.manifest import PublishedFile
from snapshard.files.store import Store
from snapshard.match import RULES, Bounds, Match
from snapshard.pairs import Integers
from snapshard.region import Region

Mask = NDArray[np.bool_]
_TAIL_BYTES = 256 << 10
"""Bytes to read from the end of a file at first. Arrow reads 64 kB, and a larger footer once more."""


class RowFile:
    """The rows of one chromosome. The footer is read once, at the first question."""

    def __init__(self, store: Store, entry: PublishedFile) -> None:
        self._store = store
        self._entry = entry

    @cached_property
    def _file(self) -> pq.ParquetFile:
        place = f"{self._store.location}/{self._entry.path}"
        source = self._store.input(self._entry.path)
        if source.size() != self._entry.bytes:
            reason = (
                f"expected {self._entry.bytes:,} bytes as in the manifest, got {source.size():,}"
            )
            raise BadSource(place, reason)
        try:
            # Buffered columns that are adjacent in the file come in one request.
            return pq.ParquetFile(source, metadata=_footer(source), pre_buffer=True)
        except pa.ArrowInvalid as exc:
            raise BadSource(place, f"expected a Parquet file, got: {exc}") from exc

    @cached_property
    def first_rows(self) -> Integers:
        """The number of the first row of each row group, and the number of all rows at the end."""
        metadata = self._file.metadata
        counts = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        return np.concatenate(([0], np.cumsum(counts, dtype=np.int64))).astype(np.int64)

    @cached_property
    def _bounds(self) -> Bounds:
        """The bounds of each row group, from the statistics in the footer."""
        starts, ends = self._statistics("start"), self._statistics("end")
        arrays = [
            [statistics.min for statistics in starts],
            [statistics.max for statistics in starts],
            [statistics.max for statistics in ends],
        ]
        return Bounds(*[np.array(values, np.int64) for values in arrays])

    def candidates(self, regions: Sequence[Region], match: Match) -> list[int]:
        """The row groups that may have a row that matches one of the regions; all without regions."""
        if not regions:
            return list(range(len(self.first_rows) - 1))
        rule = RULES[match]
        masks = [rule.any_row(self._bounds, region.start, region.end) for region in regions]
        groups: list[int] = np.flatnonzero(np.any(masks, axis=0)).tolist()
        return groups

    def read(self, group: int, columns: Sequence[str]) -> pa.Table:
        """These columns of a row group."""
        try:
            return self._file.read_row_group(group, columns=list(columns), use_threads=True)
        except OSError as exc:
            place = f"{self._store.location}/{self._entry.path}"
            raise BadSource(place, f"row group {group}: {exc}") from exc

    def parts(self, rows: Integers, columns: Sequence[str]) -> Iterator[tuple[Integers, pa.Table]]:
        """These rows by their numbers, which ascend: for each row group that has some, their positions
        in `rows` and a table of them.
        """
        groups = np.searchsorted(self.first_rows, rows, "right") - 1
        for group in np.unique(groups).tolist():
            positions = np.flatnonzero(groups == group)
            table = self.read(group, columns)
            if len(positions) < len(table):
                table = table.take(pa.array(rows[positions] - self.first_rows[group]))
            yield positions, table

    def close(self) -> None:
        """Closes the file, if it is open."""
        if "_file" in self.__dict__:
            self._file.close(force=True)

    def _statistics(self, name: str) -> list[Any]:
        metadata = self._file.metadata
        column = self._file.schema_arrow.names.index(name)
        return [
            metadata.row_group(group).column(column).statistics
            for group in range(metadata.num_row_groups)
        ]


def _footer(source: Any) -> pq.FileMetaData | None:
    """The footer of a file, read in one request; None if it is larger than the tail."""
    size = source.size()
    tail = source.read_at(min(size, _TAIL_BYTES), max(size - _TAIL_BYTES, 0))
    # A Parquet file ends with its footer, the footer's length (4 bytes) and "PAR1".
    footer_bytes = int.from_bytes(tail[-8:-4], "little") + 8
    return pq.read_metadata(pa.BufferReader(tail)) if footer_bytes <= len(tail) else None
