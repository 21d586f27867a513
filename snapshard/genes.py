"""Genes and transcripts, and where a gene's symbol points.

Positions are 1-based and both ends are included, whatever the file they came from says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from snapshard.junction import STRANDS
from snapshard.region import Region

Span = tuple[int, int]

NEARBY = 10_000
"""Spans of one symbol whose ends lie no farther apart are one interval, also where they do not
overlap.
"""
_CHROMOSOME = re.compile(r"chr[12]?[0-9XYM]")


@dataclass(frozen=True)
class Gene:
    """A gene as an annotation has it; `source` is what the annotation says of its origin."""

    gene_id: str
    symbol: str
    chrom: str
    start: int
    end: int
    strand: str
    biotype: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        _check_span((self.start, self.end), "start and end")
        _check_strand(self.strand)


@dataclass(frozen=True)
class Transcript:
    """A transcript: its exons in ascending order, and the span from the first to the last coding
    base, if it has any.

    Start and end are the table's own: some tables give exons that do not fill them.
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

    def __post_init__(self) -> None:
        _check_span((self.start, self.end), "start and end")
        _check_strand(self.strand)
        for exon in self.exons:
            _check_span(exon, "an exon")
        if any(second[0] <= first[1] for first, second in pairwise(self.exons)):
            raise ValueError(f"expected exons that ascend and do not overlap, got {self.exons}")
        if self.cds:
            _check_span(self.cds, "a coding span")

    def introns(self) -> tuple[Span, ...]:
        """First and last base of what lies between the exons, ascending; exons that touch have
        nothing between them.
        """
        gaps = [(left[1] + 1, right[0] - 1) for left, right in pairwise(self.exons)]
        return tuple(gap for gap in gaps if gap[0] <= gap[1])


class Spanned(Protocol):
    """What the intervals of a symbol are made of: a transcript, or a row that has these of it."""

    @property
    def symbol(self) -> str: ...
    @property
    def chrom(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def symbol_intervals(transcripts: Iterable[Spanned]) -> dict[str, list[Region]]:
    """For every symbol, in upper case, the intervals to ask for, in the order to ask for them.

    Transcripts must come in the order of their file, since the rule is Snaptron's: a transcript
    widens every interval so far of its symbol and chromosome that it overlaps or whose end is near
    its own, or else makes a new one; intervals are not merged with each other later. Chromosomes
    are in plain string order, intervals of one in the order in which they came about. Transcripts
    outside chromosomes 1-29, X, Y and M are left out.
    """
    found: dict[str, dict[str, list[Span]]] = {}
    for transcript in transcripts:
        chromosomes = found.setdefault(transcript.symbol.upper(), {})
        _add((transcript.start, transcript.end), chromosomes.setdefault(transcript.chrom, []))
    intervals = {symbol: _regions(chromosomes) for symbol, chromosomes in found.items()}
    return {symbol: regions for symbol, regions in intervals.items() if regions}


def _add(new: Span, intervals: list[Span]) -> None:
    near = [place for place, old in enumerate(intervals) if _belong_together(old, new)]
    for place in near:
        old = intervals[place]
        intervals[place] = (min(old[0], new[0]), max(old[1], new[1]))
    if not near:
        intervals.append(new)


def _belong_together(one: Span, other: Span) -> bool:
    overlap = one[0] <= other[1] and other[0] <= one[1]
    return overlap or abs(one[1] - other[1]) <= NEARBY


def _regions(chromosomes: dict[str, list[Span]]) -> list[Region]:
    known = sorted(chrom for chrom in chromosomes if _CHROMOSOME.fullmatch(chrom))
    return [Region(chrom, start, end) for chrom in known for start, end in chromosomes[chrom]]


def _check_span(span: Span, what: str) -> None:
    if not 1 <= span[0] <= span[1]:
        raise ValueError(f"expected {what} with 1 <= start <= end, got {span[0]}-{span[1]}")


def _check_strand(strand: str) -> None:
    if strand not in STRANDS:
        raise ValueError(f"expected a strand, one of {' '.join(STRANDS)}, got {strand!r}")
