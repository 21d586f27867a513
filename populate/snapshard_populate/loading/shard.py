"""Loads one shard of a release, in one transaction: a load that fails leaves the shard unchanged.

The order matters. The loader holds two locks throughout (see releases.sessions): the release's in
the catalog, shared, so that prune does not drop it, and the shard's, alone, so that no second
loader writes there. The shard commits first, and then the catalog records what the shard holds;
only with this record does the shard count as loaded. A loader killed between the two commits leaves
a schema without a record, which the next load drops and fills again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

import psycopg
from psycopg import sql

from snapshard.connections import CATALOG, ShardMap
from snapshard.errors import BadRelease
from snapshard.index import ddl
from snapshard.membership import Membership
from snapshard.row_kinds import ROW_KINDS, RowKind
from snapshard_populate.loading.fill import Filler, ShardTarget
from snapshard_populate.loading.pieces import Piece
from snapshard_populate.loading.row_sources import Reading
from snapshard_populate.loading.tally import Tally
from snapshard_populate.releases import add_notices, lock_shared, session, try_lock

Connection = psycopg.Connection[Any]

_SELECT_STATE = "SELECT state FROM release WHERE schema = %s"
"""The state of a release."""

_SHARE_STATE = "SELECT state FROM release WHERE schema = %s FOR SHARE"
"""The state of a release; it cannot change before this transaction ends."""

_SELECT_LOADED = "SELECT DISTINCT number FROM content WHERE schema = %s"
"""The numbers of the intervals of a release that are loaded."""

_SELECT_NUMBERS = "SELECT number FROM interval WHERE schema = %s AND shard = %s ORDER BY number"
"""The numbers of the intervals that a shard holds of a release."""

_SELECT_GROUPS = "SELECT number, members FROM {}.sample_group"
"""The sample groups of a release."""

_SELECT_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
"""The tables of a release in a shard."""

_INSERT_READING = """
INSERT INTO reading
    (schema, reader, kind, source, complete, row_count, bad_rows, text_bytes, chromosomes)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (schema, kind, reader) DO UPDATE SET
    source = excluded.source, complete = excluded.complete, row_count = excluded.row_count,
    bad_rows = excluded.bad_rows, text_bytes = excluded.text_bytes,
    chromosomes = excluded.chromosomes
