"""Windows of 100 kb with about the same number of rows in every compilation, drawn from the whole
compilation.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from psycopg import sql

from snapshard.index import Index
from snapshard.pairs import Integers
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Interval, Release

WIDTH = 100_000
TOLERANCE = 0.1
"""The accepted relative difference from the requested number of rows."""
_MOST_TRIES = 4_000
"""Tries per window."""
_LEAST_TOLERANCE = 20
"""The least accepted difference in rows, for trials with few rows per window."""


def constant_windows(
    index: Index, release: Release, *, rows: int, count: int, seed: int = 1
) -> list[Region]:
    """This many windows, each overlapped by `rows` junctions within the tolerance; the seed determines
    their positions.

    Rows are only counted if the estimate from the directory of blocks is within the tolerance.
    Raises ValueError if such windows are too rare.
    """
    windows: list[Region] = []
    tolerance = max(TOLERANCE * rows, _LEAST_TOLERANCE)
    tries = count * _MOST_TRIES
    for region, estimate in _candidates(index, release, random.Random(seed), tries):
        if abs(estimate - rows) > tolerance:
            continue
        if abs(index.count(release, Query(regions=(region,))) - rows) <= tolerance:
            windows.append(region)
            if len(windows) == count:
                return windows
    raise ValueError(
        f"{release.schema}: only {len(windows)} windows of about {rows} rows in {tries} tries"
    )


@dataclass(frozen=True)
class _Directory:
    """The starts of the blocks of an interval, and the number of rows before each."""

    interval: Interval
    starts: Integers
    before: Integers

    def rows_until(self, position: int) -> int:
        """The estimated number of rows that start before a position."""
        return int(self.before[max(0, np.searchsorted(self.starts, position) - 1)])


def _candidates(
    index: Index, release: Release, chance: random.Random, tries: int
) -> Iterator[tuple[Region, int]]:
    """Yields windows that begin with a block, drawn in proportion to rows, each with its estimated
    number of rows.
    """
    intervals = [interval for interval in release.intervals if "junction" in interval.content]
    directories = [_directory(index, release, interval) for interval in intervals]
    weights = [interval.content["junction"].row_count for interval in intervals]
    for directory in chance.choices(directories, weights, k=tries):
        row = chance.randrange(int(directory.before[-1]) + 1)
        start = int(directory.starts[np.searchsorted(directory.before, row, "right") - 1])
        estimate = directory.rows_until(start + WIDTH) - directory.rows_until(start)
        yield Region(directory.interval.chrom, start, start + WIDTH - 1), estimate


def _directory(index: Index, release: Release, interval: Interval) -> _Directory:
    query = sql.SQL(
        "SELECT min_start, row_count FROM {}.junction_block WHERE interval = %s ORDER BY block"
    )
    with index.pools.connection(interval.shard) as connection:
        blocks = connection.execute(
            query.format(sql.Identifier(release.schema)), [interval.number]
        ).fetchall()
    starts, rows = np.array(blocks, np.int64).T
    return _Directory(interval, starts, np.cumsum(rows) - rows)
