"""portcullis' `junctions.tab`.

`start` and `end` are the first and the last base of the intron, 0-based, both included; its GFF has
both plus 1, and the size is end - start + 1. The strand is `consensus-strand`, the reads are
`nb_raw_aln`. Source: portcullis, lib/include/portcullis/intron.hpp and lib/src/junction.cc.
"""

from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions, own_names
from snapshard.junction_files.introns import Introns
from snapshard.junction_files.mapped import ColumnMap
from snapshard.junction_files.table import Head
from snapshard.rows import Rows

_COLUMNS = ("refname", "start", "end", "consensus-strand", "nb_raw_aln")


def _fits(head: Head) -> bool:
    return set(_COLUMNS) <= set(head.columns)


def _read(rows: Rows, options: ReadOptions) -> Introns:
    return ColumnMap(*_COLUMNS, positions="intron0").introns(rows)


PORTCULLIS = JunctionFormat(
    "portcullis",
    "portcullis' junctions.tab",
    CONVENTIONS["intron0"].meaning,
    "portcullis, lib/src/junction.cc",
    _fits,
    own_names,
    _read,
    needs_names=True,
)
