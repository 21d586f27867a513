"""Windows of 100 kb that hold about the same number of rows in every compilation, drawn from all
over it.
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
NEAR = 0.1
"""How far from the number of rows wanted a window's may be, as a part of it."""
_MOST_TRIES = 4_000  # a window
_LEAST_ROWS = (
    20  # a compilation thinner than this (a trial at a small scale) has what windows it has
)


def constant_windows(
    index: Index, release: Release, *, rows: int, count: int, seed: int = 1
) -> list[Region]:
    """That many windows, each overlapped by `rows` junctions, a tenth more or less; the places
    follow from the seed.

    Where the directory of blocks promises about as many, they are counted. Raises ValueError where
    such windows are too rare.
    """
    found: list[Region] = []
    near = max(NEAR * rows, _LEAST_ROWS)
    for region, promised in _places(index, release, random.Random(seed), count * _MOST_TRIES):
        if (
            abs(promised - rows) <= near
            and abs(index.count(release, Query(regions=(region,))) - rows) <= near
        ):
            found.append(region)
            if len(found) == count:
                return found
    raise ValueError(
        f"{release.schema}: only {len(found)} windows of about {rows} rows in {count * _MOST_TRIES} tries"
    )


@dataclass(frozen=True)
class _Directory:
    """Where the blocks of an interval begin, and how many rows come before each."""

    interval: Interval
    starts: Integers
    before: Integers

    def rows_until(self, position: int) -> int:
        """About how many rows start before a position: those of the blocks that begin before it."""
        return int(self.before[max(0, np.searchsorted(self.starts, position) - 1)])


def _places(
    index: Index, release: Release, chance: random.Random, tries: int
) -> Iterator[tuple[Region, int]]:
    """Windows that begin with a block, anywhere in proportion to rows, and about how many rows they
    hold.
    """
    directories = [
        _directory(index, release, one) for one in release.intervals if "junction" in one.content
    ]
    weights = [one.interval.content["junction"].row_count for one in directories]
    for one in chance.choices(directories, weights, k=tries):
        start = int(
            one.starts[
                np.searchsorted(one.before, chance.randrange(int(one.before[-1]) + 1), "right") - 1
            ]
        )
        promised = one.rows_until(start + WIDTH) - one.rows_until(start)
        yield Region(one.interval.chrom, start, start + WIDTH - 1), promised


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
