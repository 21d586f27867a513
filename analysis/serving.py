"""The server as shipped, on a data folder, listening on loopback only."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.processes import Find, postgres_of, tree, without

COMMAND = Path(sys.executable).with_name("snapshard")
_PATIENCE = 60.0  # until it answers


@dataclass(frozen=True)
class Served:
    """A running `snapshard serve`: its address, its processes and those of PostgreSQL behind it."""

    address: str
    server: Find
    postgres: Find


@contextmanager
def serving(data: Path, *, workers: int | None = None) -> Iterator[Served]:
    """The server, ready; with the number of workers that it has by itself if none is given. Raises
    TimeoutError.
    """
    port = _free_port()
    options = [] if workers is None else ["--workers", str(workers)]
    command = [str(COMMAND), "serve", "--data", str(data), "--port", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address)
            postgres = postgres_of(data)
            yield Served(address, without(tree(process.pid), postgres), postgres)
        finally:
            process.send_signal(signal.SIGTERM)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _await(address: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{address}/readyz"):
            return
        time.sleep(0.1)
    raise TimeoutError(f"{address} does not get ready in {_PATIENCE:.0f} s")
