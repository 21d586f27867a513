"""A data folder with a simulated and a real compilation, asked in process, through a real server,
and over a bad line to it.
"""

import gzip
import os
import socket
import socketserver
import sys
import threading
from itertools import chain

import pytest
from data_folders import data_folder

from analysis.serving import start_server
from snapshard.client import Client
from snapshard.junction import NAMES
from snapshard_populate.loading import Compilation, LoadPlan, read_folder
from snapshard_populate.releases import default_layout
from snapshard_populate.simulate import simulate

PROGRAM = [sys.executable, "-m", "snapshard"]


@pytest.fixture(scope="session", autouse=True)
def _plain_environment():
    """No address of the developer's own may leak into a test."""
    for name in [
        name for name in os.environ if name.startswith("SNAPSHARD_") and name != "SNAPSHARD_SHARED"
    ]:
        del os.environ[name]


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The files of the simulated compilation: 12,000 junctions, so that they take three pages."""
    folder = tmp_path_factory.mktemp("source") / "sim"
    simulate(folder, junctions=12_000, samples=40, seed=3)
    return folder


@pytest.fixture(scope="session")
def rows(source):
    """The simulated junctions in genome order, each a dictionary of texts."""
    with gzip.open(source / "junctions.bgz", "rt") as lines:
        found = [dict(zip(NAMES, line.rstrip("\n").split("\t"), strict=True)) for line in lines]
    for row in found:
        row["pairs"] = {
            int(s): int(c) for s, c in (pair.split(":") for pair in row["samples"].split(",")[1:])
        }
    order = [f"chr{name}" for name in [*range(1, 23), "X", "Y", "M"]]
    return sorted(
        found, key=lambda row: (order.index(row["chromosome"]), int(row["start"]), int(row["end"]))
    )


@pytest.fixture(scope="session")
def folder(source, shared):
    """The data folder; its PostgreSQL runs as long as the tests do."""
    samples, groups = (
        str(shared / "data/samples" / name)
        for name in ("gtex.samples.tsv.gz", "gtex.samples.groups.tsv")
    )
    gtex = Compilation(
        "gtex",
        str(shared / "data/gtex/junctions.tsv.gz"),
        assembly="GRCh38",
        samples=samples,
        groups=groups,
    )
    intervals = default_layout(["s1", "s2", "s3"])
    with data_folder() as folder:
        for compilation in (read_folder(source, name="sim"), gtex):
            folder.load(LoadPlan(compilation, intervals, release="r1", jobs=2))
        yield folder.path


@pytest.fixture(scope="session")
def server(folder, tmp_path_factory):
    """The URL of `snapshard serve`."""
    log = tmp_path_factory.mktemp("serve") / "log"
    server = start_server("--data", str(folder), "--workers", "1", log=log)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def local(folder):
    with Client.local(folder, compilation="sim") as client:
        yield client


@pytest.fixture(scope="session")
def remote(server):
    with Client(server, compilation="sim") as client:
        yield client


@pytest.fixture(params=["folder", "server"])
def client(request):
    """The simulated compilation, asked in both ways."""
    return request.getfixturevalue({"folder": "local", "server": "remote"}[request.param])


class BadLine(socketserver.ThreadingTCPServer):
    """Hands requests on to the server; what it does to the bytes of each export is the next entry
    of `faults`.

    A fault is a function from the chunks of the answer to those that come through; ending early
    cuts the connection.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), _Relay)
        host, port = upstream.removeprefix("http://").split(":")
        self.upstream, self.faults, self.exports = (host, int(port)), [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Relay(socketserver.BaseRequestHandler):
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.request.recv(65536)
            if not more:
                return
            head += more
        lines = [
            line
            for line in head.split(b"\r\n")
            if not line.lower().startswith((b"accept-encoding", b"connection"))
        ]
        head = b"\r\n".join(
            [lines[0], b"Connection: close", b"Accept-Encoding: identity", *lines[1:]]
        )
        answer = self._answer(head)
        first = next(answer, b"")
        chunks = chain([first], answer)
        # An export that is told to wait for its turn is asked for again; faults are for those that
        # begin.
        if b":export" in lines[0] and first.startswith(b"HTTP/1.1 200"):
            self.server.exports.append(lines[0].decode())
            if self.server.faults:
                chunks = self.server.faults.pop(0)(chunks)
        for chunk in chunks:
            self.request.sendall(chunk)

    def _answer(self, head):
        with socket.create_connection(self.server.upstream) as upstream:
            upstream.sendall(head)
            while chunk := upstream.recv(8192):
                yield chunk


@pytest.fixture
def bad_line(server):
    with BadLine(server) as line:
        thread = threading.Thread(target=line.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield line
        line.shutdown()


def cut_after(size):
    """A fault: the connection is lost after so many bytes of the answer, head included."""

    def fault(chunks):
        left = size
        for chunk in chunks:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return

    return fault


def replaced(old, new):
    """A fault: bytes change on the way, their number does not."""
    assert len(old) == len(new)
    return lambda chunks: (chunk.replace(old, new) for chunk in chunks)
