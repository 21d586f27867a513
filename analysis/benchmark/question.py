"""A question in a form that every system translates into its own query language."""

from dataclasses import dataclass

from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.region import Region


@dataclass(frozen=True)
class Question:
    """One question. Positions are 1-based, both ends included; without regions it covers the whole
    genome.

    `samples` restricts rows to these samples. `gene` is the symbol of the gene at the region, for
    systems that look up genes. `page` is true if the answer fits a page of the REST API. The
    regions of a cassette exon are its two inclusion junctions and the junction that skips it.
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
        """The only region; raises ValueError if there is none or more than one."""
        (region,) = self.regions
        return region
