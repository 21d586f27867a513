"""TCGA's legacy `junction_quantification.txt`: junctions such as `chr1:12227:+,chr1:12595:+`.

The two positions are the last base of the exon before and the first base of the exon behind, 1-based.
Source: TCGA legacy archive, RNASeqV2 (unc.edu), `*.junction_quantification.txt`; the first junction of
DDX11L1 lies between its exons 11874-12227 and 12595-12721 of GRCh37.
"""

import re

import numpy as np

from snapshard.junction_files.cells import STRANDS, reads_or_none
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions, own_names
from snapshard.junction_files.introns import BadCell, Introns
from snapshard.junction_files.table import Head, quoted
from snapshard.rows import Rows

_COLUMNS = ("junction", "raw_counts")
_ID = re.compile(rb"(\S+?):(\d{1,18}):([+\-?*]),(\S+?):(\d{1,18}):([+\-?*])")


def _fits(head: Head) -> bool:
    return set(_COLUMNS) <= {*head.columns}


def _read(rows: Rows, options: ReadOptions) -> Introns:
    convention = CONVENTIONS["exons"]
    chroms: list[str] = []
    strands: list[str] = []
    positions: list[tuple[int, int]] = []
    for number, text in enumerate(rows.texts(_COLUMNS[0])):
        match = _ID.fullmatch(text)
        if match is None or match[1] != match[4] or match[3] != match[6]:
            reason = "expected both ends on one chromosome and strand, as chr1:12227:+,chr1:12595:+"
            raise BadCell(number, f"{reason}, got {quoted(text)}")
        chroms.append(match[1].decode())
        strands.append(STRANDS[match[3].decode()])
        positions.append((int(match[2]) + convention.start, int(match[5]) + convention.end))
    table = np.array(positions, np.int64)
    reads = reads_or_none(rows, _COLUMNS[1])
    return Introns(np.arange(len(chroms)), chroms, table[:, 0], table[:, 1], strands, reads)


TCGA = JunctionFormat(
    "tcga",
    "TCGA's legacy junction_quantification.txt",
    CONVENTIONS["exons"].meaning,
    "TCGA legacy archive, RNASeqV2",
    _fits,
    own_names,
    _read,
    needs_names=True,
)
