"""A release's life: begin, (load, verify,) publish, roll back, retire. Prune, which ends it, is a
module of its own.

    begin ──▶ loading ──verify──▶ verified ──publish──▶ published ──retire──▶ retired ──prune──▶ dropped
                 └────────────────────┴──────────────────── retire ────────────────┘

What is served is one value, the compilation's `current`; every change of it is one transaction that
holds the compilation's row.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from snapshard.connections import CATALOG
from snapshard.errors import BadRelease, NotFound
from snapshard.index import ddl
from snapshard.release import Interval, schema_name
from snapshard_populate.releases.sessions import session

Connection = psycopg.Connection[Any]

_RELEASES = """
SELECT r.compilation, r.name, r.schema, r.state, coalesce(c.current = r.name, false) AS current, r.source, r.sample_count,
       r.created, r.published, r.retired, r.dropped,
       (SELECT sum(row_count)::bigint FROM content WHERE schema = r.schema AND kind = 'junction') AS row_count,
       (SELECT count(*) FROM interval WHERE schema = r.schema) AS intervals,
       (SELECT count(DISTINCT number) FROM content WHERE schema = r.schema) AS loaded
FROM release r JOIN compilation c ON c.name = r.compilation
ORDER BY r.compilation, r.created, r.name
"""
_PUBLISH = """
UPDATE release SET state = 'published', retired = NULL, published = greatest(
    clock_timestamp(), (SELECT max(published) + interval '1 microsecond' FROM release WHERE compilation = %s)
) WHERE schema = %s
"""


@dataclass(frozen=True)
class Status:
    """A release as the catalog has it, in whatever state; loaded counts the intervals that are in."""

    compilation: str
    name: str
    schema: str
    state: str
    current: bool
    source: str
    sample_count: int | None
    created: datetime
    published: datetime | None
    retired: datetime | None
    dropped: datetime | None
    row_count: int | None
    intervals: int
    loaded: int

    def __str__(self) -> str:
        return f"{self.compilation}/{self.name}"


@dataclass(frozen=True)
class Beginning:
    """What is fixed when a release begins. Without a name it is the next of r1, r2, …

    Without a title or assembly the compilation's own stay (a new compilation is titled by its name
    in capitals, on GRCh38).
    """

    compilation: str
    intervals: Sequence[Interval]
    source: str
    release: str | None = None
    title: str | None = None
    assembly: str | None = None
    simulated: bool = False
    sample_count: int | None = None


def prepare(catalog: str) -> None:
    """Makes the catalog's own tables where they are not there yet."""
    with session(CATALOG, catalog) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('snapshard catalog', 0))")
        connection.execute(ddl("catalog.sql", schema="public"))


def statuses(catalog: str, compilation: str | None = None) -> list[Status]:
    """Every release that the catalog remembers, oldest first within a compilation; none if there is
    no catalog yet.
    """
    with session(CATALOG, catalog) as connection:
        if connection.execute("SELECT to_regclass('release')").fetchone() == (None,):
            return []
        known = read_statuses(connection)
    return [one for one in known if compilation in (None, one.compilation)]


def read_statuses(connection: Connection) -> list[Status]:
    """As `statuses`, on a connection to a catalog that is there."""
    with connection.cursor(row_factory=class_row(Status)) as cursor:
        return cursor.execute(_RELEASES).fetchall()


def begin(
    catalog: str, beginning: Beginning, *, fill: Callable[[Connection, str], None] | None = None
) -> str:
    """The schema of a new release in state `loading`; `fill` puts what belongs in the catalog
    beside it, in the same transaction.

    Raises BadRelease for a name that was used before, and for properties that are not the
    compilation's, since what it serves has them too.
    """
    prepare(catalog)
    with session(CATALOG, catalog) as connection, connection.transaction():
        _begin_compilation(connection, beginning)
        name = beginning.release or _next_name(connection, beginning.compilation)
        schema = schema_name(beginning.compilation, name)
        _insert_release(connection, beginning, name, schema)
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        connection.execute(ddl("catalog_release.sql", schema=schema))
        if fill is not None:
            fill(connection, schema)
    return schema


def _begin_compilation(connection: Connection, beginning: Beginning) -> None:
    """The compilation's row, made or compared, and locked."""
    schema_name(beginning.compilation, "r1")  # refuses a bad name
    title, assembly = (
        beginning.title or beginning.compilation.upper(),
        beginning.assembly or "GRCh38",
    )
    connection.execute(
        "INSERT INTO compilation (name, title, assembly, simulated) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [beginning.compilation, title, assembly, beginning.simulated],
    )
    query = "SELECT title, assembly, simulated FROM compilation WHERE name = %s FOR UPDATE"
    found = connection.execute(query, [beginning.compilation]).fetchone()
    assert found is not None
    asked = (beginning.title or found[0], beginning.assembly or found[1], beginning.simulated)
    for what, has, came in zip(("title", "assembly", "simulated"), found, asked, strict=True):
        if has != came:
            raise BadRelease(
                f"compilation {beginning.compilation!r} has {what} {has!r}, this release would have {came!r}; "
                f"load it with the same {what} or as another compilation"
            )


