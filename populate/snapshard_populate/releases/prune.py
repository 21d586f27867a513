"""Drops what no release needs any more: retired releases, loads that died, and whatever they left
behind in a shard.

The catalog goes first: a release is dropped there in one transaction, and from then on its schemas
in the shards are leftovers like any other. So a prune that is killed is finished by the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from snapshard.connections import CATALOG, ShardMap
from snapshard_populate.releases.release import Status, read_statuses
from snapshard_populate.releases.sessions import session, try_lock

Connection = psycopg.Connection[Any]

_LOCK_TIMEOUT = "2s"
_TRIES = 3

_UNUSED = """
SELECT r.schema FROM release r JOIN compilation c ON c.name = r.compilation
WHERE c.current IS DISTINCT FROM r.name AND (
    r.state = 'retired' AND r.retired <= now() - %(keep_for)s * interval '1 second'
    OR r.state = 'loading' AND greatest(r.created, (SELECT max(loaded) FROM content WHERE schema = r.schema))
        <= now() - %(keep_for)s * interval '1 second'
    OR r.state = 'verified' AND r.created <= now() - %(keep_for)s * interval '1 second'
        AND EXISTS (SELECT 1 FROM release later WHERE later.compilation = r.compilation AND later.created > r.created
            AND later.published IS NOT NULL)
) ORDER BY r.created
"""


@dataclass(frozen=True)
class Pruned:
    """What a prune did: releases dropped, leftovers dropped (as `shard: schema`), and what was in
    use and had to stay.
    """

    releases: tuple[str, ...]
    leftovers: tuple[str, ...]
    in_use: tuple[str, ...]


def prune(shards: ShardMap, *, keep_for: float) -> Pruned:
    """Drops what nobody needs any more; published releases stay, and so does what is still being
    read, which is reported.

    That is: releases retired at least `keep_for` seconds ago (the longest export must have ended by
    then), loads whose last sign of life is as old and at which nobody is at work, verified releases
    that a later one has overtaken, and in every shard all schemas of releases that the catalog does
    not know, or knows no more.
    """
    with session(CATALOG, shards.catalog) as catalog:
        if catalog.execute("SELECT to_regclass('release')").fetchone() == (None,):
            return Pruned((), (), ())
        releases, busy = _drop_unused(catalog, keep_for)
    leftovers: list[str] = []
    in_use = [f"{CATALOG}: {schema}" for schema in busy]
    for name, address in [*shards.addresses.items(), (CATALOG, shards.catalog)]:
        dropped, stayed = _drop_leftovers(shards.catalog, name, address)
        leftovers += [f"{name}: {schema}" for schema in dropped]
        in_use += [f"{name}: {schema}" for schema in stayed]
    return Pruned(tuple(releases), tuple(leftovers), tuple(in_use))


def abandon(shards: ShardMap, schema: str) -> None:
    """Drops a release that never was verified, with all it has in catalog and shards. The caller
    must not hold its lock.
    """
    with session(CATALOG, shards.catalog) as catalog:
        status = next(
            (
                one
                for one in read_statuses(catalog)
                if one.schema == schema and one.state == "loading"
            ),
            None,
        )
        if status is None or not try_lock(catalog, schema):
            return
        _drop_release(catalog, status)
    for name, address in shards.addresses.items():
        _drop_leftovers(shards.catalog, name, address, only=schema)


def _drop_unused(catalog: Connection, keep_for: float) -> tuple[list[str], list[str]]:
    """Names of the releases dropped, and schemas of those that are being loaded or read at this
    moment.
    """
    dropped: list[str] = []
    busy: list[str] = []
    unused = [schema for (schema,) in catalog.execute(_UNUSED, {"keep_for": keep_for}).fetchall()]
    known = {status.schema: status for status in read_statuses(catalog)}
    for schema in unused:
        if not try_lock(catalog, schema, patience=0):
            if known[schema].state != "loading":
                busy.append(schema)
        elif _drop_release(catalog, known[schema]):
            dropped.append(str(known[schema]))
        else:
            busy.append(schema)
    return dropped, busy


def _drop_release(catalog: Connection, status: Status) -> bool:
    """Whether the release is gone from the catalog. One that was published leaves its name there,
    never to be used again.
    """
    for _ in range(_TRIES):
        try:
            with catalog.transaction():
                catalog.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                return _drop_locked(catalog, status)
        except psycopg.errors.LockNotAvailable:
            continue
    return False


def _drop_locked(catalog: Connection, status: Status) -> bool:
    current = catalog.execute(
        "SELECT current FROM compilation WHERE name = %s FOR UPDATE", [status.compilation]
    ).fetchone()
    if current == (status.name,):
        return False  # published since we looked
    if status.published is None:
        catalog.execute("DELETE FROM release WHERE schema = %s", [status.schema])
        catalog.execute(
            "DELETE FROM compilation c WHERE name = %s AND NOT EXISTS (SELECT 1 FROM release WHERE compilation = c.name)",
            [status.compilation],
        )
    else:
        catalog.execute("DELETE FROM interval WHERE schema = %s", [status.schema])
        catalog.execute(
            "UPDATE release SET state = 'dropped', dropped = now() WHERE schema = %s",
            [status.schema],
        )
    catalog.execute(
        sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(status.schema))
    )
    return True


def _drop_leftovers(
    catalog: str, name: str, address: str, *, only: str | None = None
) -> tuple[list[str], list[str]]:
    """The schemas of unknown releases dropped in a database, and those that had to stay."""
    dropped: list[str] = []
    stayed: list[str] = []
    with session(name, address) as connection:
        query = (
            "SELECT nspname FROM pg_namespace WHERE nspname ~ '^[a-z][a-z0-9_]*@' ORDER BY nspname"
        )
        there = [schema for (schema,) in connection.execute(query)]
        # Only now, so that a release that began since is known: its row comes before its schemas.
        for schema in _unknown(catalog, there):
            if only in (None, schema):
                (dropped if _drop_schema(connection, schema) else stayed).append(schema)
    return dropped, stayed


def _unknown(catalog: str, schemas: Iterable[str]) -> list[str]:
    with session(CATALOG, catalog) as connection:
        known = {
            schema
            for (schema,) in connection.execute(
                "SELECT schema FROM release WHERE state <> 'dropped'"
            )
        }
    return [schema for schema in schemas if schema not in known]


def _drop_schema(connection: Connection, schema: str) -> bool:
    if not try_lock(connection, schema):
        return False
    for _ in range(_TRIES):
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                connection.execute(
                    sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
                )
            return True
        except psycopg.errors.LockNotAvailable:
            continue
    return False
