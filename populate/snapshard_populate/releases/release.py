"""The life of a release: begin, (load, verify,) publish, roll back, retire. The module `prune` has
its end.

    begin ──▶ loading ──verify──▶ verified ──publish──▶ published ──retire──▶ retired ──prune──▶ dropped
                 └────────────────────┴──────────────────── retire ────────────────┘

One value decides what is served: the compilation's `current`. What must hold: every transaction
that reads this value in order to change it, or to drop a release, first locks the compilation's row
(FOR UPDATE). So there is always one order of such changes, and no release is dropped while it is
being published.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from snapshard.assembly import are_same_assembly
from snapshard.connections import CATALOG
from snapshard.errors import BadRelease, NotFound
from snapshard.index import ddl
from snapshard.release import Interval, schema_name
from snapshard_populate.releases.notices import read_notices
from snapshard_populate.releases.sessions import session

Connection = psycopg.Connection[Any]

_LOCK_CATALOG = "SELECT pg_advisory_xact_lock(hashtextextended('snapshard catalog', 0))"
"""Waits until no other session creates the catalog's tables: CREATE TABLE IF NOT EXISTS can fail if
two sessions run it at the same moment.
"""

_FIND_CATALOG = "SELECT to_regclass('release')"
"""The catalog's table of releases; null if there is no catalog yet."""

_SELECT_STATUSES = """
SELECT r.compilation, r.name, r.schema, r.state, nullif(c.assembly, '') AS assembly,
       coalesce(c.current = r.name, false) AS current,
       r.source, r.sample_count, r.created, r.published, r.retired, r.dropped,
       (SELECT sum(row_count)::bigint FROM content
        WHERE schema = r.schema AND kind = 'junction') AS row_count,
       (SELECT count(*) FROM interval WHERE schema = r.schema) AS intervals,
       (SELECT count(DISTINCT number) FROM content WHERE schema = r.schema) AS loaded
FROM release r JOIN compilation c ON c.name = r.compilation
ORDER BY r.compilation, r.created, r.name
"""
"""Every release with its state, oldest first within a compilation."""

_INSERT_COMPILATION = """
INSERT INTO compilation (name, title, assembly, simulated) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
"""Adds a compilation unless there is one of that name."""

_LOCK_PROPERTIES = """
SELECT title, assembly, simulated FROM compilation WHERE name = %s FOR UPDATE
"""
"""The properties of a compilation, whose row stays locked until the transaction ends."""

_LOCK_COMPILATION = "SELECT 1 FROM compilation WHERE name = %s FOR UPDATE"
"""Locks a compilation's row until the transaction ends."""

_SET_ASSEMBLY = "UPDATE compilation SET assembly = %s WHERE name = %s"
"""Names the assembly of a compilation."""

_SELECT_ASSEMBLY = "SELECT nullif(assembly, '') FROM compilation WHERE name = %s"
"""The assembly of a compilation; null if it is unknown."""

_SELECT_NAMES = "SELECT name FROM release WHERE compilation = %s"
"""The names that the releases of a compilation have or had."""

_SELECT_STATE = "SELECT state FROM release WHERE schema = %s"
"""The state of a release; no row if the name was never used."""

_INSERT_RELEASE = """
INSERT INTO release (compilation, name, schema, state, source, sample_count)
VALUES (%s, %s, %s, 'loading', %s, %s)
"""
"""Adds a release in its first state."""

_INSERT_INTERVAL = """
INSERT INTO interval (schema, number, chromosome, first, last, shard)
VALUES (%s, %s, %s, %s, %s, %s)
"""
"""Adds an interval to a release."""

_SELECT_INTERVALS = """
SELECT number, chromosome, first, last, shard FROM interval WHERE schema = %s ORDER BY number
"""
"""The intervals of a release in genome order."""

_MARK_PUBLISHED = """
UPDATE release SET state = 'published', retired = NULL, published = greatest(
    clock_timestamp(),
    (SELECT max(published) + interval '1 microsecond' FROM release WHERE compilation = %s)
) WHERE schema = %s
"""
"""Publishes a release, later than any other of its compilation, even if the clock was set back."""

_SET_CURRENT = "UPDATE compilation SET current = %s WHERE name = %s"
"""Makes a release the one that is served."""

_MARK_RETIRED = "UPDATE release SET state = 'retired', retired = now() WHERE schema = %s"
"""Retires a release."""

_MARK_VERIFIED = """
UPDATE release SET state = 'verified' WHERE schema = %s AND state = 'loading'
"""
"""Marks a loaded release as verified; later states are unchanged."""


_UNKNOWN = ""
"""The assembly of a compilation that nobody has named."""


@dataclass(frozen=True)
class ReleaseStatus:
    """A release as the catalog describes it, in any state. `loaded` counts loaded intervals;
    `notices` are what its loads repaired, left out or let pass. An assembly of None is unknown.
    """

    compilation: str
    name: str
    schema: str
    state: str
    assembly: str | None
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
    notices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.compilation}/{self.name}"


