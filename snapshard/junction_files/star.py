"""STAR's `SJ.out.tab`.

Nine columns: chromosome, first and last base of the intron (1-based), strand (0 undefined, 1 +,
2 -), motif (0 non-canonical, 1 GT/AG, 2 CT/AC, 3 GC/AG, 4 CT/GC, 5 AT/AC, 6 GT/AT), annotated (0 or
1), uniquely mapped reads, multi-mapped reads, maximum overhang. Source: STAR manual 2.7, section
4.4; https://github.com/alexdobin/STAR/issues/903.
"""

import numpy as np

from snapshard.junction_files.cells import chromosomes, strands, texts, whole_numbers
from snapshard.junction_files.format import JunctionFormat, ReadOptions, fixed_names
from snapshard.junction_files.introns import BadCell, Introns
from snapshard.junction_files.table import Head, most
from snapshard.pairs import Integers
from snapshard.rows import Rows

_COLUMNS = (
    "chromosome",
    "start",
    "end",
    "strand",
    "motif",
    "annotated",
    "unique_reads",
    "multi_reads",
    "max_overhang",
)
_STRANDS = {"0": "?", "1": "+", "2": "-"}
_MOTIFS = ("", "GT/AG", "CT/AC", "GC/AG", "CT/GC", "AT/AC", "GT/AT")


def _fits(head: Head) -> bool:
    return not head.has_names and len(head.columns) == len(_COLUMNS) and most(head.rows, _is_row)


def _is_row(cells: tuple[str, ...]) -> bool:
    return (
        len(cells) == len(_COLUMNS)
        and all(cell.isdigit() for cell in cells[1:])
        and cells[3] in _STRANDS
        and int(cells[4]) < len(_MOTIFS)
        and cells[5] in ("0", "1")
    )


def _read(rows: Rows, options: ReadOptions) -> Introns:
    lines = np.arange(len(rows))
    introns = Introns(
        lines,
        chromosomes(rows, "chromosome"),
        whole_numbers(rows, "start"),
        whole_numbers(rows, "end"),
        strands(rows, "strand", _STRANDS),
        _reads(rows, options.star_reads),
        _motifs(rows),
    )
    if not options.min_overhang:
        return introns
    return introns.at(np.flatnonzero(whole_numbers(rows, "max_overhang") >= options.min_overhang))


def _reads(rows: Rows, kind: str) -> Integers:
    if kind == "both":
        return whole_numbers(rows, "unique_reads") + whole_numbers(rows, "multi_reads")
    return whole_numbers(rows, f"{kind}_reads")


def _motifs(rows: Rows) -> list[str]:
    codes = {str(code): motif for code, motif in enumerate(_MOTIFS)}
    cells = texts(rows, "motif")
    if not set(cells) <= codes.keys():
        bad = next(number for number, cell in enumerate(cells) if cell not in codes)
        raise BadCell(bad, f"motif: expected a number from 0 to 6, got {cells[bad]!r}")
    return [codes[cell] for cell in cells]


STAR = JunctionFormat(
    "star",
    "STAR's SJ.out.tab",
    "first and last base of the intron, 1-based",
    "STAR manual 2.7, section 4.4",
    _fits,
    fixed_names(_COLUMNS),
    _read,
)
