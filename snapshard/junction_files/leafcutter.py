"""LeafCutter's tables of counts and of effect sizes: the junction is an id such as
`chr1:17055:17233:clu_1_-`.

The two numbers are the last base of the exon before and the first base of the exon behind, 1-based:
the start is 0-based, and leafcutter_cluster.py and leafcutter_cluster_regtools.py add 1 to the end.
Counts are numbers, or `reads/reads of the cluster`; the reads of all samples of a line are added up.
A table of counts has blanks between its cells, and its header may lack the name of the first column.
Source: leafcutter/clustering/leafcutter_cluster_regtools.py;
https://github.com/davidaknowles/leafcutter/issues/117.
"""

import re

import numpy as np

from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions, own_names
from snapshard.junction_files.introns import NO_READS, BadCell, Introns
from snapshard.junction_files.table import Head, most, quoted
from snapshard.rows import Rows

_ID = re.compile(rb"(\S+):(\d{1,18}):(\d{1,18}):(?:clu_\d+)(?:_([+\-.?*]|NA))?")
_COUNT = re.compile(rb"(\d{1,18})(?:/\d+)?(?:\.0)?")


def _fits(head: Head) -> bool:
    return most(head.rows, lambda cells: _id_column(cells) is not None)


def _id_column(cells: tuple[str, ...]) -> int | None:
    """The column of the ids: the first of a table of counts, `intron` of one of effect sizes."""
    columns = [number for number, cell in enumerate(cells) if _ID.fullmatch(cell.encode())]
    return columns[0] if columns else None


def _read(rows: Rows, options: ReadOptions) -> Introns:
    cells = [tuple(row) for row in zip(*rows.cells(), strict=True)]
    column = next((at for at, cell in enumerate(cells[0]) if _ID.fullmatch(cell)), 0)
    convention = CONVENTIONS["exons"]
    chroms: list[str] = []
    strands: list[str] = []
    positions: list[tuple[int, int, int]] = []
    for number, row in enumerate(cells):
        match = _ID.fullmatch(row[column])
        if match is None:
            raise BadCell(
                number,
                f"expected an id such as chr1:17055:17233:clu_1_-, got {quoted(row[column])}",
            )
        chroms.append(match[1].decode())
        strands.append(match[4].decode() if match[4] in (b"+", b"-") else "?")
        reads = _reads(row[1:]) if column == 0 else NO_READS
        positions.append((int(match[2]) + convention.start, int(match[3]) + convention.end, reads))
    table = np.array(positions, np.int64)
    return Introns(np.arange(len(cells)), chroms, table[:, 0], table[:, 1], strands, table[:, 2])


def _reads(cells: tuple[bytes, ...]) -> int:
    """The reads of all samples; NO_READS for a table of other values, such as ratios."""
    counts = [_COUNT.fullmatch(cell) for cell in cells]
    whole = [int(count[1]) for count in counts if count]
    return sum(whole) if whole and len(whole) == len(cells) else NO_READS


LEAFCUTTER = JunctionFormat(
    "leafcutter",
    "LeafCutter's counts (perind.counts, perind_numers.counts) and effect sizes",
    CONVENTIONS["exons"].meaning,
    "leafcutter/clustering/leafcutter_cluster_regtools.py; leafcutter issue 117",
    _fits,
    own_names,
    _read,
)
