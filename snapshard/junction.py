"""One junction: the 17 columns of a junction file in their order, and the number that identifies it.

The columns are those of Snaptron's `junctions.bgz`; genes and exons use the same ones by position.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """The type by which a column is compared. A flag is 0 if the text is `0`, else 1."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """One column: its name in files, responses and filters, its type and its meaning."""

    name: str
    type: ColumnType
    meaning: str


COLUMNS = (
    Column(
        "snaptron_id", ColumnType.INTEGER, "number of the junction, unique within a compilation"
    ),
    Column("chromosome", ColumnType.TEXT, "chromosome in UCSC spelling"),
    Column("start", ColumnType.INTEGER, "first base of the intron, 1-based"),
    Column("end", ColumnType.INTEGER, "last base of the intron, 1-based"),
    Column("length", ColumnType.INTEGER, "bases of the intron: end - start + 1"),
    Column("strand", ColumnType.TEXT, "+, - or ? if the aligner could not determine it"),
    Column(
        "annotated",
        ColumnType.FLAG,
        "sources that annotate this pair of ends as an intron, or 1; 0 if none does",
    ),
    Column("left_motif", ColumnType.TEXT, "two bases at the left end, as the source writes them"),
    Column("right_motif", ColumnType.TEXT, "two bases at the right end, as the source writes them"),
    Column(
        "left_annotated",
        ColumnType.FLAG,
        "sources that annotate the left end as a splice site, or 0",
    ),
    Column(
        "right_annotated",
        ColumnType.FLAG,
        "sources that annotate the right end as a splice site, or 0",
    ),
    Column(
        "samples", ColumnType.TEXT, "pairs ,sample:coverage of every sample that has the junction"
    ),
    Column("samples_count", ColumnType.INTEGER, "number of samples that have the junction"),
    Column("coverage_sum", ColumnType.INTEGER, "total reads in those samples"),
    Column("coverage_avg", ColumnType.DECIMAL, "mean reads per sample that has the junction"),
    Column("coverage_median", ColumnType.DECIMAL, "median reads per sample that has the junction"),
    Column(
        "source_dataset_id", ColumnType.INTEGER, "number of the data set, if the source gives one"
    ),
)
NAMES = tuple(column.name for column in COLUMNS)
SAMPLES = NAMES.index("samples")
SUMMARY = tuple(name for name in NAMES if name != "samples")
RECOMPUTED = ("samples_count", "coverage_sum", "coverage_avg", "coverage_median")
"""The columns that change when a response is restricted to some samples."""

NAME = "name"
"""The column of a response that holds the junction's stable name (see name.py)."""

KINDS = ("junction", "gene", "exon")
"""The kinds of rows of a compilation; all share the 17 columns of a junction file."""

STRANDS = ("+", "-", "?", "*", ".")

MOST_DIGITS = 18
"""Every number of so many digits fits a 64-bit integer; longer ones are refused."""

ID_FORM = f"[0-9]{{1,{MOST_DIGITS}}}"
"""The form of a row's or a sample's number, as a regular expression."""

_ID = re.compile(ID_FORM)


def parse_id(text: str) -> int | None:
    """The number of a row or a sample; None if the text is not 1 to 18 digits."""
    return int(text) if _ID.fullmatch(text) else None


class AnnotationClass(StrEnum):
    """The annotation of a junction's two ends, in regtools' words (`regtools junctions annotate`,
    column `anchor`).
    """

    DA = "DA"
    NDA = "NDA"
    D = "D"
    A = "A"
    N = "N"
    UNKNOWN = ""


def annotation_class(
    *, pair: bool, left_end: bool, right_end: bool, strand: str
) -> AnnotationClass:
    """DA if the pair is annotated, NDA if both ends are but not as a pair, D or A if only the donor
    or the acceptor is, N if neither is.

    The donor is the left end on + and the right end on -. UNKNOWN if one end is annotated and the
    strand is not known, since then the end may be either.
    """
    if pair:
        return AnnotationClass.DA
    if left_end and right_end:
        return AnnotationClass.NDA
    if not left_end and not right_end:
        return AnnotationClass.N
    if strand not in "+-":
        return AnnotationClass.UNKNOWN
    return AnnotationClass.D if left_end == (strand == "+") else AnnotationClass.A
