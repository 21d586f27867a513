"""Verification of a loaded release: everything is read back and compared with its source.

The source itself is not read again. While rows were read, each interval and kind got a tally, which
the catalog keeps as `content`: the expected values. They are compared with three things:

- the blocks: their text, decompressed and hashed, has the count, size and sha256 of the source's
  rows in order, and every block has the count and size that its record gives;
- the hot table: counts, sums and bounds of its rows are those of the interval, and those of every
  block are the ones that the block's record gives;
- what is derived from junctions: each zoom level of the density counts all junctions and reads, and
  if the release has sample groups, every block has a summary.

Then the release must pass the `guards`, which compare it with the files as a whole.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

import psycopg
import zstandard
from psycopg import sql
from psycopg.rows import class_row

from snapshard.connections import CATALOG, ShardMap
from snapshard.connections.fanout import gather
from snapshard.errors import BadRelease
from snapshard.row_kinds import JUNCTION, ROW_KINDS
from snapshard_populate.loading.guards import (
    check_catalog,
    check_rows_complete,
    check_sample_count,
    count_parts,
    read_counts,
    refused_notices,
)
from snapshard_populate.loading.shard import Progress, Report, ignore
from snapshard_populate.loading.source_count import SourceCount
from snapshard_populate.loading.unique_ids import RowTable, check_ids
from snapshard_populate.releases import (
    ReleaseStatus,
    add_notices,
    find_release,
    mark_verified,
    session,
)

Connection = psycopg.Connection[Any]
_MOST_REPORTED = 20

_SELECT_EXPECTED = """
SELECT i.number, i.shard, c.kind, c.row_count, c.first_block, c.last_block, c.max_end, c.longest,
       c.min_id, c.max_id, c.coverage_sum::bigint, c.pair_count, c.text_bytes, c.sha256
FROM interval i JOIN content c USING (schema, number)
WHERE schema = %s ORDER BY i.shard, i.number, c.kind
"""
"""The tallies of a release as the catalog keeps them, shard by shard."""

_SELECT_NOT_LOADED = """
SELECT number, chromosome, shard FROM interval i
WHERE schema = %s
AND NOT EXISTS (SELECT 1 FROM content c WHERE c.schema = i.schema AND c.number = i.number)
ORDER BY number
"""
"""The intervals of a release that have no tally yet."""

_SUM_HOT_ROWS = """
SELECT count(*), min(block), max(block), max("end"), max("end" - start + 1),
       min(snaptron_id), max(snaptron_id), coalesce(sum(coverage_sum), 0)::bigint,
       coalesce(sum(samples_count), 0)::bigint
FROM {schema}.{kind} WHERE block BETWEEN %s AND %s
"""
"""The counts, bounds and sums of an interval's hot rows, in the order of _HOT_FACTS."""

_HOT_FACTS = (
    "row_count",
    "first_block",
    "last_block",
    "max_end",
    "longest",
    "min_id",
    "max_id",
    "coverage_sum",
    "pair_count",
)

_SELECT_BLOCKS = """
SELECT row_count, text_bytes, payload FROM {schema}.{blocks} WHERE interval = %s ORDER BY block
"""
"""The blocks of an interval in the order of its rows."""

_COUNT_UNEQUAL_BLOCKS = """
SELECT count(*) FROM {schema}.{blocks} b LEFT JOIN (
    SELECT block, count(*) AS row_count,
           min(start) AS min_start, max(start) AS max_start, max("end") AS max_end
    FROM {schema}.{kind} GROUP BY block
) r USING (block)
WHERE (b.row_count, b.min_start, b.max_start, b.max_end)
      IS DISTINCT FROM (r.row_count, r.min_start, r.max_start, r.max_end)
"""
"""The number of blocks whose count or bounds differ from those of their hot rows."""

_SUM_DENSITY = """
SELECT bin_size, sum(junctions)::bigint, sum(coverage)::bigint
FROM {schema}.density GROUP BY bin_size ORDER BY bin_size
"""
"""The junctions and reads that each zoom level of the density counts in a shard."""

_COUNT_UNSUMMARISED = """
SELECT count(*) FROM {schema}.junction_block b FULL JOIN {schema}.junction_summary s USING (block)
WHERE s.block IS NULL OR b.block IS NULL
"""
"""The number of junction blocks without a summary, plus that of summaries without a block."""

