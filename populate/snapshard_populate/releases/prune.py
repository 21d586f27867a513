"""Drops what is no longer needed: retired releases, dead loads, and their leftovers in shards.

A release spans several databases, and no transaction does. So the catalog goes first: a release is
dropped there in one transaction, which is the decision. From then on its schemas in the shards are
leftovers, and every prune drops all leftovers. A prune that is killed is completed by the next one.

What must hold:

- A schema counts as a leftover only if the catalog, read after the list of schemas, does not know
  it. A release gets its row in the catalog before its schemas, so a new one is always known.
- DROP SCHEMA waits for statements that read the schema, and new statements would queue up behind
  the waiting DROP. A short lock_timeout and a few tries avoid this: what is still being read stays,
  is reported, and is dropped by a later prune.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from snapshard.connections import CATALOG, ShardMap
from snapshard_populate.releases.release import ReleaseStatus, has_catalog, read_statuses
from snapshard_populate.releases.sessions import session, try_lock

Connection = psycopg.Connection[Any]

_LOCK_TIMEOUT = "2s"
_TRIES = 3

_SELECT_UNUSED = """
SELECT r.schema FROM release r JOIN compilation c ON c.name = r.compilation
WHERE c.current IS DISTINCT FROM r.name AND (
    r.state = 'retired' AND r.retired <= now() - %(keep_for)s * interval '1 second'
    OR r.state = 'loading'
        AND greatest(r.created, (SELECT max(loaded) FROM content WHERE schema = r.schema))
            <= now() - %(keep_for)s * interval '1 second'
    OR r.state = 'verified' AND r.created <= now() - %(keep_for)s * interval '1 second'
        AND EXISTS (
            SELECT 1 FROM release later WHERE later.compilation = r.compilation
            AND later.created > r.created AND later.published IS NOT NULL
        )
) ORDER BY r.created
"""
"""Releases that are not served and were retired long enough ago; loads without progress for as
long; and verified releases as old, of which a later one was published.
"""

_LOCK_CURRENT = "SELECT current FROM compilation WHERE name = %s FOR UPDATE"
"""The release that a compilation serves; it cannot change before this transaction ends."""

_DELETE_RELEASE = "DELETE FROM release WHERE schema = %s"
"""Removes a release that was never published, with its intervals and their content."""

_DELETE_EMPTY_COMPILATION = """
DELETE FROM compilation c
WHERE name = %s AND NOT EXISTS (SELECT 1 FROM release WHERE compilation = c.name)
"""
"""Removes a compilation if no release is left of it."""

_DELETE_INTERVALS = "DELETE FROM interval WHERE schema = %s"
"""Removes the intervals of a release and their content."""

_MARK_DROPPED = "UPDATE release SET state = 'dropped', dropped = now() WHERE schema = %s"
"""Marks a release as dropped. Its row stays, so that its name is never used again."""

_SELECT_SCHEMAS = """
SELECT nspname FROM pg_namespace WHERE nspname ~ '^[a-z][a-z0-9_]*@' ORDER BY nspname
"""
"""The schemas of releases in a database."""

_SELECT_KNOWN = "SELECT schema FROM release WHERE state <> 'dropped'"
"""The schemas of the releases that the catalog has not dropped."""


@dataclass(frozen=True)
class PruneResult:
    """The result of a prune: the releases and leftovers (as `shard: schema`) that were dropped, and
    the schemas that stay because they are in use.
    """

    releases: tuple[str, ...]
    leftovers: tuple[str, ...]
    in_use: tuple[str, ...]


def prune_releases(shards: ShardMap, *, keep_for: float) -> PruneResult:
    """Drops what is no longer needed. Published releases stay, and so does what is still being
    read, which is reported.

    It drops releases that were retired at least `keep_for` seconds ago (choose it longer than the
    longest export takes), loads that have made no progress for as long and have no loader, verified
    releases that a later published one has overtaken, and, in every database, all schemas of
    releases that the catalog does not know or has dropped.
    """
    with session(CATALOG, shards.catalog) as catalog:
        if not has_catalog(catalog):
            return PruneResult((), (), ())
        releases, busy = _drop_unused(catalog, keep_for)
    leftovers: list[str] = []
    in_use = [f"{CATALOG}: {schema}" for schema in busy]
    for name, address in [*shards.addresses.items(), (CATALOG, shards.catalog)]:
        dropped, locked = _drop_leftovers(shards.catalog, name, address)
        leftovers += [f"{name}: {schema}" for schema in dropped]
        in_use += [f"{name}: {schema}" for schema in locked]
    return PruneResult(tuple(releases), tuple(leftovers), tuple(in_use))


def abandon_release(shards: ShardMap, schema: str) -> None:
    """Drops a release in state `loading` from catalog and shards. The caller must not hold its
    lock.
    """
    with session(CATALOG, shards.catalog) as catalog:
        statuses = {status.schema: status for status in read_statuses(catalog)}
        status = statuses.get(schema)
        if status is None or status.state != "loading" or not try_lock(catalog, schema):
            return
        _drop_release(catalog, status)
    for name, address in shards.addresses.items():
        _drop_leftovers(shards.catalog, name, address, only=schema)


def _drop_unused(catalog: Connection, keep_for: float) -> tuple[list[str], list[str]]:
    """The names of the releases that were dropped, and the schemas of those that are in use.

    A load that is being worked on is not reported: it needs no other prune.
    """
    dropped: list[str] = []
    busy: list[str] = []
    unused = catalog.execute(_SELECT_UNUSED, {"keep_for": keep_for}).fetchall()
    statuses = {status.schema: status for status in read_statuses(catalog)}
    for (schema,) in unused:
        status = statuses[schema]
        # A loader holds this lock as long as it works, so there is nothing to wait for.
        if not try_lock(catalog, schema, patience=0):
            if status.state != "loading":
                busy.append(schema)
        elif _drop_release(catalog, status):
            dropped.append(str(status))
        else:
            busy.append(schema)
    return dropped, busy


def _drop_release(catalog: Connection, status: ReleaseStatus) -> bool:
    """Drops a release from the catalog; False if it is being read or was published meanwhile."""
    for _ in range(_TRIES):
        try:
            with catalog.transaction():
                catalog.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                return _drop_in_transaction(catalog, status)
        except psycopg.errors.LockNotAvailable:
            continue
    return False


def _drop_in_transaction(catalog: Connection, status: ReleaseStatus) -> bool:
    current = catalog.execute(_LOCK_CURRENT, [status.compilation]).fetchone()
    if current == (status.name,):
        # It was published after it had been selected.
        return False
    # Only the name of a published release can have been cited; other names become free again.
    if status.published is None:
        catalog.execute(_DELETE_RELEASE, [status.schema])
        catalog.execute(_DELETE_EMPTY_COMPILATION, [status.compilation])
    else:
        catalog.execute(_DELETE_INTERVALS, [status.schema])
        catalog.execute(_MARK_DROPPED, [status.schema])
    catalog.execute(
        sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(status.schema))
    )
    return True


def _drop_leftovers(
    catalog: str, name: str, address: str, *, only: str | None = None
) -> tuple[list[str], list[str]]:
    """The schemas of unknown releases that were dropped in a database, and those that stay because
    they are in use.
    """
    dropped: list[str] = []
    in_use: list[str] = []
    with session(name, address) as connection:
        schemas = [schema for (schema,) in connection.execute(_SELECT_SCHEMAS)]
        # The catalog is read after the schemas, or the schema of a release that begins in between
        # would look like a leftover.
        for schema in _unknown(catalog, schemas):
            if only in (None, schema):
                (dropped if _drop_schema(connection, schema) else in_use).append(schema)
    return dropped, in_use


def _unknown(catalog: str, schemas: Iterable[str]) -> list[str]:
    with session(CATALOG, catalog) as connection:
        live = {schema for (schema,) in connection.execute(_SELECT_KNOWN)}
    return [schema for schema in schemas if schema not in live]


def _drop_schema(connection: Connection, schema: str) -> bool:
    """Drops a schema of a shard; False if a loader holds its lock or it is being read."""
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
