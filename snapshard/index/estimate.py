"""How many rows match, exactly where that is cheap and estimated where it is not."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from snapshard.index.copy_out import literal_statement
from snapshard.index.directory import Blocks
from snapshard.index.statements import summary_statement
from snapshard.query import Query
from snapshard.release import Interval, Release

CHEAP = 20_000
"""Rows in the blocks that must be opened up to which an exact count costs less than a few tens of
milliseconds.
"""


@dataclass(frozen=True)
class Count:
    """A number of rows, and what it is: `exact`, `estimated`, or `at most` where only a bound is
    known.
    """

    rows: int
    exactness: str


def planned_rows(
    connection: psycopg.Connection, query: Query, release: Release, interval: Interval
) -> float:
    """How many rows of an interval its shard's planner expects to pass the query's filters; its
    statistics are of the load.
    """
    content = interval.content[query.kind]
    blocks = Blocks(content.first_block, content.last_block)
    passing = summary_statement(
        Query(filters=query.filters, kind=query.kind), release, interval, blocks, columns=("block",)
    )
    plan = connection.execute(
        sql.SQL("EXPLAIN (FORMAT JSON) {}").format(literal_statement(connection, passing))
    ).fetchone()
    return float(plan[0][0]["Plan"]["Plan Rows"]) if plan else 0.0
