"""A release of a compilation: one immutable load, cut into intervals that live on shards."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from snapshard.errors import BadQuery
from snapshard.match import RULES, Bounds, Match
from snapshard.pairs import Integers
from snapshard.region import Region

OTHERS = "*"
"""The chromosome of an interval that takes every chromosome no other interval names."""

_COMPILATION = re.compile(r"[a-z][a-z0-9_]{0,30}")
_RELEASE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,30}")


@dataclass(frozen=True)
class Content:
    """What an interval holds of one kind of rows, counted while it was loaded; the bounds are
    exact, never guessed.
    """

    row_count: int
    first_block: int
    last_block: int
    max_end: int
    longest: int
    min_id: int
    max_id: int

    def may_hold_ids(self, ids: Iterable[int]) -> bool:
        """Whether any of the ids lies between the smallest and the largest here."""
        return any(self.min_id <= number <= self.max_id for number in ids)


@dataclass(frozen=True)
class Interval:
    """Rows that start at first to last (1-based, both included) of a chromosome, and the shard that
    holds them.

    Content per kind of rows is known once the shard is loaded; a kind without rows is not in it.
    """

    number: int
    chrom: str
    first: int
    last: int
    shard: str
    content: Mapping[str, Content] = field(default_factory=dict)

    def holds_chrom(self, chrom: str, named: frozenset[str]) -> bool:
        """Whether rows of the chromosome live here; named are the chromosomes that have intervals
        of their own.
        """
        return chrom == self.chrom or (self.chrom == OTHERS and chrom not in named)

    def holds_start(self, chrom: str, start: int, named: frozenset[str]) -> bool:
        """Whether a row that starts there lives here."""
        return self.holds_chrom(chrom, named) and self.first <= start <= self.last

    def may_hold(self, region: Region, match: Match, named: frozenset[str], kind: str) -> bool:
        """Whether this interval may hold rows that match the region; False is certain."""
        content = self.content.get(kind)
        if content is None or not self.holds_chrom(region.chrom, named):
            return False
        bounds = Bounds(self.first, self.last, content.max_end)
        return bool(RULES[match].any_row(bounds, region.start, region.end))


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
        contents = (interval.content.get("junction") for interval in self.intervals)
        return sum(content.row_count for content in contents if content)

    @property
    def shards(self) -> tuple[str, ...]:
        """Names of the shards that hold it, in the order of their first interval."""
        return tuple(dict.fromkeys(interval.shard for interval in self.intervals))

    def provenance(self) -> dict[str, object]:
        """What every answer says: compilation, release, assembly, coordinates, samples, simulated
        or real.
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
    """Samples that belong together, such as those of a tissue."""

    number: int
    name: str
    long_name: str
    members: Integers


def schema_name(compilation: str, release: str) -> str:
    """The schema that holds a release, the same in every shard and in the catalog.

    Raises BadQuery for a name that no URL or file could carry.
    """
    if not _COMPILATION.fullmatch(compilation) or compilation == "snaptron":
        expected = "a lower-case letter, then letters, digits or _ (31 at most; not 'snaptron')"
        raise BadQuery("compilation", compilation, expected)
    if not _RELEASE.fullmatch(release):
        raise BadQuery(
            "release", release, "lower-case letters, digits, '.', '_' or '-' (31 at most)"
        )
    return f"{compilation}@{release}"
