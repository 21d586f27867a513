"""A release of a compilation: one immutable load, cut into intervals that live on shards."""

import re
from dataclasses import dataclass
from datetime import datetime

from snapshard.errors import BadQuery
from snapshard.region import Region

OTHERS = "*"
"""The chromosome of an interval that takes every chromosome no other interval names."""

_COMPILATION = re.compile(r"[a-z][a-z0-9_]{0,30}")
_RELEASE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,30}")


@dataclass(frozen=True)
class Interval:
    """Rows that start at first to last (1-based, both included) of a chromosome, and the shard that holds them.

    What was loaded (rows, their furthest end, their ids) is known once the shard is loaded; until then it is None.
    """

    number: int
    chrom: str
    first: int
    last: int
    shard: str
    row_count: int | None = None
    max_end: int | None = None
    longest: int | None = None
    min_id: int | None = None
    max_id: int | None = None

    def holds_start(self, chrom: str, start: int, named: frozenset[str]) -> bool:
        """Whether a row that starts there lives here; named are the chromosomes that have intervals of their own."""
        return self.holds_chrom(chrom, named) and self.first <= start <= self.last

    def holds_chrom(self, chrom: str, named: frozenset[str]) -> bool:
        """Whether rows of the chromosome may live here."""
        return chrom == self.chrom or (self.chrom == OTHERS and chrom not in named)

    def may_overlap(self, region: Region, named: frozenset[str]) -> bool:
        """Whether rows here may overlap the region: they start at or before its end, and the furthest reaches its start."""
        return (
            self.holds_chrom(region.chrom, named)
            and self.first <= region.end
            and (self.max_end is None or self.max_end >= region.start)
        )


@dataclass(frozen=True)
class Release:
    """One immutable load: its intervals in genome order and what every answer says of it."""

    compilation: str
    name: str
    schema: str
    state: str
    title: str
    assembly: str
    simulated: bool
    sample_count: int | None
    created: datetime
    published: datetime | None
    intervals: tuple[Interval, ...]

    @property
    def named(self) -> frozenset[str]:
        """Chromosomes that have intervals of their own."""
        return frozenset(interval.chrom for interval in self.intervals)

    @property
    def row_count(self) -> int:
        """Junctions of the release."""
        return sum(interval.row_count or 0 for interval in self.intervals)

    @property
    def shards(self) -> tuple[str, ...]:
        """Names of the shards that hold it, in the order of their first interval."""
        return tuple(dict.fromkeys(interval.shard for interval in self.intervals))

    def provenance(self) -> dict[str, object]:
        """What every answer says: compilation, release, assembly, coordinates, samples, simulated or real."""
        return {
            "compilation": self.compilation,
            "release": self.name,
            "assembly": self.assembly,
            "coordinate_system": "1-based, closed, intron",
            "sample_count": self.sample_count,
            "simulated": self.simulated,
        }


def schema_name(compilation: str, release: str) -> str:
    """The schema that holds a release, the same in every shard and in the catalog.

    Raises BadQuery for a name that no URL or file could carry.
    """
    if not _COMPILATION.fullmatch(compilation) or compilation == "snaptron":
        expected = "a lower-case letter, then letters, digits or _ (31 at most; not 'snaptron')"
        raise BadQuery("compilation", compilation, expected)
    if not _RELEASE.fullmatch(release):
        raise BadQuery("release", release, "lower-case letters, digits, '.', '_' or '-' (31 at most)")
    return f"{compilation}@{release}"
