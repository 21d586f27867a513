"""The server in a process of its own, and waiting for things to become true."""

import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from snapshard_populate.releases import publish_release


@dataclass
class Server:
    """`snapshard serve` in a process of its own."""

    url: str
    process: subprocess.Popen
    log: Path

    def stop(self):
        """Ends it as Kubernetes does."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(url):
    """Whether anybody answers."""
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(condition, seconds, *, why=lambda: ""):
    """Waits until the condition holds; how long that took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            pytest.fail(f"waited {seconds} s in vain. {why()}")
        time.sleep(0.05)
    return time.monotonic() - started


def quit_at_once(embedded):
    """Ends an embedded server whose folder is thrown away: it need not write down what it holds."""
    process = psutil.Process(embedded._server.get_pid())
    process.send_signal(signal.SIGQUIT)
    process.wait(10)
    embedded.close()


@contextmanager
def published(world, server, compilation, release):
    """Another release is the current one inside, and the server knows."""
    shards, url = world.index.pools._map, f"{server.url}/api/v1/compilations/{compilation}"
    before = world.index.catalog.release(compilation).name
    try:
        publish_release(shards.catalog, compilation, release)
        known_to_all(url, lambda answer: answer["release"]["release"] == release)
        yield
    finally:
        publish_release(shards.catalog, compilation, before)
        known_to_all(url, lambda answer: answer["release"]["release"] == before)


def known_to_all(url, fits):
    """Waits until every worker of the server answers so; each of many connections is taken by one
    or the other.
    """
    wait_for(lambda: all(fits(httpx.get(url).json()) for _ in range(10)), 10)
