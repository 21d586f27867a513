"""The SQL statements that query one interval of a release. Pure: no database is used here.

The text of a statement depends only on the shape of a query: the number of regions, the filters, and
so on. Building it with SQLAlchemy takes longer than a small query, so the text is built once for each
shape and cached. The values, such as positions, are parameters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    SmallInteger,
    Table,
    Text,
    all_,
    and_,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.types import TypeEngine

from snapshard.filters import FILTERABLE, OPERATORS, Condition
from snapshard.index.directory import COLUMNS, Blocks
from snapshard.index.tables import rowset
from snapshard.junction import NAME, ColumnType
from snapshard.match import RULES, Match
from snapshard.name import name_prefix
from snapshard.query import Query
from snapshard.release import OTHERS, Interval, Release

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_TYPES: dict[ColumnType, TypeEngine[Any]] = {
    ColumnType.INTEGER: Integer(),
    ColumnType.DECIMAL: Numeric(),
    ColumnType.FLAG: Integer(),
    ColumnType.TEXT: Text(),
}
_SHAPES = 512
"""Statements whose text is cached; queries have few shapes."""


@dataclass(frozen=True)
class Statement:
    """SQL with named parameters, and their values."""

    text: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class _BlockSelector:
    """How a statement selects blocks. `name` is the prefix of its parameters. With `paired`, the blocks
    and the ids of the query are pairs.
    """

    name: str
    listed: bool
    left_out: bool
    paired: bool

    def clause(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        if self.listed:
            return column == any_(bindparam(f"{self.name}_listed", type_=ARRAY(Integer)))
        between = column.between(_integer(f"{self.name}_first"), _integer(f"{self.name}_last"))
        # A long list of blocks would cost more to send and plan than a few exceptions from a range.
        if self.left_out:
            return and_(
                between, column != all_(bindparam(f"{self.name}_left_out", type_=ARRAY(Integer)))
            )
        return between


@dataclass(frozen=True)
class _Shape:
    """Everything in a query and an interval that decides the text of a statement."""

    schema: str
    kind: str
    match: Match
    regions: int
    chromosomes: bool
    conditions: tuple[Condition, ...]
    ids: bool
    starts_after: bool
    limited: bool
    blocks: _BlockSelector

    def clauses(self) -> list[ColumnElement[bool]]:
        """The conditions on a stored row."""
        rows = rowset(self.schema, self.kind).rows
        clauses = [self._pairs(rows) if self.blocks.paired else self.blocks.clause(rows.c.block)]
        if self.regions:
            clauses.append(or_(*[self._matches(number) for number in range(self.regions)]))
        if self.ids and not self.blocks.paired:
            clauses.append(rows.c.snaptron_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
        if self.starts_after:
            # A row comparison uses the index on (block, position) and is exact across blocks.
            after = tuple_(_integer("after_block"), bindparam("after_position", type_=SmallInteger))
            clauses.append(tuple_(rows.c.block, rows.c.position) > after)
        return clauses + [
            _comparison(condition, rows, f"operand_{number}")
            for number, condition in enumerate(self.conditions)
        ]

    def _pairs(self, rows: Table) -> ColumnElement[bool]:
        """That a row is in the block of its id. As two conditions, the planner would also scan the brin of
        ids once for each id.
        """
        pairs = func.unnest(
            bindparam(f"{self.blocks.name}_listed", type_=ARRAY(Integer)),
            bindparam("ids", type_=ARRAY(BigInteger)),
        ).table_valued(column("block", Integer), column("id", BigInteger))
        pair = pairs.render_derived(name="pair")
        return tuple_(rows.c.block, rows.c.snaptron_id).in_(select(pair.c.block, pair.c.id))

    def _matches(self, number: int) -> ColumnElement[bool]:
        rows = rowset(self.schema, self.kind).rows
        start, end = rows.c.start, rows.c.end
        first, last = _integer(f"start_{number}"), _integer(f"end_{number}")
        of_chromosome = (
            [rows.c.chromosome == bindparam(f"chromosome_{number}", type_=Text)]
            if self.chromosomes
            else []
        )
        return and_(*of_chromosome, RULES[self.match].row(start, end, first, last))


def statement(select_: Select[Any]) -> Statement:
    """The text of a statement that SQLAlchemy built, with its values."""
    # The dialect is fixed and needs no engine: a statement is compiled without a connection.
    compiled = select_.compile(dialect=_DIALECT)
    return Statement(str(compiled), compiled.params)


def summary_statement(
    query: Query,
    release: Release,
    interval: Interval,
    blocks: Blocks,
    *,
    columns: Sequence[str],
    limit: int | None = None,
) -> Statement:
    """These stored columns of the matching rows in some blocks, in order. Not for queries restricted to
    samples.
    """
    shape, values = _shape_and_values(query, release, interval, blocks)
    shape = replace(shape, limited=limit is not None)
    return _with_values(
        _summaries(shape, release.assembly, tuple(columns)), values | {"most": limit}
    )


def count_statement(
    query: Query, release: Release, interval: Interval, blocks: Blocks
) -> Statement:
    """The number of matching rows in some blocks."""
    shape, values = _shape_and_values(query, release, interval, blocks)
    return _with_values(_counted(shape), values)


def payload_statement(
    query: Query,
    release: Release,
    interval: Interval,
    *,
    opened: Blocks | None,
    fully_matching: Blocks | None,
    limit: int | None = None,
) -> Statement:
    """The blocks that hold matching rows, in order: block, positions, payload.

    Positions are two big-endian bytes each, of the matching rows; NULL means every row. The rows of
    opened blocks are checked, those of fully matching blocks are not. At least one of both must be
    given. A limit counts the rows of opened blocks. It is not for queries restricted to samples,
    whose rows are decided only after unpacking.
    """
    shape, values = _shape_and_values(query, release, interval, opened or Blocks(0, 0))
    selector, selector_values = _selector("fully_matching", fully_matching or Blocks(0, 0))
    shape = replace(shape, limited=limit is not None)
    return _with_values(
        _payloads(shape, opened is not None, selector if fully_matching else None),
        values | selector_values | {"most": limit},
    )


def chromosome_statement(release: Release, interval: Interval, kind: str = "junction") -> Statement:
    """The chromosomes of an interval's rows."""
    rows = rowset(release.schema, kind).rows
    return statement(select(rows.c.chromosome).where(_of_interval(rows, interval, kind)).distinct())


