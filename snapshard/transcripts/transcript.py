"""A transcript: its exons, coding span and tags.

Positions are 1-based and both ends are included, whatever the convention of the source file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from snapshard.junction import STRANDS

Span = tuple[int, int]

MANE_SELECT = "MANE_Select"
ENSEMBL_CANONICAL = "Ensembl_canonical"
REFSEQ_SELECT = "RefSeq_Select"
INCOMPLETE_START = "cds_start_NF"
INCOMPLETE_END = "cds_end_NF"
TAGS = (MANE_SELECT, ENSEMBL_CANONICAL, REFSEQ_SELECT, INCOMPLETE_START, INCOMPLETE_END)
"""The tags of transcripts that are stored, in GENCODE's words
(https://www.gencodegenes.org/pages/tags.html); RefSeq writes a blank for the underscore.
"""


@dataclass(frozen=True)
class Transcript:
    """A transcript: its exons in ascending order, and the span from the first to the last coding
    base, if it has any.

    Start and end are taken from the source table; in some tables the exons do not reach them. The
    coding span includes the stop codon. `tags` are those of TAGS that the annotation gives; None if
    the release was loaded before tags were stored.
    """

    transcript_id: str
    gene_id: str
    symbol: str
    chrom: str
    start: int
    end: int
    strand: str
    exons: tuple[Span, ...]
    cds: Span | None = None
    source: str = ""
    tags: tuple[str, ...] | None = ()

    def __post_init__(self) -> None:
        check_span((self.start, self.end), "start and end")
        check_strand(self.strand)
        for exon in self.exons:
            check_span(exon, "an exon")
        if any(second[0] <= first[1] for first, second in pairwise(self.exons)):
            raise ValueError(f"expected exons that ascend and do not overlap, got {self.exons}")
        if self.cds:
            check_span(self.cds, "a coding span")

    def introns(self) -> tuple[Span, ...]:
        """First and last base of every intron, ascending. Exons that touch have no intron between
        them.
        """
        return tuple(intron for intron in introns_between(self.exons) if intron[0] <= intron[1])


def introns_between(exons: Sequence[Span]) -> list[Span]:
    """First and last base between each two neighbours of ascending exons.

    Between exons that touch lies an intron without a base: its last base is before its first.
    """
    return [(exon[1] + 1, following[0] - 1) for exon, following in pairwise(exons)]


def check_span(span: Span, noun: str) -> None:
    """Raises ValueError for a span before the first base, or whose ends are reversed."""
    if not 1 <= span[0] <= span[1]:
        raise ValueError(f"expected {noun} with 1 <= start <= end, got {span[0]}-{span[1]}")


def check_strand(strand: str) -> None:
    """Raises ValueError for a strand that is none."""
    if strand not in STRANDS:
        raise ValueError(f"expected a strand, one of {' '.join(STRANDS)}, got {strand!r}")
