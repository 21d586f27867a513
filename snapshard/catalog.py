"""What compilations and releases there are, as the catalog's database says."""

import threading
import time
from typing import Any

import psycopg
import zstandard
from psycopg import sql
from psycopg.rows import dict_row

from snapshard.errors import NotFound, ShardUnavailable
from snapshard.release import Content, Interval, Release
from snapshard.settings import Settings
from snapshard.shards import CATALOG, shard_errors

_RELEASES = """
SELECT r.compilation, r.name, r.schema, r.state, c.title, c.assembly, c.simulated, c.current = r.name AS is_current,
       r.sample_count, r.created, r.published
FROM release r JOIN compilation c ON c.name = r.compilation
WHERE r.state IN ('published', 'verified')
ORDER BY r.compilation, r.created, r.name
"""
_INTERVALS = "SELECT schema, number, chromosome, first, last, shard FROM interval ORDER BY schema, number"
_CONTENT = """
SELECT schema, number, kind, row_count, first_block, last_block, max_end, longest, min_id, max_id
FROM content WHERE row_count > 0
"""


class Catalog:
    """The releases there are. Believed for a second or so; when the database is away, the last known go on being served."""

    def __init__(self, address: str, settings: Settings) -> None:
        self._address = address
        self._settings = settings
        self._lock = threading.Lock()
        self._releases: list[tuple[Release, bool]] = []
        self._read_at: float | None = None

    def releases(self) -> list[Release]:
        """Every release that can be queried, oldest first within a compilation."""
        return [release for release, _ in self._known()]

    def compilations(self) -> list[Release]:
        """The current release of every compilation, by name."""
        return [release for release, current in self._known() if current]

    def release(self, compilation: str, name: str | None = None) -> Release:
        """One release; without a name the published one. Raises NotFound, which lists what there is."""
        known = self._known()
        of_compilation = [pair for pair in known if pair[0].compilation == compilation]
        if not of_compilation:
            raise NotFound("compilation", compilation, ", ".join(dict.fromkeys(r.compilation for r, _ in known)))
        for release, current in of_compilation:
            if release.name == name or (name is None and current):
                return release
        if name is None:
            raise NotFound("published release of", compilation, ", ".join(r.name for r, _ in of_compilation))
        raise NotFound("release", f"{compilation}/{name}", ", ".join(r.name for r, _ in of_compilation))

    def connect(self) -> psycopg.Connection[Any]:
        """A new connection that only reads; ShardUnavailable names the catalog."""
        with shard_errors(CATALOG):
            return psycopg.connect(
                self._address,
                connect_timeout=2,
                autocommit=True,
                options=f"-c default_transaction_read_only=on -c statement_timeout={int(self._settings.read_seconds * 1000)}",
            )

    def file(self, release: Release, name: str) -> bytes | None:
        """A file that was kept as it came, such as samples.tsv; None if the release has none of that name."""
        query = sql.SQL("SELECT content FROM {}.file WHERE name = %s").format(sql.Identifier(release.schema))
        with self.connect() as connection, shard_errors(CATALOG):
            found = connection.execute(query, [name]).fetchone()
        return zstandard.ZstdDecompressor().decompress(found[0]) if found else None

    def group_members(self, release: Release, names: list[str]) -> set[int]:
        """The samples of these groups together. Raises NotFound for a group that the release does not have."""
        query = sql.SQL("SELECT name, members FROM {}.sample_group ORDER BY number").format(sql.Identifier(release.schema))
        with self.connect() as connection, shard_errors(CATALOG):
            groups: dict[str, list[int]] = dict(connection.execute(query).fetchall())
        for name in names:
            if name not in groups:
                raise NotFound("sample group", name, ", ".join(groups))
        return {member for name in names for member in groups[name]}

    def _known(self) -> list[tuple[Release, bool]]:
        with self._lock:
            if self._read_at is None or time.monotonic() - self._read_at > self._settings.catalog_seconds:
                try:
                    self._releases = self._read()
                except ShardUnavailable:
                    if self._read_at is None:
                        raise
                self._read_at = time.monotonic()
            return self._releases

    def _read(self) -> list[tuple[Release, bool]]:
        with self.connect() as connection, shard_errors(CATALOG), connection.transaction():
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
            intervals.setdefault(schema, []).append(Interval(number, chrom, first, last, shard, held))
        releases = []
        for row in connection.cursor(row_factory=dict_row).execute(_RELEASES):
            current = bool(row.pop("is_current"))
            releases.append((Release(**row, intervals=tuple(intervals.get(row["schema"], ()))), current))
        return releases
