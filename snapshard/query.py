"""A query of a release, and the intervals that must be read for it. Pure: nothing here uses a
database.

Rows of an interval are numbered by (block, position), which is genome order: start, end, then the
order of the source.
"""

from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.junction import KINDS
from snapshard.match import Match
from snapshard.pairs import SampleSet
from snapshard.region import Region
from snapshard.release import Interval, Release

MOST_REGIONS = 1_000
MOST_IDS = 10_000


@dataclass(frozen=True)
class RowAddress:
    """The address of a row in a release: the number of its interval, its block and its position."""

    interval: int
    block: int
    position: int


@dataclass(frozen=True)
class Query:
    """The conditions that rows must satisfy. Without regions and ids: every row of the release, in
    genome order.

    A row that matches several regions is returned once. With `samples`, rows are restricted to
    them: pairs of other samples are dropped, the statistics are recomputed, rows without pairs are
    left out, and filters apply to the recomputed values. Pairs with 0 reads are dropped too, unless
    `zeros` is true. With `after`, rows up to that address are left out.
    """

    regions: tuple[Region, ...] = ()
    ids: tuple[int, ...] | None = None
    match: Match = Match.OVERLAP
    filters: tuple[Filter, ...] = ()
    samples: SampleSet | None = None
    zeros: bool = False
    kind: str = "junction"
    after: RowAddress | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadQuery("kind", self.kind, f"one of {', '.join(KINDS)}")
        if len(self.regions) > MOST_REGIONS:
            expected = f"at most {MOST_REGIONS}; split them over several requests"
            raise BadQuery("regions", f"{len(self.regions)} regions", expected)
        if self.ids is not None and len(self.ids) > MOST_IDS:
            expected = f"at most {MOST_IDS}; split them over several requests"
            raise BadQuery("ids", f"{len(self.ids)} ids", expected)

    @property
    def stored_filters(self) -> tuple[Filter, ...]:
        """The filters to apply to stored columns: those that stored columns decide, and the
        necessary conditions of those on recomputed columns.
        """
        recomputed = self.recomputed_filters
        stored = (condition for condition in self.filters if condition not in recomputed)
        necessary = (condition.necessary for condition in recomputed)
        return (*stored, *filter(None, necessary))

    @property
    def recomputed_filters(self) -> tuple[Filter, ...]:
        """The filters that only recomputed statistics can decide."""
        if self.samples is None:
            return ()
        return tuple(condition for condition in self.filters if condition.on_recomputed)


def intervals_to_ask(query: Query, release: Release) -> tuple[Interval, ...]:
    """The intervals that may hold matching rows, in genome order."""
    named_chroms = release.named_chroms
    return tuple(
        interval for interval in release.intervals if _may_match(query, interval, named_chroms)
    )


def _may_match(query: Query, interval: Interval, named_chroms: frozenset[str]) -> bool:
    # The cheap conditions come first: a query may have a thousand regions and ten thousand ids.
    content = interval.content.get(query.kind)
    if content is None:
        return False
    if query.after is not None and interval.number < query.after.interval:
        return False
    if query.ids is not None and not content.may_hold_ids(query.ids):
        return False
    return not query.regions or any(
        interval.may_hold(region, query.match, named_chroms, query.kind) for region in query.regions
    )
