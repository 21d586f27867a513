"""Whether every number of a row occurs once in a release.

Within a shard the database tells. Between shards, most releases need nothing more: their ids ascend
with the genome, so the ranges of the shards' intervals do not overlap. Only where they do, the ids
themselves are compared, some millions at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol

import numpy as np
from psycopg import sql

from snapshard.connections import ShardMap
from snapshard.errors import BadSource
from snapshard.pairs import Integers
from snapshard_populate.reading import open_source
from snapshard_populate.releases import session

_MOST_IDS = 4_000_000
"""Ids compared at a time."""

_SELECT_REPEATED = """
SELECT snaptron_id FROM {schema}.{kind} GROUP BY snaptron_id HAVING count(*) > 1
ORDER BY snaptron_id LIMIT 1
"""
"""The smallest id that a shard has twice."""

_COUNT_REPEATED = "SELECT count(*) - count(DISTINCT snaptron_id) FROM {schema}.{kind}"
"""The number of rows of a shard whose id another row has, too."""

_SELECT_IDS = "SELECT snaptron_id FROM {schema}.{kind} WHERE snaptron_id %% %s = %s"
"""The ids of a shard with one remainder."""

_SELECT_ROWS = """
SELECT chromosome || ':' || start || '-' || "end" || ':' || strand
FROM {schema}.{kind} WHERE snaptron_id = %s LIMIT 2
"""
"""The places of the rows of a shard that have this id."""


class IdRange(Protocol):
    """The ids of one kind of rows in an interval: how many, and the smallest and largest."""

    @property
    def shard(self) -> str: ...
    @property
    def row_count(self) -> int: ...
    @property
    def min_id(self) -> int | None: ...
    @property
    def max_id(self) -> int | None: ...


@dataclass(frozen=True)
class RowTable:
    """The rows of one kind in all shards of a release, the source that they are from, and the number
    of ids to compare at a time.
    """

    shards: ShardMap
    schema: str
    kind: str
    source: str
    most_ids: int = _MOST_IDS


def check_ids(table: RowTable, ranges: Sequence[IdRange]) -> None:
    """Raises BadSource, with the lines, if two rows have the same number."""
    names = sorted({id_range.shard for id_range in ranges})
    for shard in names:
        if _records(table, shard, _COUNT_REPEATED) != [(0,)]:
            [(number,)] = _records(table, shard, _SELECT_REPEATED)
            raise _repeated(table, names, number)
    if len(names) > 1 and _overlap(ranges):
        for ids in _parts(table, names, sum(id_range.row_count for id_range in ranges)):
            ordered = np.sort(ids)
            if (repeated := ordered[1:][ordered[1:] == ordered[:-1]]).size:
                raise _repeated(table, names, int(repeated[0]))


def _overlap(ranges: Sequence[IdRange]) -> bool:
    """Whether the ranges of some intervals have an id in common."""
    bounds = sorted(
        (id_range.min_id, id_range.max_id)
        for id_range in ranges
        if id_range.min_id is not None and id_range.max_id is not None
    )
    # A range may reach over several others, so the largest end so far counts.
    ends = accumulate((last for _, last in bounds), max)
    return any(first <= end for end, (first, _) in zip(ends, bounds[1:], strict=False))


def _parts(table: RowTable, shards: Sequence[str], count: int) -> Iterator[Integers]:
    """Yields all ids, those with the same remainder together, about `most_ids` at a time."""
    divisor = -(-count // table.most_ids)
    for remainder in range(divisor):
        yield np.concatenate([_ids(table, shard, divisor, remainder) for shard in shards])


def _ids(table: RowTable, shard: str, divisor: int, remainder: int) -> Integers:
    with session(shard, table.shards.address(shard)) as connection, connection.cursor() as cursor:
        # Streamed, so that only the numbers themselves are in memory.
        records = cursor.stream(_statement(table, _SELECT_IDS), [divisor, remainder], binary=True)
        return np.fromiter((number for (number,) in records), np.int64)


def _records(table: RowTable, shard: str, query: str, *values: int) -> list[tuple[Any, ...]]:
    with session(shard, table.shards.address(shard)) as connection:
        return connection.execute(_statement(table, query), values or None).fetchall()


def _statement(table: RowTable, query: str) -> sql.Composed:
    return sql.SQL(query).format(
        schema=sql.Identifier(table.schema), kind=sql.Identifier(table.kind)
    )


def _repeated(table: RowTable, shards: Sequence[str], number: int) -> BadSource:
    """The error for a number that several rows have."""
    places = [
        place for shard in shards for (place,) in _records(table, shard, _SELECT_ROWS, number)
    ]
    lines = lines_of(table.source, number)
    where = f"lines {' and '.join(map(str, lines))}, " if lines else ""
    return BadSource(
        table.source,
        f"{where}{table.kind}s {' and '.join(places)}: expected every snaptron_id once, "
        f"got {number} twice",
    )


def lines_of(location: str, number: int) -> list[int]:
    """The first two lines of a source that begin with this number; none of standard input, which
    cannot be read again.
    """
    if location == "-":
        return []
    lines: list[int] = []
    with open_source(location) as source:
        for line, text in source.lines():
            if text.startswith(f"{number}\t"):
                lines.append(line)
            if len(lines) == 2:
                break
    return lines
