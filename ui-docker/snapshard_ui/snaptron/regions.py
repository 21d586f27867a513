"""What the protocol takes for a region: an interval, a gene symbol, a versioned gene id, or introns
of a gene. [5]
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


@dataclass(frozen=True)
class Stretch:
    """One interval to ask for, as it is shown, and whether only rows with exactly its ends are
    meant.

    The region is None for an interval that no base lies in, such as one that ends before it starts.
    """

    text: str
    region: Region | None
    exact: bool = False

    def match(self, asked: Match) -> Match:
        """The coordinate condition that holds here."""
        return Match.EXACT if self.exact else asked


def stretches(texts: Sequence[str], symbols: Symbols) -> Iterator[Stretch]:
    """The intervals to ask for one after the other. Raises NotFound at a name that no gene has."""
    for text in texts:
        found = _INTERVAL.fullmatch(text)
        if found:
            yield _interval(text, found)
        else:
            yield from _of_gene(text, symbols)


def _interval(text: str, found: re.Match[str]) -> Stretch:
    start, end = max(1, int(found["start"])), min(LAST_BASE, int(found["end"]))
    return Stretch(text, Region(found["chrom"], start, end) if start <= end else None)


def _of_gene(text: str, symbols: Symbols) -> list[Stretch]:
    introns = _INTRONS.fullmatch(text)
    if introns:
        regions = symbols.introns(introns["symbol"], _numbers(introns["numbers"]))
    else:
        regions = symbols.intervals(text) or symbols.versioned(text)
    if not regions:
        raise NotFound("gene or region", text)
    # The id's form is told in capitals only; the name is found in any case.
    exact = _VERSIONED.search(text) is not None
    return [Stretch(str(region), region, exact=exact) for region in regions]


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for piece in text.split(";"):
        first, _, last = piece.partition("-")
        numbers += range(int(first), min(int(last or first), int(first) + 1_000) + 1)
    return numbers


def is_interval(text: str) -> bool:
    """Whether a region is given by its coordinates, not by a name."""
    return _INTERVAL.fullmatch(text) is not None
