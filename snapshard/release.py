"""A release of a compilation: one immutable load, partitioned into intervals that shards hold."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from snapshard.errors import BadQuery
from snapshard.match import RULES, Bounds, Match
from snapshard.pairs import Integers
from snapshard.region import Region

OTHERS = "*"
"""The chromosome of the interval that holds every chromosome without an interval of its own."""

_COMPILATION = re.compile(r"[a-z][a-z0-9_]{0,30}")
_RELEASE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,30}")


@dataclass(frozen=True)
class Content:
    """The rows of one kind in an interval: their number and the bounds of their values. Counted
    during the load, and exact.
    """

    row_count: int
    first_block: int
    last_block: int
    max_end: int
    longest: int
    min_id: int
    max_id: int

    def may_hold_ids(self, ids: Iterable[int]) -> bool:
        """Whether any of the ids lies between the smallest and the largest id here."""
        return any(self.min_id <= number <= self.max_id for number in ids)


@dataclass(frozen=True)
class Interval:
    """Rows that start at first to last (1-based, both included) of a chromosome, and the shard that
    holds them.

    `content` is by kind of rows, and empty until the shard is loaded. A kind without rows is not in
    it.
    """

    number: int
    chrom: str
    first: int
    last: int
    shard: str
    content: Mapping[str, Content] = field(default_factory=dict)

    def holds_chrom(self, chrom: str, named_chroms: frozenset[str]) -> bool:
        """Whether this interval holds rows of the chromosome. `named_chroms` are the chromosomes
        with intervals of their own.
        """
        return chrom == self.chrom or (self.chrom == OTHERS and chrom not in named_chroms)

    def holds_start(self, chrom: str, start: int, named_chroms: frozenset[str]) -> bool:
        """Whether this interval holds the rows that start at this position."""
        return self.holds_chrom(chrom, named_chroms) and self.first <= start <= self.last

    def may_hold(
        self, region: Region, match: Match, named_chroms: frozenset[str], kind: str
    ) -> bool:
        """Whether this interval may hold rows that match the region; False is certain."""
        content = self.content.get(kind)
        if content is None or not self.holds_chrom(region.chrom, named_chroms):
            return False
        # Every row starts within the interval; its end may lie beyond it, up to max_end.
        bounds = Bounds(self.first, self.last, content.max_end)
        return bool(RULES[match].any_row(bounds, region.start, region.end))


@dataclass(frozen=True)
class Release:
    """One immutable load: its intervals in genome order, and the facts that every response states.

    An assembly of None is unknown.
    """

    compilation: str
    name: str
    schema: str
    state: str
    title: str
    assembly: str | None
    simulated: bool
    sample_count: int | None
    created: datetime
    published: datetime | None
    intervals: tuple[Interval, ...]
    notices: tuple[str, ...] = ()
    """What the load repaired, left out or let pass, as sentences that begin with a file's name."""

    @property
    def named_chroms(self) -> frozenset[str]:
        """The chromosomes with intervals of their own, and OTHERS if there is such an interval."""
        return frozenset(interval.chrom for interval in self.intervals)

    @property
    def filled_chroms(self) -> frozenset[str]:
        """The chromosomes with intervals of their own that hold rows of any kind."""
        return frozenset(interval.chrom for interval in self.intervals if interval.content) - {
            OTHERS
        }

    @property
    def row_count(self) -> int:
        """The number of junctions in the release."""
        contents = (interval.content.get("junction") for interval in self.intervals)
        return sum(content.row_count for content in contents if content)

    @property
    def shards(self) -> tuple[str, ...]:
        """The names of its shards, in the order of their first interval."""
        return tuple(dict.fromkeys(interval.shard for interval in self.intervals))

    def provenance(self) -> dict[str, object]:
        """The members that state the origin of the data in every response: compilation, release,
        assembly, coordinate system, number of samples, simulated or real.
        """
        return {
            "compilation": self.compilation,
            "release": self.name,
            "assembly": self.assembly,
            "coordinate_system": "1-based, closed, intron",
            "sample_count": self.sample_count,
            "simulated": self.simulated,
        }


@dataclass(frozen=True)
class SampleGroup:
    """A named set of samples, such as those of a tissue."""

    number: int
    name: str
    long_name: str
    members: Integers


def schema_name(compilation: str, release: str) -> str:
    """The name of the schema that holds a release, the same in every shard and in the catalog.

    Raises BadQuery for a name that is not safe in URLs and file names.
    """
    if not _COMPILATION.fullmatch(compilation) or compilation == "snaptron":
        expected = "a lower-case letter, then letters, digits or _ (31 at most; not 'snaptron')"
        raise BadQuery("compilation", compilation, expected)
    if not _RELEASE.fullmatch(release):
        raise BadQuery(
            "release", release, "lower-case letters, digits, '.', '_' or '-' (31 at most)"
        )
    return f"{compilation}@{release}"
