"""What is asked of a release, and the statements that ask one interval of it. Pure: nothing here touches a database.

Rows of an interval are numbered by (block, position), which is genome order: start, end, then the order of the source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Table,
    and_,
    any_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, INT4RANGE, aggregate_order_by

from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.junction import NAME
from snapshard.pairs import SampleSet
from snapshard.region import LAST_BASE, Region
from snapshard.release import Interval, Release
from snapshard.tables import KINDS, Rowset, rowset

MOST_REGIONS = 1_000
MOST_IDS = 10_000


class Match(StrEnum):
    """How a row's span must lie to a region; all but exact and contains also need an overlap of one base."""

    OVERLAP = "overlap"
    CONTAINS = "contains"
    EXACT = "exact"
    START = "start"
    END = "end"


MATCH_MEANINGS = {
    Match.OVERLAP: "shares at least one base with the region",
    Match.CONTAINS: "lies wholly inside the region",
    Match.EXACT: "has the region's first and last base as its own",
    Match.START: "has its first base inside the region",
    Match.END: "has its last base inside the region",
}


@dataclass(frozen=True)
class Place:
    """Where a row stands in a release: its interval's number, block and position."""

    interval: int
    block: int
    position: int


@dataclass(frozen=True)
class Query:
    """What rows are wanted. Without regions and ids: every row of the release, in genome order.

    A row that matches several regions comes once. With samples, pairs of other samples are cut out, the statistics are
    recomputed, rows left without samples are dropped, and filters see the recomputed values.
    """

    regions: tuple[Region, ...] = ()
    ids: tuple[int, ...] | None = None
    match: Match = Match.OVERLAP
    filters: tuple[Filter, ...] = ()
    samples: SampleSet | None = None
    kind: str = "junction"
    after: Place | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadQuery("kind", self.kind, f"one of {', '.join(KINDS)}")
        if len(self.regions) > MOST_REGIONS:
            raise BadQuery("regions", f"{len(self.regions)} regions", f"at most {MOST_REGIONS}; ask in several requests")
        if self.ids is not None and len(self.ids) > MOST_IDS:
            raise BadQuery("ids", f"{len(self.ids)} ids", f"at most {MOST_IDS}; ask in several requests")

    @property
    def stored_filters(self) -> tuple[Filter, ...]:
        """Filters that stored columns decide."""
        return tuple(f for f in self.filters if self.samples is None or not f.on_recomputed)

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
        and (not query.regions or any(_may_match(interval, region, query, named) for region in query.regions))
        and (query.ids is None or interval.content[query.kind].may_hold_ids(query.ids))
    )


def _may_match(interval: Interval, region: Region, query: Query, named: frozenset[str]) -> bool:
    if query.match in (Match.CONTAINS, Match.EXACT, Match.START) and interval.last < region.start:
        return False
    return interval.may_overlap(region, named, query.kind)


def summary_select(query: Query, release: Release, interval: Interval, columns: Sequence[str]) -> Select[Any]:
    """These stored columns of the matching rows, in order. Not for queries restricted to samples."""
    tables = rowset(release.schema, query.kind)
    rows = tables.rows
    wanted = [row_column(rows, release, name) for name in columns]
    return select(*wanted).where(*_conditions(query, interval, tables)).order_by(rows.c.block, rows.c.position)


def place_select(query: Query, release: Release, interval: Interval) -> Select[Any]:
    """Block and position of the matching rows, in order."""
    return summary_select(query, release, interval, ("block", "position"))


def row_column(rows: Table, release: Release, name: str) -> ColumnElement[Any]:
    """A column of an answer: a stored one, or the stable name, which is made of stored ones."""
    if name != NAME:
        return rows.c[name]
    parts = literal(f"{release.assembly}:"), rows.c.chromosome, ":", rows.c.start, "-", rows.c.end, ":", rows.c.strand
    return func.concat(*parts)


def chromosome_select(release: Release, interval: Interval, kind: str = "junction") -> Select[Any]:
    """The chromosomes that an interval has rows of."""
    rows = rowset(release.schema, kind).rows
    content = interval.content[kind]
    return select(rows.c.chromosome).where(rows.c.block.between(content.first_block, content.last_block)).distinct()


def count_select(query: Query, release: Release, interval: Interval) -> Select[Any]:
    """One row, one number: how many rows match. Blocks of which every row matches are not opened."""
    tables = rowset(release.schema, query.kind)
    rows, blocks = tables.rows, tables.blocks
    whole = _whole_blocks(query, interval, blocks)
    if whole is None:
        return select(func.count()).select_from(rows).where(*_conditions(query, interval, tables))
    opened = select(func.count()).select_from(rows).where(*_conditions(query, interval, tables, without=whole))
    closed = select(func.coalesce(func.sum(blocks.c.row_count), 0)).where(_of_interval(query, interval, blocks), whole)
    return select(opened.scalar_subquery() + closed.scalar_subquery())


def payload_select(query: Query, release: Release, interval: Interval, *, limit: int | None = None) -> Select[Any]:
    """Blocks that hold matching rows, in order: block, positions (two big-endian bytes each; NULL = every row), payload.

    A limit counts rows; it is not for queries with recomputed filters, whose rows are decided only after unpacking.
    """
    tables = rowset(release.schema, query.kind)
    blocks = tables.blocks
    whole = None if limit is not None else _whole_blocks(query, interval, blocks)
    opened = _opened_blocks(query, release, interval, whole=whole, limit=limit)
    if whole is None:
        return opened.order_by(blocks.c.block)
    closed = select(blocks.c.block, null().cast(LargeBinary).label("positions"), blocks.c.payload)
    closed = closed.where(_of_interval(query, interval, blocks), whole)
    both = union_all(opened, closed).subquery()
    return select(both).order_by(both.c.block)