def chromosome_spans_statement(
    release: Release, interval: Interval, kind: str = "junction"
) -> Statement:
    """For each block of an interval and each chromosome in it: chromosome, block, the position of the
    first row, the smallest start and the largest end, in the order of the rows.
    """
    rows = rowset(release.schema, kind).rows
    position = func.min(rows.c.position)
    spans = (
        select(
            rows.c.chromosome, rows.c.block, position, func.min(rows.c.start), func.max(rows.c.end)
        )
        .where(_of_interval(rows, interval, kind))
        .group_by(rows.c.chromosome, rows.c.block)
        .order_by(rows.c.block, position)
    )
    return statement(spans)


def directory_statement(release: Release, interval: Interval, kind: str) -> Statement:
    """The lines for `Directory.from_lines`."""
    blocks = rowset(release.schema, kind).blocks
    columns = [blocks.c[name] for name in COLUMNS]
    of_interval = _of_interval(blocks, interval, kind)
    return statement(select(*columns).where(of_interval).order_by(blocks.c.block))


def row_column(rows: Table, assembly: str | None, name: str) -> ColumnElement[Any]:
    """A stored column, or the stable name, which is composed of stored columns."""
    if name != NAME:
        return rows.c[name]
    return func.concat(
        literal(name_prefix(assembly)),
        rows.c.chromosome,
        ":",
        rows.c.start,
        "-",
        rows.c.end,
        ":",
        rows.c.strand,
    )


def _of_interval(table: Table, interval: Interval, kind: str) -> ColumnElement[bool]:
    content = interval.content[kind]
    return table.c.block.between(content.first_block, content.last_block)


def _comparison(condition: Condition, rows: Table, parameter: str) -> ColumnElement[bool]:
    """The comparison of the stored column with the parameter of that name."""
    kind = FILTERABLE[condition.column].type
    column: ColumnElement[Any] = rows.c[condition.column]
    if kind is ColumnType.TEXT:
        values = bindparam(parameter, type_=ARRAY(Text))
        is_one = condition.operator == "="
        membership: ColumnElement[bool] = (
            column == any_(values) if is_one else column != all_(values)
        )
        return membership
    if kind is ColumnType.FLAG:
        column = cast(column != literal_column("'0'"), Integer)
    operand_type: TypeEngine[Any] = BigInteger() if condition.large else _TYPES[kind]
    result: ColumnElement[bool] = OPERATORS[condition.operator](
        column, bindparam(parameter, type_=operand_type)
    )
    return result


def _integer(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=Integer)


def _with_values(cached: Statement, values: Mapping[str, Any]) -> Statement:
    return Statement(cached.text, {**cached.values, **values})