_COUNT_GROUPS = "SELECT count(*) FROM {schema}.sample_group"
"""The number of sample groups of a release."""


@dataclass(frozen=True)
class ExpectedTally:
    """The tally of one kind of rows in an interval, as counted when the source was read."""

    number: int
    shard: str
    kind: str
    row_count: int
    first_block: int | None
    last_block: int | None
    max_end: int | None
    longest: int | None
    min_id: int | None
    max_id: int | None
    coverage_sum: int
    pair_count: int
    text_bytes: int
    sha256: str

    def __str__(self) -> str:
        return f"shard {self.shard!r}, interval {self.number}, {self.kind}"


def verify_release(
    shards: ShardMap, compilation: str, release: str, *, jobs: int = 2, report: Report = ignore
) -> None:
    """Compares every row of a release with its source and records in the catalog that it may be
    published.

    A release that was verified before is compared again, and its state is unchanged. Raises
    BadRelease with the differences, and BadSource if the release breaks a guard.
    """
    status = find_release(shards.catalog, compilation, release)
    if status.state == "dropped":
        raise BadRelease(f"{status} was pruned; there is nothing to verify")
    with session(CATALOG, shards.catalog) as catalog:
        not_loaded = catalog.execute(_SELECT_NOT_LOADED, [status.schema]).fetchall()
        if not_loaded:
            names = ", ".join(dict.fromkeys(shard for _, _, shard in not_loaded))
            raise BadRelease(
                f"{status} is not fully loaded: load shard {names} ({len(not_loaded)} intervals), "
                "then verify"
            )
        with catalog.cursor(row_factory=class_row(ExpectedTally)) as cursor:
            tallies = cursor.execute(_SELECT_EXPECTED, [status.schema]).fetchall()
        has_groups = _count(catalog, _COUNT_GROUPS, status.schema) > 0
        counts = read_counts(catalog, status.schema)
        check_catalog(catalog, status.schema, counts)
    by_shard = [list(of_shard) for _, of_shard in groupby(tallies, attrgetter("shard"))]
    verify_shard = partial(_verify_shard, shards, status.schema, has_groups, report)
    differences: list[str] = []
    for shard_differences in gather(verify_shard, by_shard, threads=jobs):
        differences += shard_differences
    if differences:
        hidden = len(differences) - _MOST_REPORTED
        more = f" (and {hidden} more)" if hidden > 0 else ""
        raise BadRelease(
            f"{status} differs from its source: {'; '.join(differences[:_MOST_REPORTED])}{more}; "
            "load it again"
        )
    _check_guards(shards, status, tallies, counts, jobs=jobs)
    mark_verified(shards.catalog, status.schema)


def _check_guards(
    shards: ShardMap,
    status: ReleaseStatus,
    tallies: Sequence[ExpectedTally],
    counts: Sequence[SourceCount],
    *,
    jobs: int,
) -> None:
    """Raises BadSource if the release breaks a guard. The rows of a release that was verified before
    are not compared with the files again, which may be gone.
    """
    by_kind: dict[str, list[ExpectedTally]] = {}
    for tally in tallies:
        by_kind.setdefault(tally.kind, []).append(tally)
    if status.state == "loading":
        published = {
            kind: sum(tally.row_count for tally in of_kind) for kind, of_kind in by_kind.items()
        }
        check_rows_complete(counts, count_parts(counts, jobs=jobs), published)
        with session(CATALOG, shards.catalog) as catalog:
            add_notices(catalog, status.schema, refused_notices(counts))
    sources = {count.kind: count.source for count in counts}
    for kind, of_kind in by_kind.items():
        if ROW_KINDS[kind].has_hot_table:
            source = sources.get(kind, status.source)
            check_ids(RowTable(shards, status.schema, kind, source), of_kind)
    check_sample_count(shards, status, sorted({tally.shard for tally in tallies}))


