"""A release's junctions as one BGZF file, which is nowhere stored: any part of it is made from the
shards' blocks when it is read.

Each block of the release becomes BGZF blocks of its own, which are not compressed. Their sizes
therefore follow from the lengths of the texts, which the block directories have, and with them the
place of every block in the file. What must hold:

- The file depends on the release alone, so that ranges of different requests fit together.
- Memory holds the blocks of one step, and between two steps no connection is held: a client may
  read slowly, or stop for a while.
"""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from snapshard.index import Index, block_directories, block_spans, block_texts
from snapshard.release import Release
from snapshard_ui.data_folder.tabix_index import IndexedSpan, tabix_index
from snapshard_ui.render import BLOCK, END, STORED_OVERHEAD, stored_blocks

_STEP = 16
"""Blocks that are read at a time: about a megabyte of text."""


class JunctionFile:
    """The file of one release: its size, any part of its bytes, and its tabix index."""

    def __init__(self, index: Index, release: Release) -> None:
        self._index = index
        self._release = release
        self._directories = block_directories(index, release)
        texts = [directory.text_bytes for directory in self._directories]
        sizes = np.concatenate(texts).astype(np.int64) if texts else np.empty(0, np.int64)
        sizes += STORED_OVERHEAD * -(-sizes // BLOCK)
        self._offsets = np.concatenate(([0], np.cumsum(sizes)))
        """The offset of every block in the file, and that of the end mark."""
        counts = [len(directory.block) for directory in self._directories]
        self._firsts = np.concatenate(([0], np.cumsum(counts))).tolist()
        """For every interval the place of its first block among all blocks."""

    @property
    def size(self) -> int:
        """The length of the file in bytes."""
        return int(self._offsets[-1]) + len(END)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` to `stop`, the last excluded, in pieces."""
        for offset, piece in self._pieces(start, stop):
            yield piece[max(0, start - offset) : stop - offset]

    def _pieces(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Pieces that cover these bytes, each with its offset in the file."""
        first, last = np.searchsorted(self._offsets, (start, stop - 1), "right").tolist()
        for number, directory in enumerate(self._directories):
            before = self._firsts[number]
            blocks = directory.block[max(0, first - 1 - before) : max(0, last - before)].tolist()
            place = max(before, first - 1)
            for step in range(0, len(blocks), _STEP):
                numbers = blocks[step : step + _STEP]
                texts = block_texts(self._index, self._release, directory, numbers)
                yield (
                    int(self._offsets[place + step]),
                    b"".join([stored_blocks(text) for text in texts]),
                )
        if stop > self._offsets[-1]:
            yield int(self._offsets[-1]), END

    def index_file(self) -> bytes:
        """The tabix index of the file. Raises NotFound for positions that tabix cannot index."""
        return tabix_index(chain.from_iterable(map(self._spans, range(len(self._directories)))))

    def _spans(self, number: int) -> Iterator[IndexedSpan]:
        directory = self._directories[number]
        offsets = self._offsets[self._firsts[number] :].tolist()
        places = {block: place for place, block in enumerate(directory.block.tolist())}
        for span in block_spans(self._index, self._release, directory):
            place = places[span.block]
            begin = offsets[place] << 16
            if span.position:
                text = block_texts(self._index, self._release, directory, [span.block])[0]
                begin = _virtual_offset(offsets[place], _line_start(text, span.position))
            end = offsets[place + 1] << 16
            yield IndexedSpan(span.chrom, span.start, span.end, begin, end)


def _line_start(text: bytes, position: int) -> int:
    """The offset of a line, counted from 0."""
    newlines = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    return int(newlines[position - 1]) + 1


def _virtual_offset(block_offset: int, text_offset: int) -> int:
    """The place of a byte of a block's text: the offset of its BGZF block in the file, and its offset
    in the text of that, as 48 and 16 bits (section 4.1.1 of the SAM specification).
    """
    number, offset = divmod(text_offset, BLOCK)
    return (block_offset + number * (BLOCK + STORED_OVERHEAD)) << 16 | offset
