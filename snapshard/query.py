"""What is asked of a release, and which intervals must be asked. Pure: nothing here touches a
database.

Rows of an interval are numbered by (block, position), which is genome order: start, end, then the
order of the source.
"""

from dataclasses import dataclass, replace

from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.pairs import SampleSet
from snapshard.region import Region
from snapshard.release import Interval, Release
from snapshard.row_kinds import HOT_KINDS

MOST_REGIONS = 1_000
MOST_IDS = 10_000


@dataclass(frozen=True)
class RowAddress:
    """Where a row stands in a release: its interval's number, block and position."""

    interval: int
    block: int
    position: int


@dataclass(frozen=True)
class Query:
    """What rows are wanted. Without regions and ids: every row of the release, in genome order.

    A row that matches several regions comes once. With samples, pairs of other samples are cut out,
    the statistics are recomputed, rows left without samples are dropped, and filters see the
    recomputed values.
    """

    regions: tuple[Region, ...] = ()
    ids: tuple[int, ...] | None = None
    match: Match = Match.OVERLAP
    filters: tuple[Filter, ...] = ()
    samples: SampleSet | None = None
    kind: str = "junction"
    after: RowAddress | None = None

    def __post_init__(self) -> None:
        if self.kind not in HOT_KINDS:
            raise BadQuery("kind", self.kind, f"one of {', '.join(HOT_KINDS)}")
        if len(self.regions) > MOST_REGIONS:
            raise BadQuery(
                "regions",
                f"{len(self.regions)} regions",
                f"at most {MOST_REGIONS}; ask in several requests",
            )
        if self.ids is not None and len(self.ids) > MOST_IDS:
            raise BadQuery(
                "ids", f"{len(self.ids)} ids", f"at most {MOST_IDS}; ask in several requests"
            )

    @property
    def stored_filters(self) -> tuple[Filter, ...]:
        """Filters that stored columns decide, and those that follow for stored columns from the
        others.
        """
        necessary = (one.necessary for one in self.recomputed_filters)
        decided = (one for one in self.filters if self.samples is None or not one.on_recomputed)
        return (*decided, *[one for one in necessary if one is not None])

    @property
    def recomputed_filters(self) -> tuple[Filter, ...]:
        """Filters that only recomputed statistics decide."""
        return tuple(f for f in self.filters if self.samples is not None and f.on_recomputed)


def intervals_to_ask(query: Query, release: Release) -> tuple[Interval, ...]:
    """The intervals that may hold matching rows, in genome order."""
    named = release.named
    return tuple(
        interval
        for interval in release.intervals
        if query.kind in interval.content
        and (query.after is None or interval.number >= query.after.interval)
        and (
            not query.regions
            or any(
                interval.may_hold(region, query.match, named, query.kind)
                for region in query.regions
            )
        )
        and (query.ids is None or interval.content[query.kind].may_hold_ids(query.ids))
    )


def continued(query: Query, address: RowAddress) -> Query:
    """The same query from behind a row on."""
    return replace(query, after=address)