def _verify_shard(
    shards: ShardMap, schema: str, has_groups: bool, report: Report, tallies: list[ExpectedTally]
) -> list[str]:
    """The differences of one shard, whose tallies are given."""
    shard = tallies[0].shard
    differences: list[str] = []
    rows = text_bytes = 0
    with session(shard, shards.address(shard)) as connection, connection.transaction():
        # Whatever goes wrong here, verification cannot change what it verifies.
        connection.execute("SET TRANSACTION READ ONLY")
        for tally in tallies:
            differences += _compare(connection, schema, tally)
            rows, text_bytes = rows + tally.row_count, text_bytes + tally.text_bytes
            report(Progress(shard, "verify", rows, text_bytes))
        for name in sorted({tally.kind for tally in tallies}):
            if not ROW_KINDS[name].has_hot_table:
                continue
            if unequal := _count(connection, _COUNT_UNEQUAL_BLOCKS, schema, name):
                differences.append(
                    f"shard {shard!r}, {name}: {unequal} blocks have bounds that differ from those "
                    "of their rows"
                )
        differences += _compare_summaries(connection, schema, tallies, has_groups)
    report(Progress(shard, "verified", rows, text_bytes))
    return differences


def _compare(connection: Connection, schema: str, tally: ExpectedTally) -> Iterator[str]:
    """Yields the differences between an interval and its tally, those of the blocks first."""
    facts = [*_block_facts(connection, schema, tally)]
    if ROW_KINDS[tally.kind].has_hot_table:
        facts += _hot_facts(connection, schema, tally)
    for name, value in facts:
        expected_value = getattr(tally, name, 0)
        if value != expected_value:
            yield f"{tally}: {name} is {value}, expected {expected_value}"


def _block_facts(
    connection: Connection, schema: str, tally: ExpectedTally
) -> Iterator[tuple[str, object]]:
    """Yields counts and digest of the text in an interval's blocks, and the number of blocks whose
    text differs from their record.
    """
    digest, rows, text_bytes, unequal = hashlib.sha256(), 0, 0, 0
    decompressor = zstandard.ZstdDecompressor()
    statement = _statement(_SELECT_BLOCKS, schema, tally.kind)
    with connection.cursor() as cursor:
        # Streamed, because the payloads of a large interval need not fit into memory.
        for block_rows, block_bytes, payload in cursor.stream(
            statement, [tally.number], binary=True
        ):
            text = decompressor.decompress(payload)
            digest.update(text)
            lines = text.count(b"\n")
            unequal += (lines, len(text)) != (block_rows, block_bytes)
            rows, text_bytes = rows + lines, text_bytes + len(text)
    yield "row_count", rows
    yield "text_bytes", text_bytes
    yield "sha256", digest.hexdigest()
    yield "number of blocks that differ from their record", unequal


def _hot_facts(
    connection: Connection, schema: str, tally: ExpectedTally
) -> Iterator[tuple[str, object]]:
    """Yields counts, sums and bounds of an interval's hot rows."""
    blocks = [tally.first_block, tally.last_block]
    values = connection.execute(_statement(_SUM_HOT_ROWS, schema, tally.kind), blocks).fetchone()
    yield from zip(_HOT_FACTS, values or (), strict=True)


def _compare_summaries(
    connection: Connection, schema: str, tallies: Sequence[ExpectedTally], has_groups: bool
) -> Iterator[str]:
    """Yields what is wrong with density and summaries, which are derived from the junctions."""
    shard = tallies[0].shard
    junction_tallies = [tally for tally in tallies if tally.kind == JUNCTION.name]
    rows = sum(tally.row_count for tally in junction_tallies)
    reads = sum(tally.coverage_sum for tally in junction_tallies)
    for bin_size, *sums in connection.execute(_statement(_SUM_DENSITY, schema, JUNCTION.name)):
        if sums != [rows, reads]:
            yield (
                f"shard {shard!r}: density per {bin_size} bases counts {sums}, "
                f"expected {[rows, reads]}"
            )
    if has_groups and (unsummarised := _count(connection, _COUNT_UNSUMMARISED, schema)):
        yield f"shard {shard!r}: {unsummarised} blocks have no summary"


def _count(connection: Connection, query: str, schema: str, kind: str = JUNCTION.name) -> int:
    record = connection.execute(_statement(query, schema, kind)).fetchone()
    return int(record[0]) if record else 0


def _statement(query: str, schema: str, kind: str) -> sql.Composed:
    return sql.SQL(query).format(
        schema=sql.Identifier(schema),
        kind=sql.Identifier(kind),
        blocks=sql.Identifier(ROW_KINDS[kind].block_table),
    )