"""
"""Records what a reader counted of one source."""

_UNRECORDED = ("digest", "ids_ascend")
"""Fields of a tally that the catalog has no column for."""


@dataclass(frozen=True)
class Progress:
    """The progress of a shard: its phase, and the rows of every kind and bytes of text so far.

    The phases of a shard are rows, indexes and done, then verify and verified. Phases without a
    shard are begin, publish, and `reading` a source: then text_bytes are the stored bytes read so
    far, of `total`.
    """

    shard: str
    phase: str
    rows: int = 0
    text_bytes: int = 0
    total: int | None = None


Report = Callable[[Progress], None]


def ignore(_: object) -> None:
    """Does nothing; stands in for a callback."""


@dataclass(frozen=True)
class ShardShare:
    """The share of a release that one shard holds, and the kinds of rows that it is loaded with."""

    schema: str
    shard: str
    kinds: tuple[str, ...]


def load_shard(
    shards: ShardMap,
    share: ShardShare,
    pieces: Iterable[Piece],
    *,
    reading: Reading | None = None,
    report: Report,
) -> None:
    """Fills a shard with pieces, or does nothing if the shard is already loaded. If the pieces were
    read for this shard alone, the counts of their reading are recorded, too.

    Raises BadRelease if the release is not in state `loading`, or if another loader is working on
    the shard.
    """
    schema, shard = share.schema, share.shard
    with session(CATALOG, shards.catalog) as catalog:
        lock_shared(catalog, schema)
        with session(shard, shards.address(shard)) as connection:
            if not try_lock(connection, schema):
                raise BadRelease(
                    f"another loader is loading shard {shard!r} of {schema}; "
                    "wait until it has finished, or stop it and load again"
                )
            target = _read_target(catalog, share)
            if target is None:
                report(Progress(shard, "done"))
                return
            kinds = [ROW_KINDS[name] for name in share.kinds]
            with connection.transaction():
                tallies = _fill(connection, target, kinds, pieces=pieces, report=report)
            _record(catalog, share, tallies, reading)
    report(_progress(shard, "done", tallies))


def is_loaded(shards: ShardMap, schema: str, shard: str) -> bool:
    """Whether a shard has all its intervals of the release."""
    with session(CATALOG, shards.catalog) as catalog:
        return _all_loaded(catalog, schema, _interval_numbers(catalog, schema, shard))


def _read_target(catalog: Connection, share: ShardShare) -> ShardTarget | None:
    """The target of a shard's load, or None if it is loaded. Raises BadRelease if the release takes
    no more loads.
    """
    state = catalog.execute(_SELECT_STATE, [share.schema]).fetchone()
    if state is None:
        raise BadRelease(f"there is no release {share.schema}; begin it first")
    numbers = _interval_numbers(catalog, share.schema, share.shard)
    if _all_loaded(catalog, share.schema, numbers):
        return None
    if state != ("loading",):
        raise BadRelease(
            f"{share.schema} is {state[0]} and cannot be loaded into; begin another release"
        )
    groups = sql.SQL(_SELECT_GROUPS).format(sql.Identifier(share.schema))
    members = dict(catalog.execute(groups).fetchall())
    return ShardTarget(share.schema, share.shard, numbers, Membership(members) if members else None)


def _all_loaded(catalog: Connection, schema: str, numbers: Sequence[int]) -> bool:
    loads = catalog.execute(_SELECT_LOADED, [schema]).fetchall()
    return set(numbers) <= {number for (number,) in loads}


def _interval_numbers(catalog: Connection, schema: str, shard: str) -> tuple[int, ...]:
    records = catalog.execute(_SELECT_NUMBERS, [schema, shard]).fetchall()
    if not records:
        raise BadRelease(f"{schema} has no interval on shard {shard!r}")
    return tuple(number for (number,) in records)


def _fill(
    connection: Connection,
    target: ShardTarget,
    kinds: Sequence[RowKind],
    *,
    pieces: Iterable[Piece],
    report: Report,
) -> list[Tally]:
    schema = sql.Identifier(target.schema)
    # The schema is there if a loader was killed after the shard's commit and before the catalog's.
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    for kind in kinds:
        for file in kind.table_ddl:
            connection.execute(ddl(file, schema=target.schema, kind=kind.name))
    fillers = {kind.name: Filler(connection, target, kind) for kind in kinds}
    tallies: list[Tally] = []
    for filler in fillers.values():
        tallies += filler.tallies.values()
    # Pieces of all kinds come in one stream; each kind has its own batches.
    for piece in pieces:
        fillers[piece.kind].add(piece)
        report(_progress(target.shard, "rows", tallies))
    for filler in fillers.values():
        filler.finish()
    report(_progress(target.shard, "indexes", tallies))
    for kind in kinds:
        ascend = all(tally.ids_ascend for tally in tallies if tally.kind == kind.name)
        for file in kind.index_ddl:
            connection.execute(ddl(file, schema=target.schema, kind=kind.name, ids_ascend=ascend))
    _analyze(connection, target.schema)
    return tallies


def _analyze(connection: Connection, schema: str) -> None:
    for (table,) in connection.execute(_SELECT_TABLES, [schema]).fetchall():
        connection.execute(
            sql.SQL("ANALYZE {}.{}").format(sql.Identifier(schema), sql.Identifier(table))
        )


def record_reading(catalog: Connection, schema: str, reader: str, reading: Reading) -> None:
    """Records in the catalog what a reader counted and noted; a later reading replaces the counts."""
    with catalog.cursor() as cursor:
        cursor.executemany(
            _INSERT_READING, [(schema, reader, *count.record()) for count in reading.counts]
        )
    add_notices(catalog, schema, reading.errors.notices)


def _record(
    catalog: Connection, share: ShardShare, tallies: Sequence[Tally], reading: Reading | None
) -> None:
    """Records in the catalog what the shard holds: from now on it counts as loaded."""
    schema = share.schema
    names = [field.name for field in fields(Tally) if field.name not in _UNRECORDED]
    columns = ["number" if name == "interval" else name for name in names]
    statement = sql.SQL(
        "INSERT INTO content (schema, {}, sha256) VALUES ({}) ON CONFLICT DO NOTHING"
    ).format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join([sql.Placeholder()] * (len(columns) + 2)),
    )
    values = attrgetter(*names, "sha256")
    records = [(schema, *values(tally)) for tally in tallies]
    # FOR SHARE makes prune and retire wait for this transaction, so the state cannot change between
    # the check and the records.
    with catalog.transaction(), catalog.cursor() as cursor:
        state = cursor.execute(_SHARE_STATE, [schema]).fetchone()
        if state != ("loading",):
            raise BadRelease(
                f"{schema} was {state[0] if state else 'dropped'} while it was being loaded; "
                "begin another release"
            )
        cursor.executemany(statement, records)
        if reading is not None:
            record_reading(catalog, schema, share.shard, reading)


def _progress(shard: str, phase: str, tallies: Sequence[Tally]) -> Progress:
    rows = sum(tally.row_count for tally in tallies)
    return Progress(shard, phase, rows, sum(tally.text_bytes for tally in tallies))
