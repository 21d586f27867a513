"""What a release has in its shards, read in the plainest way."""

import gzip
from pathlib import Path

import psycopg
import zstandard
from psycopg import sql

from snapshard_populate.releases import read_intervals

FIVE = [
    "chr1\t40000000\ts1",
    "chr1\t160000000\ts2",
    "chr1\t-\ts3",
    *[f"chr{number}\t-\ts3" for number in range(2, 5)],
    *[f"chr{number}\t-\ts4" for number in range(5, 20)],
    "*\t-\ts5",
]
"""Five shards; chr1 is cut twice, and the last shard's contigs come in one interval."""


def interval_of(intervals, chrom, start):
    """The number of the interval that a row belongs to."""
    own = [one for one in intervals if one.chrom == chrom] or [
        one for one in intervals if one.chrom == "*"
    ]
    return next(one.number for one in own if one.first <= start <= one.last)


def expected_lines(intervals, lines, *, chrom=1, start=2, counted_from=1):
    """For every interval its lines of a file, in the file's order."""
    found = {one.number: [] for one in intervals}
    for line in lines:
        fields = line.split("\t")
        found[interval_of(intervals, fields[chrom], int(fields[start]) + 1 - counted_from)].append(
            line
        )
    return found


def stored_lines(shards, schema, kind="junction"):
    """For every interval the lines of its blocks, in the blocks' order."""
    found = {one.number: [] for one in read_intervals(shards.catalog, schema)}
    for interval, _, payload in blocks(shards, schema, f"{kind}_block", "interval, block, payload"):
        found[interval] += (
            zstandard.ZstdDecompressor().decompress(payload).decode().splitlines(keepends=True)
        )
    return found


def blocks(shards, schema, table, columns):
    """Columns of a table of blocks, over all shards, by block within a shard."""
    for shard in dict.fromkeys(one.shard for one in read_intervals(shards.catalog, schema)):
        with psycopg.connect(shards.address(shard)) as connection:
            query = sql.SQL("SELECT {} FROM {}.{} ORDER BY block").format(
                sql.SQL(columns), sql.Identifier(schema), sql.Identifier(table)
            )
            yield from connection.execute(query).fetchall()


def schemas(shards):
    """Every schema of a release in every database, and every row of the catalog about one."""
    found = set()
    for name, address in [*shards.addresses.items(), ("catalog", shards.catalog)]:
        with psycopg.connect(address) as connection:
            query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%@%'"
            found |= {(name, schema) for (schema,) in connection.execute(query)}
    with psycopg.connect(shards.catalog) as connection:
        if connection.execute("SELECT to_regclass('release')").fetchone() != (None,):
            for table, key in (
                ("compilation", "name"),
                ("release", "schema"),
                ("interval", "schema"),
                ("content", "schema"),
            ):
                query = sql.SQL("SELECT DISTINCT {} FROM {}").format(
                    sql.Identifier(key), sql.Identifier(table)
                )
                found |= {(table, value) for (value,) in connection.execute(query)}
    return found


def read_lines(path):
    """The lines of a plain or gzip file."""
    content = Path(path).read_bytes()
    text = gzip.decompress(content) if str(path).endswith((".gz", ".bgz")) else content
    return text.decode().splitlines(keepends=True)
