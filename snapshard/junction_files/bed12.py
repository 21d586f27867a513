"""BED12 of junctions as regtools, TopHat and portcullis write it, which LeafCutter's new `.junc`
files are, too: two blocks, the anchors in the exons, and the intron between them.

The span of the line is not the intron: the intron starts after the first block and ends before the
second, at start + blockSizes[0] and start + blockStarts[1] (0-based, end excluded). The score is the
number of reads. Source: regtools, docs/commands/junctions-extract.md; TopHat manual, junctions.bed.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from snapshard.junction_files.cells import (
    chromosomes,
    is_whole,
    reads_or_none,
    strands,
    whole_numbers,
)
from snapshard.junction_files.format import JunctionFormat, ReadOptions, fixed_names
from snapshard.junction_files.introns import BadCell, Introns
from snapshard.junction_files.table import Head, most
from snapshard.rows import Rows

_COLUMNS = (
    "chromosome",
    "start",
    "end",
    "name",
    "score",
    "strand",
    "thick_start",
    "thick_end",
    "item_rgb",
    "block_count",
    "block_sizes",
    "block_starts",
)


def _fits(head: Head) -> bool:
    return len(head.columns) == len(_COLUMNS) and most(head.rows, _is_row)


def _is_row(cells: tuple[str, ...]) -> bool:
    return (
        len(cells) == len(_COLUMNS)
        and is_whole(cells[1])
        and is_whole(cells[9])
        and "," in cells[10]
    )


def _read(rows: Rows, options: ReadOptions) -> Introns:
    names = rows.columns
    starts, ends = whole_numbers(rows, names[1]), whole_numbers(rows, names[2])
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    blocks = zip(rows.texts(names[9]), rows.texts(names[10]), rows.texts(names[11]), strict=True)
    introns: list[tuple[int, int, int]] = []
    for row, (span, texts) in enumerate(zip(spans, blocks, strict=True)):
        introns += [(row, first, last) for first, last in _introns(row, span, texts)]
    table = np.array(introns, np.int64).reshape(-1, 3)
    lines = table[:, 0]
    chroms, signs = chromosomes(rows, names[0]), strands(rows, names[5])
    return Introns(
        lines,
        [chroms[line] for line in lines.tolist()],
        table[:, 1],
        table[:, 2],
        [signs[line] for line in lines.tolist()],
        reads_or_none(rows, names[4])[lines],
    )


def _introns(
    row: int, span: tuple[int, int], texts: tuple[bytes, bytes, bytes]
) -> Iterator[tuple[int, int]]:
    """First and last base (1-based) between each two blocks."""
    count, sizes, offsets = texts
    try:
        lengths = [int(size) for size in sizes.rstrip(b",").split(b",")]
        starts = [span[0] + int(offset) for offset in offsets.rstrip(b",").split(b",")]
        good = len(lengths) == len(starts) == int(count) > 1
    except ValueError:
        good = False
    # Anchors that do not reach the end of the span belong to a line that is damaged or of no junction.
    if not good or starts[0] != span[0] or starts[-1] + lengths[-1] != span[1]:
        raise BadCell(
            row,
            "expected two or more blocks from start to end (blockCount, blockSizes, blockStarts),"
            f" got {b' '.join(texts).decode()!r}",
        )
    blocks = zip(starts, lengths, strict=True)
    for (start, length), (following, _) in pairwise(blocks):
        yield start + length + 1, following


BED12 = JunctionFormat(
    "bed12",
    "BED12 of regtools, TopHat and portcullis; LeafCutter's new .junc",
    "blocks are anchors in the exons: the intron lies between them",
    "regtools, docs/commands/junctions-extract.md; TopHat manual, junctions.bed",
    _fits,
    fixed_names(_COLUMNS),
    _read,
)