@dataclass(frozen=True)
class NewRelease:
    """The properties that a release gets when it begins. Without a name it is the next of r1, r2, …

    Without a title or assembly the compilation keeps its own. A new compilation gets its name in
    capitals as title, and an unknown assembly.
    """

    compilation: str
    intervals: Sequence[Interval]
    source: str
    release: str | None = None
    title: str | None = None
    assembly: str | None = None
    simulated: bool = False
    sample_count: int | None = None


def find_assembly(catalog: str, compilation: str) -> str | None:
    """The assembly of a compilation; None if it is unknown, or if there is no such compilation yet."""
    with session(CATALOG, catalog) as connection:
        if not has_catalog(connection):
            return None
        record = connection.execute(_SELECT_ASSEMBLY, [compilation]).fetchone()
        return record[0] if record else None


def release_statuses(catalog: str, compilation: str | None = None) -> list[ReleaseStatus]:
    """Every release in the catalog, or those of one compilation, oldest first within a compilation;
    empty if there is no catalog yet.
    """
    with session(CATALOG, catalog) as connection:
        if not has_catalog(connection):
            return []
        statuses = read_statuses(connection)
    return [status for status in statuses if compilation in (None, status.compilation)]


def has_catalog(connection: Connection) -> bool:
    """Whether the database has the catalog's tables."""
    return connection.execute(_FIND_CATALOG).fetchone() != (None,)


def read_statuses(connection: Connection) -> list[ReleaseStatus]:
    """As `release_statuses`, over a connection to an existing catalog."""
    notices = read_notices(connection)
    with connection.cursor(row_factory=class_row(ReleaseStatus)) as cursor:
        statuses = cursor.execute(_SELECT_STATUSES).fetchall()
    return [replace(status, notices=notices.get(status.schema, ())) for status in statuses]


def prepare_catalog(catalog: str) -> None:
    """Creates the catalog's tables, or those that the catalog of an older version lacks."""
    # A transaction of its own, so that no loader waits for this lock while another one copies.
    with session(CATALOG, catalog) as connection, connection.transaction():
        connection.execute(_LOCK_CATALOG)
        connection.execute(ddl("catalog.sql", schema="public"))


def begin_release(
    catalog: str, new_release: NewRelease, *, fill: Callable[[Connection, str], None] | None = None
) -> str:
    """The schema of a new release in state `loading`. `fill` adds its description to the catalog in
    the same transaction.

    Raises BadRelease for a name that was used before. Properties of a compilation apply to what it
    serves as well, so BadRelease is raised too if those of the new release differ.
    """
    prepare_catalog(catalog)
    with session(CATALOG, catalog) as connection, connection.transaction():
        _begin_compilation(connection, new_release)
        name = new_release.release or _next_name(connection, new_release.compilation)
        schema = schema_name(new_release.compilation, name)
        _insert_release(connection, new_release, name, schema)
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        connection.execute(ddl("catalog_release.sql", schema=schema))
        if fill is not None:
            fill(connection, schema)
    return schema


def _begin_compilation(connection: Connection, new_release: NewRelease) -> None:
    """Adds the compilation's row or compares it with the new release, and locks it."""
    compilation = new_release.compilation
    # Only to raise BadQuery for a bad name.
    schema_name(compilation, "r1")
    title = new_release.title or compilation.upper()
    assembly = new_release.assembly or _UNKNOWN
    connection.execute(_INSERT_COMPILATION, [compilation, title, assembly, new_release.simulated])
    properties = connection.execute(_LOCK_PROPERTIES, [compilation]).fetchone()
    if properties is None:
        # Another session has deleted the row between the two statements.
        raise BadRelease(f"compilation {compilation!r} was pruned at this moment; begin again")
    title, assembly, simulated = properties
    requested_assembly = new_release.assembly or assembly
    if assembly == _UNKNOWN and requested_assembly != _UNKNOWN:
        connection.execute(_SET_ASSEMBLY, [requested_assembly, compilation])
    if assembly == _UNKNOWN or are_same_assembly(assembly, requested_assembly):
        requested_assembly = assembly
    expected = {"title": title, "assembly": assembly, "simulated": simulated}
    requested = {
        "title": new_release.title or title,
        "assembly": requested_assembly,
        "simulated": new_release.simulated,
    }
    for name, value in requested.items():
        if value != expected[name]:
            raise BadRelease(
                f"compilation {compilation!r} has {name} {expected[name]!r}, this release would "
                f"have {value!r}; load it with the same {name} or as another compilation"
            )


def _next_name(connection: Connection, compilation: str) -> str:
    names = connection.execute(_SELECT_NAMES, [compilation]).fetchall()
    numbers = [int(name[1:]) for (name,) in names if re.fullmatch(r"r\d{1,9}", name)]
    return f"r{max(numbers, default=0) + 1}"


