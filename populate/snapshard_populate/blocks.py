"""Blocks: neighbouring lines of one interval, cut so that each compresses well and is quick to open."""

from collections.abc import Iterator

BLOCK_BYTES = 1 << 16
"""Text of a block, reached unless one line is longer. Smaller ones compress worse; of larger ones a small answer needs too much.

No block has more than 32,767 lines, which is what the `position` of a row can count: 17 columns take 34 bytes at the least.
"""
LEVEL = 1
"""zstd's. 300 MB/s; level 3 is no smaller on such text, 6 takes 2 to 10 % off at a quarter of the speed."""


class BlockCutter:
    """Cuts lines that come in pieces of any size into blocks of whole lines; takes its own memory of one block."""

    def __init__(self) -> None:
        self._pending = b""

    def add(self, lines: bytes) -> Iterator[bytes]:
        """The blocks that are full when these lines, each ended by a newline, follow those before. To be consumed wholly."""
        text = self._pending + lines
        start = 0
        while len(text) - start > BLOCK_BYTES:
            end = text.rfind(b"\n", start, start + BLOCK_BYTES) + 1 or text.find(b"\n", start) + 1
            yield text[start:end]
            start = end
        self._pending = text[start:]

    def rest(self) -> Iterator[bytes]:
        """The last block, if lines are left."""
        if self._pending:
            yield self._pending
        self._pending = b""
