"""Reads a loaded release back and compares it with what was read from its source."""

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
from snapshard_populate.loading.fill import BASE
from snapshard_populate.loading.shard import Progress, Report, silent
from snapshard_populate.releases.release import find, mark_verified
from snapshard_populate.releases.sessions import session

Connection = psycopg.Connection[Any]
_SHOWN = 20

_EXPECTED = """
SELECT i.number, i.shard, c.kind, c.row_count, c.first_block, c.last_block, c.max_end, c.longest, c.min_id, c.max_id,
       c.coverage_sum::bigint, c.pair_count, c.text_bytes, c.sha256
FROM interval i JOIN content c USING (schema, number) WHERE schema = %s ORDER BY i.shard, i.number, c.kind
"""
_MISSING = """
SELECT number, chromosome, shard FROM interval i WHERE schema = %s
AND NOT EXISTS (SELECT 1 FROM content c WHERE c.schema = i.schema AND c.number = i.number) ORDER BY number
"""
_HOT = """
SELECT count(*), min(block), max(block), max("end"), max("end" - start + 1), min(snaptron_id), max(snaptron_id),
       coalesce(sum(coverage_sum), 0)::bigint, coalesce(sum(samples_count), 0)::bigint
FROM {schema}.{kind} WHERE block BETWEEN %s AND %s
"""
_BLOCKS = "SELECT row_count, text_bytes, payload FROM {schema}.{blocks} WHERE interval = %s ORDER BY block"
_UNLIKE = """
SELECT count(*) FROM {schema}.{blocks} b LEFT JOIN (
    SELECT block, count(*) AS row_count, min(start) AS min_start, max(start) AS max_start, max("end") AS max_end
    FROM {schema}.{kind} GROUP BY block
) r USING (block)
WHERE (b.row_count, b.min_start, b.max_start, b.max_end) IS DISTINCT FROM (r.row_count, r.min_start, r.max_start, r.max_end)
"""
_DENSITY = """
SELECT bin_size, sum(junctions)::bigint, sum(coverage)::bigint FROM {schema}.density GROUP BY bin_size ORDER BY bin_size
"""
_UNSUMMARISED = """
SELECT count(*) FROM {schema}.junction_block b FULL JOIN {schema}.junction_summary s USING (block)
WHERE s.block IS NULL OR b.block IS NULL
"""
_GROUPS = "SELECT count(*) FROM {schema}.sample_group"


@dataclass(frozen=True)
class Expected:
    """What an interval must hold of a kind of rows, as counted while it was read from its source."""

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


def verify(
    shards: ShardMap, compilation: str, release: str, *, jobs: int = 2, report: Report = silent
) -> None:
    """Compares every row of a release with what was read, and notes in the catalog that it may be
    published.

    A release past that is compared again, its state left alone. Raises BadRelease with everything
    that differs.
    """
    status = find(shards.catalog, compilation, release)
    if status.state == "dropped":
        raise BadRelease(f"{status} was pruned; there is nothing to verify")
    with session(CATALOG, shards.catalog) as catalog:
        missing = catalog.execute(_MISSING, [status.schema]).fetchall()
        if missing:
            names = ", ".join(dict.fromkeys(shard for _, _, shard in missing))
            raise BadRelease(
                f"{status} is not loaded wholly: load shard {names} ({len(missing)} intervals), then verify"
            )
        with catalog.cursor(row_factory=class_row(Expected)) as cursor:
            expected = cursor.execute(_EXPECTED, [status.schema]).fetchall()
        grouped = _count(catalog, _GROUPS, status.schema) > 0
    parts = [(shard, list(part)) for shard, part in groupby(expected, attrgetter("shard"))]
    found = gather(
        partial(_verify_shard, shards, status.schema, grouped, report), parts, threads=jobs
    )
    differences = [one for part in found for one in part]
    if differences:
        more = f" (and {len(differences) - _SHOWN} more)" if len(differences) > _SHOWN else ""
        raise BadRelease(
            f"{status} is not what was read: {'; '.join(differences[:_SHOWN])}{more}; load it again"
        )
    mark_verified(shards.catalog, status.schema)