def _insert_release(
    connection: Connection, new_release: NewRelease, name: str, schema: str
) -> None:
    compilation = new_release.compilation
    state = connection.execute(_SELECT_STATE, [schema]).fetchone()
    if state is not None:
        raise BadRelease(
            f"there is a release {compilation}/{name} already, {state[0]}; use another name or none"
        )
    connection.execute(
        _INSERT_RELEASE,
        [compilation, name, schema, new_release.source, new_release.sample_count],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSERT_INTERVAL,
            [
                (
                    schema,
                    interval.number,
                    interval.chrom,
                    interval.first,
                    interval.last,
                    interval.shard,
                )
                for interval in new_release.intervals
            ],
        )


def publish_release(catalog: str, compilation: str, release: str) -> None:
    """Serves a verified release from now on, or one that was published before. Raises BadRelease
    for any other.

    Its time of publication becomes the latest of the compilation, even if the clock was set back:
    by comparing these times, a reader notices every change of what is served.
    """
    with session(CATALOG, catalog) as connection, connection.transaction():
        _publish(connection, _lock_status(connection, compilation, release))


def _publish(connection: Connection, status: ReleaseStatus) -> None:
    """Serves a release whose compilation's row is locked."""
    if status.state == "loading":
        raise BadRelease(
            f"{status} is loading ({status.loaded} of {status.intervals} intervals are loaded); "
            "load the rest and verify it first"
        )
    if status.state == "dropped":
        raise BadRelease(
            f"{status} was pruned at {status.dropped:%Y-%m-%d %H:%M}; "
            "load it again under another name"
        )
    # A new time of publication would look like a change of what is served.
    if not status.current:
        connection.execute(_MARK_PUBLISHED, [status.compilation, status.schema])
        connection.execute(_SET_CURRENT, [status.name, status.compilation])


def roll_back_release(catalog: str, compilation: str, release: str | None = None) -> str:
    """Serves an older release from now on and returns its name: this release, or by default the
    latest one before the current one. Two rollbacks at the same time are two steps back.
    """
    with session(CATALOG, catalog) as connection, connection.transaction():
        statuses = _lock_statuses(connection, compilation)
        current = next((status for status in statuses if status.current), None)
        if current is None:
            raise BadRelease(
                f"compilation {compilation!r} has no published release to roll back from; "
                "publish one"
            )
        older = [status for status in statuses if _precedes(status, current)]
        if release is None and not older:
            raise BadRelease(f"there is no release older than {current} to roll back to")
        status = older[-1] if release is None else _pick(statuses, compilation, release)
        _publish(connection, status)
    return status.name


def _precedes(status: ReleaseStatus, current: ReleaseStatus) -> bool:
    """Whether a release was served before and can be again, and is older than the current one."""
    usable = status.published is not None and status.state in ("published", "retired")
    return usable and status.created < current.created


def retire_release(catalog: str, compilation: str, release: str) -> None:
    """Takes a release out of use, so that prune will drop it later. Raises BadRelease for the one
    that is served.
    """
    with session(CATALOG, catalog) as connection, connection.transaction():
        status = _lock_status(connection, compilation, release)
        if status.current:
            raise BadRelease(f"{status} is being served; publish another release first")
        if status.state in ("retired", "dropped"):
            raise BadRelease(f"{status} is already {status.state}")
        connection.execute(_MARK_RETIRED, [status.schema])


def mark_verified(catalog: str, schema: str) -> None:
    """Records that a release was verified; the state of a published or retired one is unchanged."""
    with session(CATALOG, catalog) as connection:
        connection.execute(_MARK_VERIFIED, [schema])


def read_intervals(catalog: str, schema: str) -> tuple[Interval, ...]:
    """The intervals of a release in genome order, without their content."""
    with session(CATALOG, catalog) as connection:
        return tuple(Interval(*row) for row in connection.execute(_SELECT_INTERVALS, [schema]))


def find_release(catalog: str, compilation: str, release: str) -> ReleaseStatus:
    """The status of one release. Raises NotFound with the names of existing ones."""
    return _pick(release_statuses(catalog, compilation), compilation, release)


def _lock_status(connection: Connection, compilation: str, release: str) -> ReleaseStatus:
    """The status of a release, after locking its compilation's row until the transaction ends."""
    connection.execute(_LOCK_COMPILATION, [compilation])
    return _pick(read_statuses(connection), compilation, release)


def _lock_statuses(connection: Connection, compilation: str) -> list[ReleaseStatus]:
    """The releases of a compilation, oldest first, after locking its row until the transaction ends;
    empty if there is no catalog yet.
    """
    if not has_catalog(connection):
        return []
    connection.execute(_LOCK_COMPILATION, [compilation])
    return [status for status in read_statuses(connection) if status.compilation == compilation]


def _pick(statuses: Sequence[ReleaseStatus], compilation: str, release: str) -> ReleaseStatus:
    of_compilation = [status for status in statuses if status.compilation == compilation]
    if not of_compilation:
        compilations = dict.fromkeys(status.compilation for status in statuses)
        raise NotFound("compilation", compilation, ", ".join(compilations))
    for status in of_compilation:
        if status.name == release:
            return status
    names = ", ".join(status.name for status in of_compilation)
    raise NotFound("release", f"{compilation}/{release}", names)