def _opened_blocks(
    query: Query, release: Release, interval: Interval, *, whole: ColumnElement[bool] | None, limit: int | None
) -> Select[Any]:
    tables = rowset(release.schema, query.kind)
    rows, blocks = tables.rows, tables.blocks
    matches = select(rows.c.block, rows.c.position).where(*_conditions(query, interval, tables, without=whole))
    if limit is not None:
        matches = matches.order_by(rows.c.block, rows.c.position).limit(limit)
    match = matches.subquery()
    sent = func.int2send(match.c.position, type_=LargeBinary)
    positions = func.string_agg(sent, aggregate_order_by(literal(b"", LargeBinary), match.c.position), type_=LargeBinary)
    picked = select(match.c.block, positions.label("positions")).group_by(match.c.block).subquery()
    return select(blocks.c.block, picked.c.positions, blocks.c.payload).join(picked, picked.c.block == blocks.c.block)


def _conditions(
    query: Query, interval: Interval, tables: Rowset, *, without: ColumnElement[bool] | None = None
) -> list[ColumnElement[bool]]:
    """What a stored row must satisfy; `without` leaves out the blocks that satisfy it."""
    rows, blocks = tables.rows, tables.blocks
    conditions = [_of_interval(query, interval, rows)]
    if query.regions:
        conditions.append(or_(*[_row_matches(rows, region, query.match) for region in query.regions]))
    if query.regions or without is not None:
        near = near_blocks(query, interval, blocks)
        if without is not None:
            near.append(~without)
        conditions.append(rows.c.block.in_(select(blocks.c.block).where(*near)))
    if query.ids is not None:
        conditions.append(rows.c.snaptron_id == any_(bindparam(None, list(query.ids), ARRAY(BigInteger), unique=True)))
    if query.after is not None and query.after.interval == interval.number:
        after = tuple_(literal(query.after.block, Integer), literal(query.after.position, SmallInteger))
        conditions.append(tuple_(rows.c.block, rows.c.position) > after)
    conditions += [one.clause(rows) for one in query.stored_filters]
    necessary = [one.necessary(rows) for one in query.recomputed_filters]
    return conditions + [one for one in necessary if one is not None]


def near_blocks(query: Query, interval: Interval, blocks: Table) -> list[ColumnElement[bool]]:
    """What every block of the interval that may hold a match satisfies."""
    near = [_of_interval(query, interval, blocks)]
    if query.regions:
        near.append(or_(*[_block_may_match(blocks, region, query.match) for region in query.regions]))
    return near


def _of_interval(query: Query, interval: Interval, table: Table) -> ColumnElement[bool]:
    content = interval.content[query.kind]
    return table.c.block.between(content.first_block, content.last_block)


def _row_matches(rows: Table, region: Region, match: Match) -> ColumnElement[bool]:
    start, end = rows.c.start, rows.c.end
    positions = {
        Match.OVERLAP: [start <= region.end, end >= region.start],
        Match.CONTAINS: [start >= region.start, end <= region.end],
        Match.EXACT: [start == region.start, end == region.end],
        Match.START: [start >= region.start, start <= region.end],
        Match.END: [end >= region.start, end <= region.end],
    }
    return and_(rows.c.chromosome == region.chrom, *positions[match])


def _block_may_match(blocks: Table, region: Region, match: Match) -> ColumnElement[bool]:
    """What a block with a matching row satisfies; the range is the one that is indexed."""
    span = func.int4range(blocks.c.min_start, blocks.c.max_end, "[]", type_=INT4RANGE)
    # A closed range ends before the last integer, since PostgreSQL keeps it as a half-open one.
    first, last = (min(base, LAST_BASE - 1) for base in (region.start, region.end))
    asked = func.int4range(first, last, "[]", type_=INT4RANGE)
    touches: ColumnElement[bool] = span.op("&&", is_comparison=True)(asked)
    if match is Match.EXACT:
        return and_(touches, blocks.c.min_start <= region.start, blocks.c.max_start >= region.start)
    if match in (Match.CONTAINS, Match.START):
        return and_(touches, blocks.c.max_start >= region.start)
    return touches


def _whole_blocks(query: Query, interval: Interval, blocks: Table) -> ColumnElement[bool] | None:
    """The blocks of which every row matches, told by their bounds alone; None if rows must be looked at.

    Only for intervals of one chromosome: a block of `*` may hold several.
    """
    if query.filters or query.ids is not None or query.after is not None:
        return None
    if not query.regions:
        return blocks.c.row_count > 0
    if interval.chrom not in {region.chrom for region in query.regions}:
        return None
    inside = [_all_match(blocks, r, query.match) for r in query.regions if r.chrom == interval.chrom]
    return None if query.match is Match.EXACT else or_(*inside)


def _all_match(blocks: Table, region: Region, match: Match) -> ColumnElement[bool]:
    last = blocks.c.max_start if match in (Match.OVERLAP, Match.START) else blocks.c.max_end
    return and_(blocks.c.min_start >= region.start, last <= region.end)


def continued(query: Query, place: Place) -> Query:
    """The same query from behind a row on."""
    return replace(query, after=place)
