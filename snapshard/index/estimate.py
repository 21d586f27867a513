"""The number of matching rows: exact if that is cheap, else estimated."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from snapshard.index.copy_out import literal_statement
from snapshard.index.directory import Blocks
from snapshard.index.statements import summary_statement
from snapshard.query import Query
from snapshard.release import Interval, Release

CHEAP = 20_000
"""Rows in candidate blocks up to which an exact count takes less than a few tens of milliseconds."""


@dataclass(frozen=True)
class Count:
    """A number of rows, and whether it is `exact`, `estimated`, or `at most` (an upper bound)."""

    rows: int
    exactness: str


def planned_rows(
    connection: psycopg.Connection, query: Query, release: Release, interval: Interval
) -> float:
    """The rows of an interval that pass the query's filters, as the shard's planner estimates.

    The planner's statistics were gathered at the end of the load.
    """
    content = interval.content[query.kind]
    blocks = Blocks(content.first_block, content.last_block)
    # The regions are left out: the candidate blocks account for them better than the planner can.
    filters_only = Query(filters=query.filters, kind=query.kind)
    statement = summary_statement(filters_only, release, interval, blocks, columns=("block",))
    explain = sql.SQL("EXPLAIN (FORMAT JSON) {}").format(literal_statement(connection, statement))
    plan = connection.execute(explain).fetchone()
    return float(plan[0][0]["Plan"]["Plan Rows"]) if plan else 0.0