def _shape_and_values(
    query: Query, release: Release, interval: Interval, blocks: Blocks
) -> tuple[_Shape, dict[str, Any]]:
    """The shape of a query in an interval, and its values."""
    chromosomes = interval.chrom == OTHERS
    regions = [region for region in query.regions if chromosomes or region.chrom == interval.chrom]
    filters = query.stored_filters
    after = (
        query.after if query.after is not None and query.after.interval == interval.number else None
    )
    selector, values = _selector("candidate", blocks)
    for number, region in enumerate(regions):
        values |= {
            f"start_{number}": region.start,
            f"end_{number}": region.end,
            f"chromosome_{number}": region.chrom,
        }
    for number, condition in enumerate(filters):
        operand = condition.operand
        values[f"operand_{number}"] = list(operand) if isinstance(operand, tuple) else operand
    if query.ids is not None and not blocks.ids:
        content = interval.content[query.kind]
        values["ids"] = array_literal(
            [number for number in query.ids if content.min_id <= number <= content.max_id]
        )
    if after is not None:
        values |= {"after_block": after.block, "after_position": after.position}
    shape = _Shape(
        schema=release.schema,
        kind=query.kind,
        match=query.match,
        regions=len(regions),
        chromosomes=chromosomes,
        conditions=tuple(condition.condition for condition in filters),
        ids=query.ids is not None,
        starts_after=after is not None,
        limited=False,
        blocks=selector,
    )
    return shape, values


def array_literal(values: Iterable[int | str]) -> str:
    """An array as a PostgreSQL literal; texts may have no characters that need quotes. The driver's
    own conversion costs more than a small query.
    """
    return "{" + ",".join(map(str, values)) + "}"


def _selector(name: str, blocks: Blocks) -> tuple[_BlockSelector, dict[str, Any]]:
    values = {
        f"{name}_first": blocks.first,
        f"{name}_last": blocks.last,
        f"{name}_listed": array_literal(blocks.listed),
        f"{name}_left_out": array_literal(blocks.left_out),
    }
    if blocks.ids:
        values["ids"] = array_literal(blocks.ids)
    selector = _BlockSelector(
        name, bool(blocks.listed), bool(blocks.left_out), paired=bool(blocks.ids)
    )
    return selector, values


@lru_cache(_SHAPES)
def _summaries(shape: _Shape, assembly: str | None, columns: tuple[str, ...]) -> Statement:
    rows = rowset(shape.schema, shape.kind).rows
    summaries = (
        select(*[row_column(rows, assembly, name) for name in columns])
        .where(*shape.clauses())
        .order_by(rows.c.block, rows.c.position)
    )
    return statement(summaries.limit(_integer("most")) if shape.limited else summaries)


@lru_cache(_SHAPES)
def _counted(shape: _Shape) -> Statement:
    rows = rowset(shape.schema, shape.kind).rows
    return statement(select(func.count()).select_from(rows).where(*shape.clauses()))


@lru_cache(_SHAPES)
def _payloads(shape: _Shape, opens: bool, fully_matching: _BlockSelector | None) -> Statement:
    blocks = rowset(shape.schema, shape.kind).blocks
    if fully_matching is None:
        return statement(_opened_blocks(shape).order_by(blocks.c.block))
    every_row = null().cast(LargeBinary).label("positions")
    unopened = select(blocks.c.block, every_row, blocks.c.payload).where(
        fully_matching.clause(blocks.c.block)
    )
    if not opens:
        return statement(unopened.order_by(blocks.c.block))
    union = union_all(_opened_blocks(shape), unopened).subquery()
    return statement(select(union).order_by(union.c.block))


def _opened_blocks(shape: _Shape) -> Select[Any]:
    """The opened blocks that hold matching rows, with the positions of those rows."""
    tables = rowset(shape.schema, shape.kind)
    rows, blocks = tables.rows, tables.blocks
    addresses = select(rows.c.block, rows.c.position).where(*shape.clauses())
    if shape.limited:
        addresses = addresses.order_by(rows.c.block, rows.c.position).limit(_integer("most"))
    address = addresses.subquery()
    position_bytes = func.int2send(address.c.position, type_=LargeBinary)
    positions = func.string_agg(
        position_bytes,
        aggregate_order_by(literal(b"", LargeBinary), address.c.position),
        type_=LargeBinary,
    )
    positions_by_block = (
        select(address.c.block, positions.label("positions")).group_by(address.c.block).subquery()
    )
    return select(blocks.c.block, positions_by_block.c.positions, blocks.c.payload).join(
        positions_by_block, positions_by_block.c.block == blocks.c.block
    )
