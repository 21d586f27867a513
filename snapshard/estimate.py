"""How many rows match, exactly where that is cheap and estimated where it is not."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Select, func, select

from snapshard.copying import literal_statement
from snapshard.query import Query, near_blocks
from snapshard.release import Interval, Release
from snapshard.tables import rowset

CHEAP = 20_000
"""Rows in the blocks that must be opened up to which an exact count costs less than a few tens of milliseconds."""


@dataclass(frozen=True)
class Count:
    """A number of rows, and what it is: `exact`, `estimated`, or `at most` where only a bound is known."""

    rows: int
    kind: str


def near_select(query: Query, release: Release, interval: Interval) -> Select[Any]:
    """One row, one number: the rows of all blocks that may hold a match."""
    blocks = rowset(release.schema, query.kind).blocks
    return select(func.coalesce(func.sum(blocks.c.row_count), 0)).where(*near_blocks(query, interval, blocks))


def planned_share(connection: psycopg.Connection, query: Query, release: Release) -> float:
    """The part of a shard's rows that its planner expects to pass the query's filters, 0 to 1; its statistics are of the load."""
    rows = rowset(release.schema, query.kind).rows
    everything = select(rows.c.block)
    passed = everything.where(*[one.clause(rows) for one in query.stored_filters])
    expected = [_planned_rows(connection, statement) for statement in (passed, everything)]
    return min(1.0, expected[0] / max(1.0, expected[1]))


def _planned_rows(connection: psycopg.Connection, statement: Select[Any]) -> float:
    plan = connection.execute(sql.SQL("EXPLAIN (FORMAT JSON) {}").format(literal_statement(connection, statement))).fetchone()
    return float(plan[0][0]["Plan"]["Plan Rows"]) if plan else 0.0
