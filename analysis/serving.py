"""`snapshard serve` as shipped, in a process of its own, on a free port of the loopback interface.

The server chooses its port when it binds the socket and prints its address, which is read from the
log: no other program can take the port in between. Only the variables that a caller names reach
the server's settings.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.processes import Find, postgres_of, tree, without

COMMAND = (sys.executable, "-m", "snapshard")
_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_ADDRESS = re.compile(r"^Snapshard serves (http://\S+?)/? ", re.MULTILINE)


@dataclass(frozen=True)
class RunningServer:
    """A server that accepts requests: its address without a slash at the end, its first process and
    the file of its output.
    """

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.url.rpartition(":")[2])

    def stop(self) -> int:
        """Stops it as Kubernetes does and returns its exit code; does nothing if it has stopped."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_STOP_SECONDS)


def start_server(*options: str, log: Path, **settings: object) -> RunningServer:
    """A new server that answers /livez.

    `options` are those of `snapshard serve`; `settings` are variables without SNAPSHARD_, in small
    letters. Raises RuntimeError with the log if the server ends, TimeoutError if it does not start.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SNAPSHARD_")
    }
    environment |= {f"SNAPSHARD_{name.upper()}": str(value) for name, value in settings.items()}
    # The output goes to a file, because a pipe that nobody reads would stop the server when full.
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *options],
            env=environment,
            stdout=output,
            stderr=output,
        )

    def has_address() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()}")
        return _ADDRESS.search(log.read_text()) is not None

    try:
        _await(has_address)
        url = _ADDRESS.findall(log.read_text())[0]
        _await(lambda: answers(f"{url}/livez"))
    except BaseException:
        process.kill()
        process.wait()
        raise
    return RunningServer(url, process, log)


@dataclass(frozen=True)
class Served:
    """A running server with the processes whose use is measured: its own, and those of the embedded
    PostgreSQL.
    """

    url: str
    pid: int
    server: Find
    postgres: Find


@contextmanager
def serving(data: Path, *, workers: int | None = None) -> Iterator[Served]:
    """A server over a data folder, ready to answer queries; `workers` is its own default if None."""
    options = [] if workers is None else ["--workers", str(workers)]
    with TemporaryDirectory(prefix="snapshard-serving-") as folder:
        server = start_server("--data", str(data), *options, log=Path(folder) / "log")
        try:
            _await(lambda: answers(f"{server.url}/readyz"))
            pid, postgres = server.process.pid, postgres_of(data)
            yield Served(server.url, pid, without(tree(pid), postgres), postgres)
        finally:
            server.stop()


def answers(url: str) -> bool:
    """Tells if a request of this URL succeeds."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the server is not ready after {_START_SECONDS:.0f} s")
        time.sleep(0.05)
