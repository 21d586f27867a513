"""How many junctions start in each window of the genome: the table `density`, which every load fills."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from psycopg import sql

from snapshard.connections import fanout
from snapshard.index.index import Index
from snapshard.query import Query, intervals_to_ask
from snapshard.region import Region
from snapshard.release import Release

BIN_SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
"""The zoom levels that are stored: bases of a bin."""
_SELECT = sql.SQL("""
SELECT bin, junctions, annotated FROM {}.density
WHERE bin_size = %(bin_size)s AND chromosome = %(chrom)s AND bin BETWEEN %(first)s AND %(last)s
""")
_HIGHEST = sql.SQL("""
SELECT max(junctions) FROM {}.density WHERE bin_size = %(bin_size)s AND chromosome = %(chrom)s
""")


@dataclass(frozen=True)
class DensityBin:
    """Bases start to end (1-based, both included), the junctions that start there, and how many of
    them are annotated.
    """

    start: int
    end: int
    junctions: int
    annotated: int


def read_density(
    index: Index, release: Release, region: Region, *, bin_size: int
) -> list[DensityBin]:
    """The bins of one of BIN_SIZES that overlap a region and hold junctions, in genome order."""
    stored = index.facts.of(release).stored_region(region)
    values = {
        "bin_size": bin_size,
        "chrom": stored.chrom,
        "first": (stored.start - 1) // bin_size,
        "last": (stored.end - 1) // bin_size,
    }
    junctions: Counter[int] = Counter()
    annotated: Counter[int] = Counter()
    # A chromosome that is divided between shards has the bin at the border in both.
    for records in _gather(index, release, stored, _SELECT, values):
        for number, junction_count, annotated_count in records:
            junctions[number] += junction_count
            annotated[number] += annotated_count
    return [
        DensityBin(
            number * bin_size + 1, (number + 1) * bin_size, junctions[number], annotated[number]
        )
        for number in sorted(junctions)
    ]


def highest_bin(index: Index, release: Release, chrom: str, *, bin_size: int) -> int:
    """The most junctions of a bin of this size on a chromosome; 0 without junctions. A bin at the
    border between two shards counts as two.
    """
    stored = index.facts.of(release).stored_region(Region(chrom))
    values = {"bin_size": bin_size, "chrom": stored.chrom}
    records = _gather(index, release, stored, _HIGHEST, values)
    return max((highest or 0 for ((highest,),) in records), default=0)


def _gather(
    index: Index, release: Release, stored: Region, query: sql.SQL, values: dict[str, object]
) -> Iterable[list[Any]]:
    """The records of every shard that has a part of the region."""
    intervals = intervals_to_ask(Query(regions=(stored,)), release)
    shards = list(dict.fromkeys(interval.shard for interval in intervals))
    return fanout.gather(partial(_read, index, release, query, values), shards)


def _read(
    index: Index, release: Release, query: sql.SQL, values: dict[str, object], shard: str
) -> list[Any]:
    with index.pools.connection(shard) as connection:
        statement = query.format(sql.Identifier(release.schema))
        return connection.execute(statement, values).fetchall()