def _verify_shard(
    shards: ShardMap, schema: str, grouped: bool, report: Report, part: tuple[str, list[Expected]]
) -> list[str]:
    shard, expected = part
    differences: list[str] = []
    rows = size = 0
    with session(shard, shards.address(shard)) as connection, connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        for one in expected:
            differences += _compare(connection, schema, one)
            rows, size = rows + one.row_count, size + one.text_bytes
            report(Progress(shard, "verify", rows, size))
        for kind in sorted({one.kind for one in expected} - {BASE}):
            if unlike := _count(connection, _UNLIKE, schema, kind):
                differences.append(
                    f"shard {shard!r}, {kind}: {unlike} blocks whose bounds are not those of their rows"
                )
        differences += _compare_extras(connection, schema, expected, grouped)
    report(Progress(shard, "verified", rows, size))
    return differences


def _compare(connection: Connection, schema: str, expected: Expected) -> Iterator[str]:
    """What of an interval differs from what was read, the payload's text first."""
    found = [*_text_found(connection, schema, expected)]
    if expected.kind != BASE:
        found += _rows_found(connection, schema, expected)
    for name, value in found:
        wanted = getattr(expected, name, 0)
        if value != wanted:
            yield f"{expected}: {name} is {value}, read was {wanted}"


def _text_found(
    connection: Connection, schema: str, expected: Expected
) -> Iterator[tuple[str, object]]:
    """Counts and digest of the text that an interval's payloads hold, and how many of them are not
    what their record says.
    """
    digest, rows, size, unlike = hashlib.sha256(), 0, 0, 0
    unpack = zstandard.ZstdDecompressor()
    statement = _statement(_BLOCKS, schema, expected.kind)
    with connection.cursor() as cursor:
        for row_count, text_bytes, payload in cursor.stream(
            statement, [expected.number], binary=True
        ):
            text = unpack.decompress(payload)
            digest.update(text)
            lines = text.count(b"\n")
            unlike += (lines, len(text)) != (row_count, text_bytes)
            rows, size = rows + lines, size + len(text)
    yield from (
        ("row_count", rows),
        ("text_bytes", size),
        ("sha256", digest.hexdigest()),
        ("blocks unlike their record", unlike),
    )


def _rows_found(
    connection: Connection, schema: str, expected: Expected
) -> Iterator[tuple[str, object]]:
    """Counts, sums and bounds of an interval's hot rows."""
    names = (
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
    bounds = [expected.first_block, expected.last_block]
    values = connection.execute(_statement(_HOT, schema, expected.kind), bounds).fetchone()
    yield from zip(names, values or (), strict=True)


def _compare_extras(
    connection: Connection, schema: str, expected: Sequence[Expected], grouped: bool
) -> Iterator[str]:
    """What is wrong with density and summaries, which follow from the junctions."""
    shard = expected[0].shard
    junctions = [one for one in expected if one.kind == "junction"]
    wanted = (sum(one.row_count for one in junctions), sum(one.coverage_sum for one in junctions))
    for bin_size, *found in connection.execute(_statement(_DENSITY, schema, "junction")):
        if tuple(found) != wanted:
            yield f"shard {shard!r}: density per {bin_size} bases counts {found}, read was {list(wanted)}"
    if grouped and (unsummarised := _count(connection, _UNSUMMARISED, schema)):
        yield f"shard {shard!r}: {unsummarised} blocks have no summary"


def _count(connection: Connection, query: str, schema: str, kind: str = "junction") -> int:
    found = connection.execute(_statement(query, schema, kind)).fetchone()
    return int(found[0]) if found else 0


def _statement(query: str, schema: str, kind: str) -> sql.Composed:
    names = {"schema": schema, "kind": kind, "blocks": f"{kind}_block"}
    return sql.SQL(query).format(**{name: sql.Identifier(value) for name, value in names.items()})
