"""Tabix indexes (samtools.github.io/hts-specs/tabix.pdf) of blocks of rows.

An index finds the parts of a file that may hold rows of a region, in two ways. Bins are nested
intervals of 2^29, 2^26, … 2^14 bases; a part is listed in the smallest bin that contains it, and a
reader looks at all bins that overlap the region. The linear index has, for every window of 2^14
bases, the first place in the file with a row that overlaps it.

Usually each row is put into its own bin. Here all rows of a block are in the smallest bin that
contains the block's whole span: every region that overlaps a row overlaps that bin, too. A reader
may get rows outside of its region, and drops them, as it always does.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from snapshard.errors import NotFound
from snapshard_ui.render import Bgzf

_LARGEST = 1 << 29
"""The bases that bins cover."""
_WINDOW_BITS = 14
_LEVELS = 5
_GENERIC, _SEQUENCE, _BEGIN, _END, _COMMENT = 0, 2, 3, 4, ord("#")
"""The preset and the columns of a junction file, counted from 1; positions are 1-based."""


@dataclass(frozen=True)
class IndexedSpan:
    """Rows of one chromosome that follow each other: first and last base of all of them (1-based,
    closed), and their virtual offsets in the file.
    """

    chrom: str
    first_base: int
    last_base: int
    begin: int
    end: int


@dataclass
class _Reference:
    """The index of one chromosome."""

    bins: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    windows: list[int] = field(default_factory=list)

    def add(self, span: IndexedSpan) -> None:
        chunks = self.bins.setdefault(_bin(span.first_base - 1, span.last_base), [])
        if chunks and chunks[-1][1] == span.begin:
            chunks[-1] = (chunks[-1][0], span.end)
        else:
            chunks.append((span.begin, span.end))
        first = (span.first_base - 1) >> _WINDOW_BITS
        last = (span.last_base - 1) >> _WINDOW_BITS
        # No row overlaps the windows of a gap; a reader that starts there starts here.
        missing = max(first, last) + 1 - len(self.windows)
        self.windows += [span.begin] * max(0, missing)

    def content(self) -> bytes:
        parts = [struct.pack("<i", len(self.bins))]
        for number, chunks in self.bins.items():
            parts.append(struct.pack("<Ii", number, len(chunks)))
            parts += [struct.pack("<QQ", *chunk) for chunk in chunks]
        parts.append(struct.pack(f"<i{len(self.windows)}Q", len(self.windows), *self.windows))
        return b"".join(parts)


def tabix_index(spans: Iterable[IndexedSpan]) -> bytes:
    """The index of a file whose rows these spans describe, in the order of the file; the rows of a
    chromosome are adjacent and sorted by their first base.

    Raises NotFound for a position beyond 2^29, which this kind of index does not have.
    """
    references: dict[str, _Reference] = {}
    for span in spans:
        if span.last_base > _LARGEST:
            raise NotFound("tabix index of positions beyond 536,870,912 such as", span.last_base)
        references.setdefault(span.chrom, _Reference()).add(span)
    names = b"".join([chrom.encode() + b"\0" for chrom in references])
    head = struct.pack(
        "<4s8i",
        *(b"TBI\x01", len(references), _GENERIC, _SEQUENCE, _BEGIN, _END, _COMMENT, 0, len(names)),
    )
    content = head + names + b"".join([reference.content() for reference in references.values()])
    blocks = Bgzf()
    return blocks.write(content) + blocks.finish()


def _bin(start: int, end: int) -> int:
    """The smallest bin that contains the bases from start (0-based) to end (excluded)."""
    last = end - 1
    for level in range(_LEVELS, 0, -1):
        shift = _WINDOW_BITS + 3 * (_LEVELS - level)
        if start >> shift == last >> shift:
            return ((1 << 3 * level) - 1) // 7 + (start >> shift)
    return 0
