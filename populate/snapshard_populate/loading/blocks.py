"""Blocks: neighbouring lines of one interval, cut so that each compresses well and is quick to
open.
"""

from collections.abc import Iterator

from snapshard.pairs import Integers
from snapshard.rows import Rows

BLOCK_BYTES = 1 << 16
"""Text of a block, reached unless one line is longer. Smaller ones compress worse; of larger ones a
small answer needs too much.

No block has more than 32,767 lines, which is what the `position` of a row can count: 17 columns
take 34 bytes at the least.
"""
LEVEL = 1
"""zstd's. 300 MB/s; level 3 is no smaller on such text, 6 takes 2 to 10 % off at a quarter of the
speed.
"""


class BlockCutter:
    """Cuts rows that come in pieces of any size into blocks of whole lines; keeps the rest of a
    piece, less than a block.
    """

    def __init__(self) -> None:
        self._pending = b""

    def add(self, rows: Rows) -> Iterator[Rows]:
        """The blocks that are full when these rows follow those before. To be consumed wholly."""
        ends = rows.line_ends()
        first = 0
        if self._pending:
            first = _fitting(ends, 0, BLOCK_BYTES - len(self._pending))
            self._pending += rows.text[: ends[first - 1]] if first else b""
            if first == len(ends):
                return
            yield Rows(self._pending, rows.columns)
        while (last := max(_fitting(ends, first, BLOCK_BYTES), first + 1)) < len(ends):
            yield rows.part(first, last)
            first = last
        self._pending = rows.text[ends[first - 1] if first else 0 :]

    def rest(self, columns: tuple[str, ...]) -> Iterator[Rows]:
        """The last block, if rows are left."""
        if self._pending:
            yield Rows(self._pending, columns)
        self._pending = b""


def _fitting(ends: Integers, first: int, room: int) -> int:
    """Behind which row to stop, so that the text of the rows from `first` on has as many bytes as
    there is room.
    """
    begun = int(ends[first - 1]) if first else 0
    return max(first, int(ends.searchsorted(begun + room, "right")))
