"""Blocks: adjacent lines of one interval, of a size that compresses well and is quick to open."""

from collections.abc import Iterator

from snapshard.pairs import Integers
from snapshard.rows import Rows

BLOCK_BYTES = 1 << 16
"""The most bytes of text in a block, unless a single line is longer. Smaller blocks compress worse;
larger ones make small responses read more than they need.

A block has at most 32,767 lines, the largest `position` of a row: 17 columns take at least 34
bytes.
"""
LEVEL = 1
"""The level of zstd, at 300 MB/s. Level 3 is no smaller on such text; level 6 saves 2 to 10 % at a
quarter of the speed.
"""


class BlockBuilder:
    """Collects rows, which arrive in pieces of any size, into blocks of whole lines."""

    def __init__(self) -> None:
        self._pending = b""
        self._columns: tuple[str, ...] = ()

    def add(self, rows: Rows) -> Iterator[Rows]:
        """Yields the blocks that these rows complete.

        Consume the iterator to its end: only then are the remaining rows kept for the next block.
        """
        self._columns = rows.columns
        ends = rows.line_ends()
        first = 0
        if self._pending:
            first = _first_row_outside(ends, 0, BLOCK_BYTES - len(self._pending))
            self._pending += rows.text[: ends[first - 1]] if first else b""
            if first == len(ends):
                return
            yield Rows(self._pending, rows.columns)
        # Rows that fit up to the end of the piece stay pending: the next piece may add to them.
        while (last := max(_first_row_outside(ends, first, BLOCK_BYTES), first + 1)) < len(ends):
            # A part of the rows keeps the positions of fields that the checks have found.
            yield rows.part(first, last)
            first = last
        self._pending = rows.text[ends[first - 1] if first else 0 :]

    def flush(self) -> Iterator[Rows]:
        """Yields the last block, if there are pending rows."""
        if self._pending:
            yield Rows(self._pending, self._columns)
        self._pending = b""


def _first_row_outside(ends: Integers, first: int, room: int) -> int:
    """The first row that does not fit if the rows from `first` on fill a room of so many bytes."""
    offset = int(ends[first - 1]) if first else 0
    return max(first, int(ends.searchsorted(offset + room, "right")))
