"""The statements that ask one interval of a release. Pure: nothing here touches a database.

The text of a statement depends on the shape of a query alone (how many regions, which filters), so
it is built once a shape; what was asked goes into it as values.
"""

from collections.abc import Mapping, Sequence
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
"""Statements whose text is kept; users ask in few shapes."""


@dataclass(frozen=True)
class Statement:
    """SQL with named parameters, and their values."""

    text: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class _Blocks:
    """How a statement names blocks; `name` tells its parameters from those of other blocks."""

    name: str
    listed: bool
    left_out: bool

    def clause(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        if self.listed:
            return column == any_(bindparam(f"{self.name}_listed", type_=ARRAY(Integer)))
        between = column.between(_integer(f"{self.name}_first"), _integer(f"{self.name}_last"))
        if self.left_out:
            return and_(
                between, column != all_(bindparam(f"{self.name}_left_out", type_=ARRAY(Integer)))
            )
        return between


@dataclass(frozen=True)
class _Shape:
    """What of a query and an interval decides the text of a statement."""

    schema: str
    kind: str
    match: Match
    regions: int
    chromosomes: bool
    conditions: tuple[Condition, ...]
    ids: bool
    continues: bool
    limited: bool
    blocks: _Blocks

    def clauses(self) -> list[ColumnElement[bool]]:
        """What a stored row must satisfy."""
        rows = rowset(self.schema, self.kind).rows
        clauses = [self.blocks.clause(rows.c.block)]
        if self.regions:
            clauses.append(or_(*[self._matches(number) for number in range(self.regions)]))
        if self.ids:
            clauses.append(rows.c.snaptron_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
        if self.continues:
            after = tuple_(_integer("after_block"), bindparam("after_position", type_=SmallInteger))
            clauses.append(tuple_(rows.c.block, rows.c.position) > after)
        return clauses + [
            _comparison(one, rows, f"operand_{number}")
            for number, one in enumerate(self.conditions)
        ]

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


def statement(built: Select[Any]) -> Statement:
    """What SQLAlchemy built, with the values that stand in it."""
    compiled = built.compile(dialect=_DIALECT)
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
    """These stored columns of the matching rows among some blocks, in order. Not for queries
    restricted to samples.
    """
    shape, values = _asked(query, release, interval, blocks)
    shape = replace(shape, limited=limit is not None)
    return _filled(_summaries(shape, release.assembly, tuple(columns)), values | {"most": limit})


def count_statement(
    query: Query, release: Release, interval: Interval, blocks: Blocks
) -> Statement:
    """One row, one number: how many rows of some blocks match."""
    shape, values = _asked(query, release, interval, blocks)
    return _filled(_counted(shape), values)


def payload_statement(
    query: Query,
    release: Release,
    interval: Interval,
    *,
    opened: Blocks | None,
    whole: Blocks | None,
    limit: int | None = None,
) -> Statement:
    """Blocks that hold matching rows, in order: block, positions (two big-endian bytes each; NULL =
    every row), payload.

    Blocks that are opened have their rows looked at; whole ones have not. One of both must be
    given. A limit counts rows of opened blocks; it is not for queries with recomputed filters,
    whose rows are decided only after unpacking.
    """
    shape, values = _asked(query, release, interval, opened or Blocks(0, 0))
    form, more = _named("whole", whole or Blocks(0, 0))
    shape = replace(shape, limited=limit is not None)
    return _filled(
        _payloads(shape, opened is not None, form if whole else None),
        values | more | {"most": limit},
    )


def chromosome_statement(release: Release, interval: Interval, kind: str = "junction") -> Statement:
    """The chromosomes that an interval has rows of."""
    rows = rowset(release.schema, kind).rows
    return statement(select(rows.c.chromosome).where(_of_interval(rows, interval, kind)).distinct())


def directory_statement(release: Release, interval: Interval, kind: str) -> Statement:
    """The lines that `Directory.from_lines` reads."""
    blocks = rowset(release.schema, kind).blocks
    wanted = select(*[blocks.c[name] for name in COLUMNS])
    return statement(wanted.where(_of_interval(blocks, interval, kind)).order_by(blocks.c.block))


def row_column(rows: Table, assembly: str, name: str) -> ColumnElement[Any]:
    """A column of an answer: a stored one, or the stable name, which is made of stored ones."""
    if name != NAME:
        return rows.c[name]
    return func.concat(
        literal(f"{assembly}:"),
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
    if kind is ColumnType.FLAG:
        column = cast(column != literal_column("'0'"), Integer)
    operand_type: TypeEngine[Any] = BigInteger() if condition.large else _TYPES[kind]
    result: ColumnElement[bool] = OPERATORS[condition.operator](
        column, bindparam(parameter, type_=operand_type)
    )
    return result


def _integer(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=Integer)


def _filled(kept: Statement, values: Mapping[str, Any]) -> Statement:
    return Statement(kept.text, {**kept.values, **values})


def _asked(
    query: Query, release: Release, interval: Interval, blocks: Blocks
) -> tuple[_Shape, dict[str, Any]]:
    """The shape of a query in an interval, and the values that go into it."""
    chromosomes = interval.chrom == OTHERS
    regions = [region for region in query.regions if chromosomes or region.chrom == interval.chrom]
    filters = query.stored_filters
    after = (
        query.after if query.after is not None and query.after.interval == interval.number else None
    )
    form, values = _named("near", blocks)
    for number, region in enumerate(regions):
        values |= {
            f"start_{number}": region.start,
            f"end_{number}": region.end,
            f"chromosome_{number}": region.chrom,
        }
    values |= {f"operand_{number}": one.operand for number, one in enumerate(filters)}
    if query.ids is not None:
        content = interval.content[query.kind]
        values["ids"] = _array(
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
        conditions=tuple(one.condition for one in filters),
        ids=query.ids is not None,
        continues=after is not None,
        limited=False,
        blocks=form,
    )
    return shape, values


def _array(numbers: Sequence[int]) -> str:
    """Numbers as PostgreSQL writes an array; the driver's own way costs more than what is asked
    with it.
    """
    return "{" + ",".join(map(str, numbers)) + "}"


def _named(name: str, blocks: Blocks) -> tuple[_Blocks, dict[str, Any]]:
    values = {
        f"{name}_first": blocks.first,
        f"{name}_last": blocks.last,
        f"{name}_listed": _array(blocks.listed),
        f"{name}_left_out": _array(blocks.left_out),
    }
    return _Blocks(name, bool(blocks.listed), bool(blocks.left_out)), values


@lru_cache(_SHAPES)
def _summaries(shape: _Shape, assembly: str, columns: tuple[str, ...]) -> Statement:
    rows = rowset(shape.schema, shape.kind).rows
    wanted = select(*[row_column(rows, assembly, name) for name in columns]).where(*shape.clauses())
    ordered = wanted.order_by(rows.c.block, rows.c.position)
    return statement(ordered.limit(_integer("most")) if shape.limited else ordered)


@lru_cache(_SHAPES)
def _counted(shape: _Shape) -> Statement:
    rows = rowset(shape.schema, shape.kind).rows
    return statement(select(func.count()).select_from(rows).where(*shape.clauses()))


@lru_cache(_SHAPES)
def _payloads(shape: _Shape, opens: bool, whole: _Blocks | None) -> Statement:
    blocks = rowset(shape.schema, shape.kind).blocks
    closed = select(blocks.c.block, null().cast(LargeBinary).label("positions"), blocks.c.payload)
    if whole is None:
        return statement(_opened(shape).order_by(blocks.c.block))
    closed = closed.where(whole.clause(blocks.c.block))
    if not opens:
        return statement(closed.order_by(blocks.c.block))
    both = union_all(_opened(shape), closed).subquery()
    return statement(select(both).order_by(both.c.block))


def _opened(shape: _Shape) -> Select[Any]:
    tables = rowset(shape.schema, shape.kind)
    rows, blocks = tables.rows, tables.blocks
    matches = select(rows.c.block, rows.c.position).where(*shape.clauses())
    if shape.limited:
        matches = matches.order_by(rows.c.block, rows.c.position).limit(_integer("most"))
    match = matches.subquery()
    sent = func.int2send(match.c.position, type_=LargeBinary)
    positions = func.string_agg(
        sent, aggregate_order_by(literal(b"", LargeBinary), match.c.position), type_=LargeBinary
    )
    picked = select(match.c.block, positions.label("positions")).group_by(match.c.block).subquery()
    return select(blocks.c.block, picked.c.positions, blocks.c.payload).join(
        picked, picked.c.block == blocks.c.block
    )
