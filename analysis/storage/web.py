"""A minimal server of exports: `gunicorn -w 1 -k gthread analysis.storage.web:app`, with the database
address in SPIKE_DSN.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import psycopg
from flask import Flask, Response, request

from analysis.storage.layouts import layouts

PORT = 18765
app = Flask(__name__)


@app.get("/<name>")
def rows(name: str) -> Response:
    """All lines of a layout, or the lines with at least `least` samples."""
    layout = {layout.name: layout for layout in layouts("pglz")}[name]
    layout.threads = request.args.get("threads", 1, type=int)
    least = request.args.get("least", type=int)

    def body() -> Iterator[bytes]:
        with psycopg.connect(os.environ["SPIKE_DSN"]) as connection:
            yield from (
                layout.export(connection) if least is None else layout.filtered(connection, least)
            )

    return Response(body(), mimetype="text/tab-separated-values")


@dataclass(frozen=True)
class Transfer:
    """The figures that curl reports."""

    seconds: float
    first_byte: float
    size: int


@dataclass(frozen=True)
class Site:
    """The running server."""

    process: psutil.Process

    def get(self, path: str) -> Transfer:
        """The figures of one request; its body is discarded."""
        form = "%{http_code} %{time_total} %{time_starttransfer} %{size_download}"
        command = ["curl", "-sS", "-o", "/dev/null", "-w", form, f"http://127.0.0.1:{PORT}/{path}"]
        code, seconds, first, size = subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.split()
        if code != "200":
            raise RuntimeError(f"{path}: HTTP {code}")
        return Transfer(float(seconds), float(first), int(size))

    def peak_memory(self) -> int:
        """The peak resident memory of a worker, in bytes."""
        return max(_peak(worker.pid) for worker in self.process.children())


def _peak(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


@contextlib.contextmanager
def site(dsn: str) -> Iterator[Site]:
    """A gunicorn server with one worker of two threads, stopped at the end of the context."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-w1",
        "-kgthread",
        "--threads=2",
        "--log-level=error",
    ]
    process = subprocess.Popen(
        [*command, f"-b127.0.0.1:{PORT}", "analysis.storage.web:app"],
        env=os.environ | {"SPIKE_DSN": dsn},
    )
    try:
        _await_port()
        yield Site(psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(10)


def _await_port() -> None:
    for _ in range(100):
        url = f"http://127.0.0.1:{PORT}/"
        if subprocess.run(["curl", "-s", "-o", "/dev/null", url]).returncode == 0:
            return
        time.sleep(0.1)
    raise TimeoutError(f"no answer on port {PORT}")
