"""One junction, and the 17 columns of a junction file in their order.

The columns are those of Snaptron's `junctions.bgz`; genes and exons use the same ones by position.
"""

from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """How a column's text is compared: as a whole number, a decimal, words, or a flag (0 = `0`, 1 =
    anything else).
    """

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """One column: its name in files, answers and filters, how it is compared, and what it means."""

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
    Column("strand", ColumnType.TEXT, "+, - or ? where the aligner could not tell"),
    Column(
        "annotated",
        ColumnType.FLAG,
        "sources that know this pair of ends as an intron, or 1; 0 if none does",
    ),
    Column("left_motif", ColumnType.TEXT, "two bases at the left end, as the source writes them"),
    Column("right_motif", ColumnType.TEXT, "two bases at the right end, as the source writes them"),
    Column(
        "left_annotated", ColumnType.FLAG, "sources that know the left end as a splice site, or 0"
    ),
    Column(
        "right_annotated", ColumnType.FLAG, "sources that know the right end as a splice site, or 0"
    ),
    Column(
        "samples", ColumnType.TEXT, "pairs ,sample:coverage of every sample that has the junction"
    ),
    Column("samples_count", ColumnType.INTEGER, "number of samples that have the junction"),
    Column("coverage_sum", ColumnType.INTEGER, "reads over those samples"),
    Column("coverage_avg", ColumnType.DECIMAL, "mean reads per sample that has the junction"),
    Column("coverage_median", ColumnType.DECIMAL, "median reads per sample that has the junction"),
    Column(
        "source_dataset_id",
        ColumnType.INTEGER,
        "number of the data set, where the source gives one",
    ),
)
NAMES = tuple(column.name for column in COLUMNS)
SAMPLES = NAMES.index("samples")
SUMMARY = tuple(name for name in NAMES if name != "samples")
RECOMPUTED = ("samples_count", "coverage_sum", "coverage_avg", "coverage_median")
"""The columns that change when an answer is restricted to some samples."""

NAME = "name"
"""The column of an answer that holds the junction's stable name (see name.py)."""

STRANDS = ("+", "-", "?", "*", ".")


class AnnotationClass(StrEnum):
    """What is known of a junction's two ends, in regtools' words (`regtools junctions annotate`,
    column `anchor`).
    """

    DA = "DA"
    NDA = "NDA"
    D = "D"
    A = "A"
    N = "N"
    UNKNOWN = ""


def annotation_class(*, pair: bool, left: bool, right: bool, strand: str) -> AnnotationClass:
    """DA if the pair is annotated, NDA if only both ends are, D or A if only the donor or acceptor
    is, N if neither.

    The donor is the left end on + and the right end on -. With one known end and no strand nobody
    can tell: UNKNOWN.
    """
    if pair:
        return AnnotationClass.DA
    if left and right:
        return AnnotationClass.NDA
    if not left and not right:
        return AnnotationClass.N
    if strand not in "+-":
        return AnnotationClass.UNKNOWN
    return AnnotationClass.D if left == (strand == "+") else AnnotationClass.A
