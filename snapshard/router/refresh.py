"""Brings a router up to date: a foreign server for every shard, and a schema for every compilation with
the release that is served now.

What must hold: a query that runs goes on with the tables that it began with, and one that comes later
finds a whole release. So a new release gets a new schema in the same transaction that renames the old
one; renaming waits for no query. The old schema is dropped once no query reads it.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from snapshard.catalog import Catalog
from snapshard.connections import CATALOG, ShardMap
from snapshard.errors import SnapshardError
from snapshard.release import Release
from snapshard.router.partitions import partitions_of
from snapshard.router.statements import (
    RouterRelease,
    database_statements,
    leaf_name,
    option_changes,
    server_options,
    server_statements,
)

_Connection = psycopg.Connection[Any]
_OLD = " until "
"""Stands in the name of a schema that was replaced; no compilation's name has a blank."""
_SERVERS = "SELECT srvname, coalesce(srvoptions, '{}') FROM pg_foreign_server"
_SCHEMAS = """
SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace
WHERE nspname <> 'public' AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
"""
_ROW_COUNT = """
SELECT pg_restore_relation_stats('schemaname', %s::text, 'relname', %s::text,
    'relpages', %s::integer, 'reltuples', %s::real)
"""
_ROWS_PER_PAGE = 60


def refresh_router(
    router: str, shards: ShardMap, catalog: Catalog, *, service: str = ""
) -> tuple[Release, ...]:
    """Makes the router at this address (libpq, a superuser) show what is served now; returns the
    releases that it replaced or added.

    `service` is a section of the router's service file with the shards' password; empty if they need
    none. Nothing is changed where the router is up to date.
    """
    releases = _router_releases(catalog)
    with psycopg.connect(router, autocommit=True) as connection:
        with connection.transaction():
            database = connection.info.dbname
            connection.execute(database_statements(database))
            _update_servers(connection, shards, service)
            changed = _update_schemas(connection, releases)
            names = [entry.release.compilation for entry in releases]
            _set_search_path(connection, database, names)
        _drop_old_schemas(connection)
    return changed


def follow(
    refresh: Callable[[], object], seconds: float, *, on_error: Callable[[str], None]
) -> None:
    """Calls `refresh` for ever, with pauses. An error, such as a shard that is unavailable, is reported
    once, and the next call tries again.
    """
    reported = ""
    while True:
        try:
            refresh()
            reported = ""
        except (psycopg.Error, SnapshardError) as exc:
            message = str(exc).strip()
            if message != reported:
                on_error(message)
            reported = message
        time.sleep(seconds)


def _router_releases(catalog: Catalog) -> list[RouterRelease]:
    releases = catalog.compilations()
    with catalog.connect() as connection:
        return [RouterRelease(release, _sample_fields(connection, release)) for release in releases]


def _sample_fields(connection: _Connection, release: Release) -> dict[str, str]:
    query = sql.SQL("SELECT name, type FROM {}.sample_field ORDER BY number")
    return dict(connection.execute(query.format(sql.Identifier(release.schema))).fetchall())


def _update_servers(connection: _Connection, shards: ShardMap, service: str) -> None:
    """Creates missing foreign servers and changes those whose addresses differ."""
    present = {
        name: dict(option.split("=", 1) for option in options)
        for name, options in connection.execute(_SERVERS)
    }
    for shard, address in {CATALOG: shards.catalog, **shards.addresses}.items():
        expected = server_options(address, service)
        if shard in present:
            statements = option_changes(shard, present[shard], expected)
        else:
            statements = server_statements(shard, expected)
        for statement in statements:
            connection.execute(statement)


def _update_schemas(
    connection: _Connection, releases: Sequence[RouterRelease]
) -> tuple[Release, ...]:
    """Replaces the schemas that do not show the release that is served, and removes those of
    compilations without one.
    """
    present = dict(connection.execute(_SCHEMAS).fetchall())
    expected = {entry.release.compilation: entry for entry in releases}
    for schema, fingerprint in present.items():
        is_current = schema in expected and expected[schema].fingerprint == fingerprint
        if _OLD not in schema and not is_current:
            _set_aside(connection, schema)
    changed = [entry for name, entry in expected.items() if present.get(name) != entry.fingerprint]
    for entry in changed:
        for statement in entry.statements():
            connection.execute(statement)
        _set_row_counts(connection, entry.release)
    return tuple(entry.release for entry in changed)


def _set_aside(connection: _Connection, schema: str) -> None:
    name = f"{schema}{_OLD}{time.time_ns()}"
    rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
    connection.execute(rename.format(sql.Identifier(schema), sql.Identifier(name)))


def _set_row_counts(connection: _Connection, release: Release) -> None:
    """Tells the planner the size of every shard, which the catalog knows exactly."""
    for partition in partitions_of(release.intervals):
        for leaf in partition.leaves:
            pages = leaf.row_count // _ROWS_PER_PAGE
            name = leaf_name(leaf)
            connection.execute(_ROW_COUNT, [release.compilation, name, pages, leaf.row_count])


def _set_search_path(connection: _Connection, database: str, compilations: Sequence[str]) -> None:
    """Lets a query name `junction` without its compilation; of several, the first by name has it."""
    path = sql.SQL(", ").join([*map(sql.Identifier, compilations), sql.Identifier("public")])
    statement = sql.SQL("ALTER DATABASE {} SET search_path = {}")
    connection.execute(statement.format(sql.Identifier(database), path))


def _drop_old_schemas(connection: _Connection) -> None:
    """Drops the schemas that were replaced. One that a query still reads stays until the next time."""
    connection.execute("SET lock_timeout = '1s'")
    for schema, _ in connection.execute(_SCHEMAS).fetchall():
        if _OLD in schema:
            with suppress(psycopg.errors.LockNotAvailable):
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
