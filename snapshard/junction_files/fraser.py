"""Results of FRASER and DROP: a row per outlier, with the columns of a GRanges.

`seqnames`, `start` and `end` are the intron, 1-based; `counts` are the reads of the sample. A row of
type `theta` is a splice site (two bases), not an intron: it has no junction. Source: FRASER manual,
`results`; https://github.com/gagneurlab/drop, aberrant splicing, results.tsv.
"""

import numpy as np

from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions, own_names
from snapshard.junction_files.introns import Introns
from snapshard.junction_files.mapped import ColumnMap
from snapshard.junction_files.table import Head
from snapshard.rows import Rows

_RESULTS = {"psivalue", "deltapsi", "padjust", "pvalue", "sampleid"}
_SITE_TYPES = (b"theta", b"theta5", b"theta3")


def _fits(head: Head) -> bool:
    names = {name.lower() for name in head.columns}
    return {"seqnames", "start", "end"} <= names and len(names & _RESULTS) >= 2


def _read(rows: Rows, options: ReadOptions) -> Introns:
    strand, reads = (name if name in rows.columns else None for name in ("strand", "counts"))
    introns = ColumnMap("seqnames", "start", "end", strand, reads).introns(rows)
    if "type" not in rows.columns:
        return introns
    types = rows.texts("type")
    return introns.at(
        np.array([row for row, kind in enumerate(types) if kind not in _SITE_TYPES], np.int64)
    )


FRASER = JunctionFormat(
    "fraser",
    "results of FRASER and DROP",
    CONVENTIONS["intron"].meaning,
    "FRASER manual, results; DROP, aberrant splicing",
    _fits,
    own_names,
    _read,
    needs_names=True,
)
