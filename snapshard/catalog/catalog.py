"""The compilations and releases that the catalog's database lists.

Every request needs the list, so it is cached for `catalog_seconds`. What must hold:

- One thread at a time refreshes the list (`_lock`), and the others use the cached one meanwhile.
  Only the first read of a process makes them wait, because there is no list yet.
- If the catalog is unavailable, the cached list stays in use and a background thread refreshes it,
  so that no request waits for the catalog's timeout.
- A release is immutable: while the headings are unchanged, intervals and contents are not read
  again, and callers keep getting the same Release objects.
- A full read uses one snapshot, so that every release comes with all of its intervals.
"""

import threading
import time
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
import zstandard
from psycopg import sql

from snapshard.connections import CATALOG, Pools, database_identity
from snapshard.errors import NotFound, QueryTimeout, ShardUnavailable, TooBusy
from snapshard.release import Content, Interval, Release

_RELEASES = """
SELECT r.compilation, r.name, r.schema, r.state, c.title, nullif(c.assembly, ''), c.simulated,
       r.sample_count, r.created, r.published, coalesce(c.current = r.name, false)
FROM release r JOIN compilation c ON c.name = r.compilation
WHERE r.state IN ('published', 'verified')
ORDER BY r.compilation, r.created, r.name
"""
_INTERVALS = (
    "SELECT schema, number, chromosome, first, last, shard FROM interval ORDER BY schema, number"
)
_CONTENT = """
SELECT schema, number, kind, row_count, first_block, last_block, max_end, longest, min_id, max_id
FROM content WHERE row_count > 0
"""


_FIND_NOTICES = "SELECT to_regclass('notice')"
"""The table of notices; null in the catalog of an older version."""
_NOTICES = "SELECT schema, text FROM notice ORDER BY schema, number"


class _Heading(NamedTuple):
    """The columns of _RELEASES but the last: all fields of a Release but its intervals and notices."""

    compilation: str
    name: str
    schema: str
    state: str
    title: str
    assembly: str | None
    simulated: bool
    sample_count: int | None
    created: datetime
    published: datetime | None


class Catalog:
    """The releases of the catalog's database, cached as the head of this module describes."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._lock = threading.Lock()
        self._releases: list[tuple[Release, bool]] = []
        self._refreshed: float | None = None
        self._unavailable = False

    def releases(self) -> list[Release]:
        """Every release that can be queried, oldest first within a compilation."""
        return [release for release, _ in self._cached()]

    def last_known(self) -> list[Release] | None:
        """The releases as last read, without a query; None if they were never read."""
        if self._refreshed is None:
            return None
        return [release for release, _ in self._releases]

    def compilations(self) -> list[Release]:
        """The current release of every compilation, by name."""
        return [release for release, current in self._cached() if current]

    def release(self, compilation: str, name: str | None = None) -> Release:
        """One release; without a name the published one. Raises NotFound with the available names."""
        releases = self._cached()
        candidates = [entry for entry in releases if entry[0].compilation == compilation]
        if not candidates:
            compilations = dict.fromkeys(release.compilation for release, _ in releases)
            raise NotFound("compilation", compilation, ", ".join(compilations))
        for release, current in candidates:
            if release.name == name or (name is None and current):
                return release
        names = ", ".join(release.name for release, _ in candidates)
        if name is None:
            raise NotFound("published release of", compilation, names)
        raise NotFound("release", f"{compilation}/{name}", names)

    def connect(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """A read-only connection for the duration of a `with`. Raises ShardUnavailable, which names
        the catalog.
        """
        return self._pools.connection(CATALOG)

    def identity(self) -> str:
        """The identity of the catalog's database, which tells two deployments apart."""
        with self.connect() as connection:
            return database_identity(connection)

    def file(self, release: Release, name: str) -> bytes | None:
        """A file that is kept byte for byte, such as samples.tsv; None if the release has no file
        of that name.
        """
        query = sql.SQL("SELECT content FROM {}.file WHERE name = %s").format(
            sql.Identifier(release.schema)
        )
        with self.connect() as connection:
            record = connection.execute(query, [name]).fetchone()
        return zstandard.ZstdDecompressor().decompress(record[0]) if record else None

    def _cached(self) -> list[tuple[Release, bool]]:
        """The releases, and whether each is its compilation's current one; refreshed if stale."""
        if self._is_stale():
            if self._unavailable:
                # A daemon thread does not keep the process alive while the catalog hangs.
                threading.Thread(target=self._refresh, daemon=True).start()
            else:
                self._refresh()
        return self._releases

    def _is_stale(self) -> bool:
        if self._refreshed is None:
            return True
        return time.monotonic() - self._refreshed > self._pools.settings.catalog_seconds

    def _refresh(self) -> None:
        # If another thread is refreshing, use the cached list (or wait if there is none).
        if not self._lock.acquire(blocking=self._refreshed is None):
            return
        try:
            # A thread that waited for the lock finds the list refreshed.
            if self._is_stale():
                self._releases = self._read()
                self._unavailable = False
                self._refreshed = time.monotonic()
        except (ShardUnavailable, QueryTimeout, TooBusy):
            if self._refreshed is None:
                raise
            # The time is set after a failure too, so that not every request starts an attempt.
            self._unavailable = True
            self._refreshed = time.monotonic()
        finally:
            self._lock.release()

    def _read(self) -> list[tuple[Release, bool]]:
        cached = {_heading(release): release for release, _ in self._releases}
        with self.connect() as connection:
            headings = _read_headings(connection) if cached else {}
            if cached and cached.keys() == headings.keys():
                return [(cached[heading], current) for heading, current in headings.items()]
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                # A database without tables has no release yet.
                if connection.execute("SELECT to_regclass('release')").fetchone() == (None,):
                    return []
                return _read_releases(connection)


def _heading(release: Release) -> _Heading:
    return _Heading._make(getattr(release, field) for field in _Heading._fields)


def _read_headings(connection: psycopg.Connection[Any]) -> dict[_Heading, bool]:
    """The heading of every release in order, and whether it is its compilation's current one."""
    records = connection.execute(_RELEASES)
    return {_Heading._make(fields): current for *fields, current in records}


def _read_releases(connection: psycopg.Connection[Any]) -> list[tuple[Release, bool]]:
    contents: dict[tuple[str, int], dict[str, Content]] = {}
    for schema, number, kind, *counts in connection.execute(_CONTENT):
        contents.setdefault((schema, number), {})[kind] = Content(*counts)
    intervals: dict[str, list[Interval]] = {}
    for schema, number, chrom, first, last, shard in connection.execute(_INTERVALS):
        interval = Interval(number, chrom, first, last, shard, contents.get((schema, number), {}))
        intervals.setdefault(schema, []).append(interval)
    notices = _read_notices(connection)
    releases: list[tuple[Release, bool]] = []
    for heading, current in _read_headings(connection).items():
        release = Release(
            **heading._asdict(),
            intervals=tuple(intervals.get(heading.schema, ())),
            notices=tuple(notices.get(heading.schema, ())),
        )
        releases.append((release, current))
    return releases


def _read_notices(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """The notices of every release that has any, by its schema."""
    notices: dict[str, list[str]] = {}
    if connection.execute(_FIND_NOTICES).fetchone() != (None,):
        for schema, text in connection.execute(_NOTICES):
            notices.setdefault(schema, []).append(text)
    return notices
