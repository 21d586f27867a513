"""The regions of the protocol: an interval, a gene symbol, a versioned gene ID, or introns of a
gene. [5]
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from snapshard.assembly import PRIMARY
from snapshard.catalog import Symbols
from snapshard.errors import NotFound
from snapshard.match import Match
from snapshard.region import LAST_BASE, Region

_INTERVAL = re.compile(rf"(?P<chrom>{PRIMARY}):(?P<start>[0-9]{{1,300}})-(?P<end>[0-9]{{1,300}})")
_VERSIONED = re.compile(r"ENS(?:MUS)?G[0-9]+\.[0-9]+")
_INTRONS = re.compile(
    r"(?P<symbol>[^:]+):(?P<numbers>[0-9]{1,9}(?:-[0-9]{1,9})?(?:;[0-9]{1,9}(?:-[0-9]{1,9})?)*)"
)
_MOST_INTRONS = 1_000
"""A range of introns ends at the latest this many after its first."""


@dataclass(frozen=True)
class QueryInterval:
    """One interval of a query, its text in the response, and whether only rows with exactly its
    ends match.

    The region is None for an interval without bases, such as one that ends before it starts.
    """

    text: str
    region: Region | None
    exact: bool = False

    def match(self, mode: Match) -> Match:
        """The match mode of this interval in a query of this mode."""
        return Match.EXACT if self.exact else mode


def query_intervals(texts: Sequence[str], symbols: Symbols) -> Iterator[QueryInterval]:
    """The intervals of the regions, lazily and in the order of the query. Raises NotFound at an
    unknown name.
    """
    for text in texts:
        interval = _INTERVAL.fullmatch(text)
        if interval:
            yield _coordinate_interval(interval)
        else:
            yield from _gene_intervals(text, symbols)


def _coordinate_interval(interval: re.Match[str]) -> QueryInterval:
    start, end = max(1, int(interval["start"])), min(LAST_BASE, int(interval["end"]))
    region = Region(interval["chrom"], start, end) if start <= end else None
    return QueryInterval(interval.string, region)


def _gene_intervals(text: str, symbols: Symbols) -> list[QueryInterval]:
    # A gene's own name may look like introns of another gene.
    regions = symbols.intervals(text) or symbols.versioned(text)
    introns = _INTRONS.fullmatch(text)
    if introns and not regions:
        regions = symbols.introns(introns["symbol"], _intron_numbers(introns["numbers"]))
    if not regions:
        raise NotFound("gene or region", text)
    # The ID pattern is case-sensitive; the lookup is not. So an ID in small letters finds the gene
    # without making the match exact.
    exact = _VERSIONED.search(text) is not None
    return [QueryInterval(str(region), region, exact=exact) for region in regions]


def _intron_numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for span in text.split(";"):
        first, _, last = span.partition("-")
        numbers += range(int(first), min(int(last or first), int(first) + _MOST_INTRONS) + 1)
    return numbers


def is_interval(text: str) -> bool:
    """True for a region given by coordinates, false for a name."""
    return _INTERVAL.fullmatch(text) is not None
