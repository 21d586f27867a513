"""Loads one shard of a release: everything in one transaction, so that a load that fails leaves the
shard as it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import psycopg
from psycopg import sql

from snapshard.connections import CATALOG, ShardMap
from snapshard.errors import BadRelease
from snapshard.index import ddl
from snapshard.measures import Membership
from snapshard_populate.loading.fill import BASE, Filler, Piece, Target
from snapshard_populate.loading.tally import Tally
from snapshard_populate.releases.sessions import lock_shared, session, try_lock

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Progress:
    """How far a shard is: its phase (rows, indexes, done; verify, verified), the rows of every kind
    and the bytes of text so far.

    Phases without a shard: begin, publish, and `reading` a source, of which text_bytes of total are
    read as they are stored.
    """

    shard: str
    phase: str
    rows: int = 0
    text_bytes: int = 0
    total: int | None = None


Report = Callable[[Progress], None]


def silent(_: object) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Part:
    """What a shard is to get of a release: the kinds of rows, and the columns of base coverage if
    that is among them.
    """

    schema: str
    shard: str
    kinds: tuple[str, ...]
    base_columns: tuple[str, ...] = ()


def load_shard(shards: ShardMap, part: Part, pieces: Iterable[Piece], *, report: Report) -> None:
    """Fills a shard with its pieces, or does nothing if the release has it already.

    Raises BadRelease if the release is not being loaded, or while another loader is at work on the
    shard.
    """
    schema, shard = part.schema, part.shard
    with session(CATALOG, shards.catalog) as catalog:
        lock_shared(catalog, schema)
        with session(shard, shards.address(shard)) as connection:
            if not try_lock(connection, schema):
                raise BadRelease(
                    f"another loader is loading shard {shard!r} of {schema}; wait for it, or stop it and load again"
                )
            target = read_target(catalog, part)
            if target is None:
                report(Progress(shard, "done"))
                return
            with connection.transaction():
                tallies = _fill(connection, target, part.kinds, pieces=pieces, report=report)
            _record(catalog, schema, tallies)
    report(_progress(shard, "done", tallies))


def is_loaded(shards: ShardMap, schema: str, shard: str) -> bool:
    """Whether the release has all of its intervals on that shard."""
    with session(CATALOG, shards.catalog) as catalog:
        return _is_loaded(catalog, schema, _intervals(catalog, schema, shard))


def read_target(catalog: Connection, part: Part) -> Target | None:
    """What the catalog says of a shard's part of a release; None if it is loaded. Raises BadRelease
    if it is not to be loaded.
    """
    state = catalog.execute("SELECT state FROM release WHERE schema = %s", [part.schema]).fetchone()
    if state is None:
        raise BadRelease(f"there is no release {part.schema}; begin it")
    numbers = _intervals(catalog, part.schema, part.shard)
    if _is_loaded(catalog, part.schema, numbers):
        return None
    if state != ("loading",):
        raise BadRelease(
            f"{part.schema} is {state[0]}: nothing can be loaded into it any more; begin another release"
        )
    return Target(
        part.schema, part.shard, numbers, _membership(catalog, part.schema), part.base_columns
    )


def _is_loaded(catalog: Connection, schema: str, numbers: Sequence[int]) -> bool:
    loaded = catalog.execute(
        "SELECT DISTINCT number FROM content WHERE schema = %s", [schema]
    ).fetchall()
    return set(numbers) <= {number for (number,) in loaded}


def _intervals(catalog: Connection, schema: str, shard: str) -> tuple[int, ...]:
    query = "SELECT number FROM interval WHERE schema = %s AND shard = %s ORDER BY number"
    numbers = tuple(number for (number,) in catalog.execute(query, [schema, shard]))
    if not numbers:
        raise BadRelease(f"{schema} has no interval on shard {shard!r}")
    return numbers


def _membership(catalog: Connection, schema: str) -> Membership | None:
    query = sql.SQL("SELECT number, members FROM {}.sample_group").format(sql.Identifier(schema))
    groups = dict(catalog.execute(query).fetchall())
    return Membership(groups) if groups else None


def _fill(
    connection: Connection,
    target: Target,
    kinds: Sequence[str],
    *,
    pieces: Iterable[Piece],
    report: Report,
) -> list[Tally]:
    schema = sql.Identifier(target.schema)
    # What a load has left that was killed between the shard's commit and the catalog's.
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    for file, kind in _files(kinds, rows="shard.sql", extras="shard_extras.sql", base="base.sql"):
        connection.execute(ddl(file, schema=target.schema, kind=kind))
    fillers = {kind: Filler(connection, target, kind) for kind in kinds}
    tallies = [tally for filler in fillers.values() for tally in filler.tallies.values()]
    for piece in pieces:
        fillers[piece.kind].add(piece)
        report(_progress(target.shard, "rows", tallies))
    for filler in fillers.values():
        filler.finish()
    report(_progress(target.shard, "indexes", tallies))
    for file, kind in _files(
        kinds, rows="index.sql", extras="extras_index.sql", base="base_index.sql"
    ):
        ascend = all(tally.ids_ascend for tally in fillers[kind].tallies.values())
        connection.execute(ddl(file, schema=target.schema, kind=kind, ids_ascend=ascend))
    _analyze(connection, target.schema)
    return tallies


def _files(kinds: Sequence[str], *, rows: str, extras: str, base: str) -> Iterator[tuple[str, str]]:
    """The DDL files to run, each with the kind of rows that it is for."""
    for kind in kinds:
        yield (base if kind == BASE else rows), kind
    if "junction" in kinds:
        yield extras, "junction"


def _analyze(connection: Connection, schema: str) -> None:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
    for (table,) in connection.execute(query, [schema]).fetchall():
        connection.execute(
            sql.SQL("ANALYZE {}.{}").format(sql.Identifier(schema), sql.Identifier(table))
        )


def _record(catalog: Connection, schema: str, tallies: Sequence[Tally]) -> None:
    """Tells the catalog what the shard holds: from now on it counts as loaded."""
    names = [one.name for one in fields(Tally) if one.name not in ("digest", "ids_ascend")]
    statement = sql.SQL(
        "INSERT INTO content (schema, {}, sha256) VALUES ({}) ON CONFLICT DO NOTHING"
    ).format(
        sql.SQL(", ").join(
            sql.Identifier("number" if name == "interval" else name) for name in names
        ),
        sql.SQL(", ").join([sql.Placeholder()] * (len(names) + 2)),
    )
    with catalog.transaction(), catalog.cursor() as cursor:
        state = cursor.execute(
            "SELECT state FROM release WHERE schema = %s FOR SHARE", [schema]
        ).fetchone()
        if state != ("loading",):
            raise BadRelease(
                f"{schema} was {state[0] if state else 'dropped'} while it was being loaded; begin another release"
            )
        cursor.executemany(
            statement,
            [
                (schema, *[getattr(tally, name) for name in names], tally.sha256)
                for tally in tallies
            ],
        )


def _progress(shard: str, phase: str, tallies: Sequence[Tally]) -> Progress:
    return Progress(
        shard, phase, sum(one.row_count for one in tallies), sum(one.text_bytes for one in tallies)
    )
