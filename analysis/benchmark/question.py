"""What is asked of every system: one question, in words that each translates into its own."""

from dataclasses import dataclass

from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.region import Region


@dataclass(frozen=True)
class Question:
    """One question. Positions are 1-based, both ends included; without regions the whole genome is
    meant.

    `samples` cuts rows to these samples; `gene` names what the region is, for systems that know
    genes. `page` says that the answer fits a page of the REST API. The regions of a cassette exon
    are its two inclusion junctions and the one that skips it.
    """

    label: str
    regions: tuple[Region, ...] = ()
    match: Match = Match.OVERLAP
    filters: tuple[Filter, ...] = ()
    ids: tuple[int, ...] = ()
    samples: tuple[int, ...] = ()
    gene: str = ""
    page: bool = False

    @property
    def region(self) -> Region:
        """The one region; ValueError if there is none or several."""
        (region,) = self.regions
        return region
