"""What compilations and releases there are, as the catalog's database says."""

import threading
import time
from contextlib import AbstractContextManager
from operator import attrgetter
from typing import Any

import psycopg
import zstandard
from psycopg import sql

from snapshard.connections import CATALOG, Pools
from snapshard.errors import NotFound, QueryTimeout, ShardUnavailable
from snapshard.release import Content, Interval, Release

_RELEASES = """
SELECT r.compilation, r.name, r.schema, r.state, c.title, c.assembly, c.simulated,
       r.sample_count, r.created, r.published, coalesce(c.current = r.name, false)
FROM release r JOIN compilation c ON c.name = r.compilation
WHERE r.state IN ('published', 'verified')
ORDER BY r.compilation, r.created, r.name
"""
_heading = attrgetter(
    "compilation",
    "name",
    "schema",
    "state",
    "title",
    "assembly",
    "simulated",
    "sample_count",
    "created",
    "published",
)
"""What _RELEASES says of a release, in that order."""
_INTERVALS = (
    "SELECT schema, number, chromosome, first, last, shard FROM interval ORDER BY schema, number"
)
_CONTENT = """
SELECT schema, number, kind, row_count, first_block, last_block, max_end, longest, min_id, max_id
FROM content WHERE row_count > 0
"""


class Catalog:
    """The releases there are. Believed for a second or so; when the database is away, the last
    known go on being served.
    """

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._lock = threading.Lock()
        self._releases: list[tuple[Release, bool]] = []
        self._read_at: float | None = None
        self._away = False

    def releases(self) -> list[Release]:
        """Every release that can be queried, oldest first within a compilation."""
        return [release for release, _ in self._known()]

    def compilations(self) -> list[Release]:
        """The current release of every compilation, by name."""
        return [release for release, current in self._known() if current]

    def release(self, compilation: str, name: str | None = None) -> Release:
        """One release; without a name the published one. Raises NotFound, which lists what there
        is.
        """
        known = self._known()
        of_compilation = [pair for pair in known if pair[0].compilation == compilation]
        if not of_compilation:
            raise NotFound(
                "compilation",
                compilation,
                ", ".join(dict.fromkeys(r.compilation for r, _ in known)),
            )
        for release, current in of_compilation:
            if release.name == name or (name is None and current):
                return release
        if name is None:
            raise NotFound(
                "published release of", compilation, ", ".join(r.name for r, _ in of_compilation)
            )
        raise NotFound(
            "release", f"{compilation}/{name}", ", ".join(r.name for r, _ in of_compilation)
        )

    def connect(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """A connection that only reads, for the time of a `with`; ShardUnavailable names the
        catalog.
        """
        return self._pools.connection(CATALOG)

    def file(self, release: Release, name: str) -> bytes | None:
        """A file that was kept as it came, such as samples.tsv; None if the release has none of
        that name.
        """
        query = sql.SQL("SELECT content FROM {}.file WHERE name = %s").format(
            sql.Identifier(release.schema)
        )
        with self.connect() as connection:
            found = connection.execute(query, [name]).fetchone()
        return zstandard.ZstdDecompressor().decompress(found[0]) if found else None

    def _known(self) -> list[tuple[Release, bool]]:
        """While the database is away nobody waits for it: a thread looks from time to time whether
        it is back.
        """
        if self._read_at is None:
            self._refresh()
        elif self._stale() and self._away:
            threading.Thread(target=self._refresh, daemon=True).start()
        elif self._stale():
            self._refresh()
        return self._releases

    def _stale(self) -> bool:
        return (
            self._read_at is None
            or time.monotonic() - self._read_at > self._pools.settings.catalog_seconds
        )

    def _refresh(self) -> None:
        # Who finds another at it goes on with what is known, unless nothing is.
        if not self._lock.acquire(blocking=self._read_at is None):
            return
        try:
            if self._stale():
                self._releases = self._read()
                self._away = False
                self._read_at = time.monotonic()
        except (ShardUnavailable, QueryTimeout):
            if self._read_at is None:
                raise
            self._away = True
            self._read_at = time.monotonic()
        finally:
            self._lock.release()

    def _read(self) -> list[tuple[Release, bool]]:
        known = {_heading(release): release for release, _ in self._releases}
        with self.connect() as connection:
            headings = _headings(connection) if known else {}
            # A release that is known does not change, so what it holds is not read again.
            if known.keys() == headings.keys() and known:
                return [(known[heading], current) for heading, current in headings.items()]
            return self._read_all(connection)

    def _read_all(self, connection: psycopg.Connection[Any]) -> list[tuple[Release, bool]]:
        with connection.transaction():
            # One snapshot, so that a release comes with all of its intervals.
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            if connection.execute("SELECT to_regclass('release')").fetchone() == (None,):
                return []
            return self._read_tables(connection)

    @staticmethod
    def _read_tables(connection: psycopg.Connection[Any]) -> list[tuple[Release, bool]]:
        content: dict[tuple[str, int], dict[str, Content]] = {}
        for schema, number, kind, *counts in connection.execute(_CONTENT):
            content.setdefault((schema, number), {})[kind] = Content(*counts)
        intervals: dict[str, list[Interval]] = {}
        for schema, number, chrom, first, last, shard in connection.execute(_INTERVALS):
            held = content.get((schema, number), {})
            intervals.setdefault(schema, []).append(
                Interval(number, chrom, first, last, shard, held)
            )
        return [
            (Release(*heading, intervals=tuple(intervals.get(heading[2], ()))), current)  # type: ignore[misc]  # ten of eleven
            for heading, current in _headings(connection).items()
        ]


def _headings(connection: psycopg.Connection[Any]) -> dict[tuple[Any, ...], bool]:
    """What is said of every release, and whether it is the current one; in order."""
    return {tuple(heading): current for *heading, current in connection.execute(_RELEASES)}
