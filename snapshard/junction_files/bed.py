"""BED with the intron as its span: 0-based, the end excluded. LeafCutter's old `.junc` files are
such.

Columns: chromosome, start, end, name, score, strand, and further ones that are not read. The score
is taken for the reads. Source: https://genome.ucsc.edu/FAQ/FAQformat.html#format1; for `.junc`
leafcutter/scripts/bed2junc.pl, which writes the end of one block and the start of the next.
"""

import numpy as np

from snapshard.junction_files.cells import (
    STRANDS,
    chromosomes,
    is_whole,
    reads_or_none,
    strands,
    whole_numbers,
)
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions, fixed_names
from snapshard.junction_files.introns import Introns
from snapshard.junction_files.table import Head, most
from snapshard.rows import Rows

_COLUMNS = ("chromosome", "start", "end", "name", "score", "strand")


def _fits(head: Head) -> bool:
    return 6 <= len(head.columns) < 12 and most(head.rows, _is_row)


def _is_row(cells: tuple[str, ...]) -> bool:
    if len(cells) < len(_COLUMNS) or not is_whole(cells[1]) or not is_whole(cells[2]):
        return False
    return cells[5] != "" and cells[5] in STRANDS


def _read(rows: Rows, options: ReadOptions) -> Introns:
    convention, names = CONVENTIONS["bed"], rows.columns
    return Introns(
        np.arange(len(rows)),
        chromosomes(rows, names[0]),
        whole_numbers(rows, names[1]) + convention.start,
        whole_numbers(rows, names[2]) + convention.end,
        strands(rows, names[5] if len(names) > 5 else None),
        reads_or_none(rows, names[4] if len(names) > 4 else None),
    )


BED = JunctionFormat(
    "bed",
    "BED with three to eleven columns, its span the intron; LeafCutter's old .junc",
    CONVENTIONS["bed"].meaning,
    "UCSC, FAQformat; leafcutter/scripts/bed2junc.pl",
    _fits,
    fixed_names(_COLUMNS),
    _read,
)
