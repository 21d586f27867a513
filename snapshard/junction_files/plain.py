"""Plain tables: chromosome, first and last base of the intron (1-based), and, if there are more
columns, strand and reads.

With a header the columns are found by their names: recount3's RR files, count tables of dasper and
Bioconductor, our own exports. Names such as `chromStart` are BED's, and so is their convention.
Without a header they are in that order, and the fourth must be a strand: three columns alone could
as well be BED, which counts from 0, so such a file needs its format to be named. Source: GRanges as
tables; recount3, `RR` files.
"""

from snapshard.junction_files.cells import STRANDS, is_whole
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions
from snapshard.junction_files.introns import Introns
from snapshard.junction_files.mapped import ColumnMap
from snapshard.junction_files.table import Head, most
from snapshard.rows import Rows

_ORDER = ("chromosome", "start", "end", "strand", "reads")
_CHROMOSOME = ("chromosome", "chrom", "chr", "seqnames", "seqid", "seqname", "contig")
_START = ("start", "intron_start", "junction_start")
_END = ("end", "intron_end", "junction_end")
_READS = ("reads", "count", "counts", "score", "coverage", "coverage_sum")
_MOTIFS = ("left_motif", "right_motif")
_BED = ("chromstart", "chromend")


def column_map(columns: tuple[str, ...]) -> ColumnMap | None:
    """The columns of a table by their usual names; None if chromosome, start or end is missing."""
    chromosome = _first(_CHROMOSOME, columns)
    is_bed = _first(_BED[:1], columns) is not None
    start = _first(_BED[:1] if is_bed else _START, columns)
    end = _first(_BED[1:] if is_bed else _END, columns)
    if chromosome is None or start is None or end is None:
        return None
    positions = "bed" if is_bed else "intron"
    strand, reads = _first(("strand",), columns), _first(_READS, columns)
    motifs = _MOTIFS if set(_MOTIFS) <= {*columns} else None
    return ColumnMap(chromosome, start, end, strand, reads, positions, motifs=motifs)


def _first(names: tuple[str, ...], columns: tuple[str, ...]) -> str | None:
    return next((column for column in columns if column.lower() in names), None)


def _fits(head: Head) -> bool:
    if head.has_names:
        return column_map(head.columns) is not None
    return len(head.columns) in (4, 5) and most(head.rows, _is_row)


def _is_row(cells: tuple[str, ...]) -> bool:
    return len(cells) > 3 and is_whole(cells[1]) and is_whole(cells[2]) and cells[3] in STRANDS


def _columns(head: Head) -> tuple[str, ...]:
    if head.has_names:
        return head.columns
    return (*_ORDER[: len(head.columns)], *head.columns[len(_ORDER) :])


def _read(rows: Rows, options: ReadOptions) -> Introns:
    columns = column_map(rows.columns)
    if columns is None:
        # The format was named, but the table's columns have other names: take them in their order.
        columns = ColumnMap(*rows.columns[:5])
    return columns.introns(rows)


PLAIN = JunctionFormat(
    "plain",
    "tables with chromosome, start, end and perhaps strand and reads; recount3's RR, dasper",
    CONVENTIONS["intron"].meaning,
    "GRanges as tables; recount3 RR files",
    _fits,
    _columns,
    _read,
)