def _next_name(connection: Connection, compilation: str) -> str:
    used = connection.execute(
        "SELECT name FROM release WHERE compilation = %s", [compilation]
    ).fetchall()
    numbers = [int(name[1:]) for (name,) in used if re.fullmatch(r"r\d{1,9}", name)]
    return f"r{max(numbers, default=0) + 1}"


def _insert_release(connection: Connection, beginning: Beginning, name: str, schema: str) -> None:
    used = connection.execute("SELECT state FROM release WHERE schema = %s", [schema]).fetchone()
    if used:
        raise BadRelease(
            f"there is a release {beginning.compilation}/{name} already, {used[0]}; choose another name or none"
        )
    connection.execute(
        "INSERT INTO release (compilation, name, schema, state, source, sample_count) VALUES (%s, %s, %s, 'loading', %s, %s)",
        [beginning.compilation, name, schema, beginning.source, beginning.sample_count],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO interval (schema, number, chromosome, first, last, shard) VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (schema, one.number, one.chrom, one.first, one.last, one.shard)
                for one in beginning.intervals
            ],
        )


def publish(catalog: str, compilation: str, release: str) -> None:
    """Makes a verified release, or one that was published before, the one that is served. Raises
    BadRelease for any other.

    Its time of publication becomes the compilation's latest, whatever the clock says: who compares
    it learns of every change.
    """
    with session(CATALOG, catalog) as connection, connection.transaction():
        status = _locked_status(connection, compilation, release)
        if status.state == "loading":
            raise BadRelease(
                f"{status} is loading ({status.loaded} of {status.intervals} intervals are in); load the rest and verify it first"
            )
        if status.state == "dropped":
            raise BadRelease(
                f"{status} was pruned at {status.dropped:%Y-%m-%d %H:%M}; load it again under another name"
            )
        if status.current:
            return
        connection.execute(_PUBLISH, [compilation, status.schema])
        connection.execute(
            "UPDATE compilation SET current = %s WHERE name = %s", [release, compilation]
        )


def roll_back(catalog: str, compilation: str, release: str | None = None) -> str:
    """The older release that is served from now on: the one named, or the last one published before
    the current one.
    """
    with session(CATALOG, catalog) as connection:
        known = [one for one in read_statuses(connection) if one.compilation == compilation]
    current = next((one for one in known if one.current), None)
    if current is None:
        raise BadRelease(
            f"compilation {compilation!r} has no published release to go back from; publish one"
        )
    older = [
        one
        for one in known
        if one.published and one.state in ("published", "retired") and one.created < current.created
    ]
    if release is None and not older:
        raise BadRelease(f"there is no release older than {current} to go back to")
    name = release or older[-1].name
    publish(catalog, compilation, name)
    return name


def retire(catalog: str, compilation: str, release: str) -> None:
    """Takes a release out of use, so that prune will drop it later. Raises BadRelease for the one
    that is served.
    """
    with session(CATALOG, catalog) as connection, connection.transaction():
        status = _locked_status(connection, compilation, release)
        if status.current:
            raise BadRelease(f"{status} is the one being served; publish another one first")
        if status.state in ("retired", "dropped"):
            raise BadRelease(f"{status} is {status.state} already")
        connection.execute(
            "UPDATE release SET state = 'retired', retired = now() WHERE schema = %s",
            [status.schema],
        )


def mark_verified(catalog: str, schema: str) -> None:
    """Notes that a release was verified; one that is past that stays what it is."""
    with session(CATALOG, catalog) as connection:
        connection.execute(
            "UPDATE release SET state = 'verified' WHERE schema = %s AND state = 'loading'",
            [schema],
        )


def read_intervals(catalog: str, schema: str) -> tuple[Interval, ...]:
    """The intervals of a release in genome order, without what they hold."""
    query = "SELECT number, chromosome, first, last, shard FROM interval WHERE schema = %s ORDER BY number"
    with session(CATALOG, catalog) as connection:
        return tuple(Interval(*row) for row in connection.execute(query, [schema]))


def find(catalog: str, compilation: str, release: str) -> Status:
    """One release. Raises NotFound, listing those there are."""
    return _pick(statuses(catalog, compilation), compilation, release)


def _locked_status(connection: Connection, compilation: str, release: str) -> Status:
    """The release's status, nobody else changing what the compilation serves until the transaction
    ends.
    """
    connection.execute("SELECT 1 FROM compilation WHERE name = %s FOR UPDATE", [compilation])
    return _pick(read_statuses(connection), compilation, release)


def _pick(known: Sequence[Status], compilation: str, release: str) -> Status:
    of_compilation = [one for one in known if one.compilation == compilation]
    if not of_compilation:
        raise NotFound(
            "compilation", compilation, ", ".join(dict.fromkeys(one.compilation for one in known))
        )
    for one in of_compilation:
        if one.name == release:
            return one
    raise NotFound(
        "release", f"{compilation}/{release}", ", ".join(one.name for one in of_compilation)
    )
