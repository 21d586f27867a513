"""A data folder with its running server, shared by several programs on one machine.

The first program starts the server, and the last one stops it. The lock of the folder serialises
the start, the stop and the creation of databases; while it is held, no other program can see a
half-initialised folder.
"""

import atexit
import logging
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from snapshard.connections.embedded.addresses import address, forget_variables
from snapshard.connections.embedded.healer import Healer
from snapshard.connections.embedded.programs import current_programs
from snapshard.connections.embedded.server import Server
from snapshard.connections.embedded.users import User, folder_lock
from snapshard.connections.embedded.versions import check_version
from snapshard.connections.shard_map import CATALOG, ShardMap, shard_errors
from snapshard.errors import BadQuery, SnapshardError

SHARD_PREFIX = "shard_"
CONNECTIONS = 640
"""max_connections: the pools of the default settings when all are full (26 databases x (2 workers x
(4 for reads + 4 for exports) + 4 for reads of the bulk worker) = 520) and the loaders. Idle slots
cost little.
"""
CONFIGURATION = f"""
# Written by snapshard when it created this folder. You may edit these lines; they are not written
# again.
max_connections = {CONNECTIONS}
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
"""The end of postgresql.conf in a new folder."""
_PATH_BYTES = 900
"""The longest path of a data folder. PostgreSQL allows 1,024 bytes for the paths of files in it."""
_log = logging.getLogger(__name__)


def report_failure(error: SnapshardError) -> None:
    """Logs why a server that died cannot be started again."""
    _log.error("%s", error)


class Embedded:
    """A running embedded server, whose databases appear as a ShardMap. Use it in a `with`.

    If the server dies, it is started again within seconds, with the same addresses.
    """

    def __init__(
        self, folder: Path, *, on_failure: Callable[[SnapshardError], None] = report_failure
    ) -> None:
        """Starts the server of the folder, or joins the server that another program started.

        `on_failure` is called, in another thread, with the reason why a server that died cannot be
        started again. The variables PGSERVICE, PGTZ, PGDATESTYLE and PGGEQO are removed from this
        process. Raises SnapshardError with the end of the server's log if it does not start.
        """
        self.folder = usable_folder(folder)
        forget_variables()
        check_version(self.folder)
        self._process = os.getpid()
        self._server = Server((self.folder / "postgres").resolve(), current_programs())
        try:
            with folder_lock(self.folder):
                self._user = User(self.folder)
                self._start()
        except OSError as exc:
            raise _unusable(self.folder, exc) from exc
        self._healer = Healer(self.folder, self._server, on_failure)
        atexit.register(self.close)

    @property
    def server(self) -> Server:
        """The PostgreSQL server."""
        return self._server

    def shard_map(self) -> ShardMap:
        """The folder's shards by name, and its catalog. Raises ShardUnavailable, which names the
        catalog, while the server is down.
        """
        with (
            shard_errors(CATALOG),
            psycopg.connect(
                self._address("postgres"), autocommit=True, connect_timeout=2
            ) as connection,
        ):
            names = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname",
                [SHARD_PREFIX],
            ).fetchall()
        return ShardMap(
            self._address(CATALOG),
            {name.removeprefix(SHARD_PREFIX): self._address(name) for (name,) in names},
        )

    def ensure_shards(self, names: Iterable[str]) -> ShardMap:
        """The shard map, after creating the databases of shards that do not exist yet."""
        with folder_lock(self.folder):
            for name in names:
                if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
                    raise BadQuery("shard", name, "lower-case letters, digits and '-' (41 at most)")
                self._ensure(SHARD_PREFIX + name)
        return self.shard_map()

    def close(self) -> None:
        """Releases the server, which stops if no other program uses it."""
        # A forked child inherits this object and must leave its parent's server alone.
        if self._process != os.getpid():
            return
        self._process = 0
        atexit.unregister(self.close)
        self._healer.stop()
        # Nothing is left to stop in a folder that was removed.
        with suppress(FileNotFoundError), folder_lock(self.folder):
            self._leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        try:
            self._server.initialise(CONFIGURATION)
            self._postmaster = self._server.ensure_running()
            self._ensure(CATALOG)
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        self._user.leave()
        if not self._user.others():
            self._server.stop()

    def _address(self, database: str) -> str:
        return address(self._postmaster.socket, self._postmaster.port, database)

    def _ensure(self, database: str) -> None:
        with (
            shard_errors(database.removeprefix(SHARD_PREFIX)),
            psycopg.connect(self._address("postgres"), autocommit=True) as connection,
        ):
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [database]
            ).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def usable_folder(folder: Path) -> Path:
    """The absolute path of a data folder, which is created if it is missing. Raises SnapshardError."""
    try:
        path = folder.expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as exc:
        raise _unusable(folder, exc) from exc
    size = len(os.fsencode(path))
    if size > _PATH_BYTES:
        reason = f"its path has {size} bytes; PostgreSQL allows {_PATH_BYTES}"
        raise SnapshardError(f"cannot use the data folder {path}: {reason}")
    if "\n" in str(path):
        raise SnapshardError(f"cannot use the data folder {str(path)!r}: its path has a line break")
    return path


def _unusable(folder: Path, error: Exception) -> SnapshardError:
    reason = getattr(error, "strerror", None) or str(error)
    return SnapshardError(f"cannot use the data folder {folder}: {reason}")
