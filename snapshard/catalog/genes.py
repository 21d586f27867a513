"""Genes, and the intervals of a gene symbol.

Positions are 1-based and both ends are included, whatever the convention of the source file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from snapshard.assembly import is_primary
from snapshard.region import Region
from snapshard.transcripts import Span, check_span, check_strand

NEARBY = 10_000
"""Spans of one symbol become one interval if they overlap, or if their ends are at most this far
apart.
"""


@dataclass(frozen=True)
class Gene:
    """A gene of an annotation; `source` is the source that the annotation names for it."""

    gene_id: str
    symbol: str
    chrom: str
    start: int
    end: int
    strand: str
    biotype: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        check_span((self.start, self.end), "start and end")
        check_strand(self.strand)


class SymbolSpan(Protocol):
    """A span that belongs to a gene symbol: a transcript, or a database row with these columns."""

    @property
    def symbol(self) -> str: ...
    @property
    def chrom(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def symbol_intervals(spans: Iterable[SymbolSpan]) -> dict[str, list[Region]]:
    """The intervals to query for every symbol (in upper case), in the order to query them.

    The rule is Snaptron's, and the spans must be in the order of their file: a span widens every
    interval of its symbol and chromosome so far that it overlaps or whose end is near its own; if
    there is none, it starts a new interval. Intervals are not merged with each other later.
    Chromosomes are in plain string order, intervals of one chromosome in the order of creation.
    Only primary chromosomes are included.
    """
    by_symbol: dict[str, dict[str, list[Span]]] = {}
    for span in spans:
        by_chrom = by_symbol.setdefault(span.symbol.upper(), {})
        _add((span.start, span.end), by_chrom.setdefault(span.chrom, []))
    intervals = {symbol: _regions(by_chrom) for symbol, by_chrom in by_symbol.items()}
    return {symbol: regions for symbol, regions in intervals.items() if regions}


def _add(span: Span, intervals: list[Span]) -> None:
    # One span may widen several intervals until they overlap. They stay separate, as in Snaptron.
    widened = False
    for number, interval in enumerate(intervals):
        if _belong_together(interval, span):
            intervals[number] = (min(interval[0], span[0]), max(interval[1], span[1]))
            widened = True
    if not widened:
        intervals.append(span)


def _belong_together(interval: Span, span: Span) -> bool:
    # Only the ends are compared for nearness, never the starts, as in Snaptron.
    overlap = interval[0] <= span[1] and span[0] <= interval[1]
    return overlap or abs(interval[1] - span[1]) <= NEARBY


def _regions(by_chrom: dict[str, list[Span]]) -> list[Region]:
    regions: list[Region] = []
    for chrom in sorted(filter(is_primary, by_chrom)):
        regions += [Region(chrom, start, end) for start, end in by_chrom[chrom]]
    return regions
