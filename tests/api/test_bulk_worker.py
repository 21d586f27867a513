"""Requests that read much are left to the bulk worker; no client notices it but by speed."""

import http.client
import json
import signal
import socket
import time
from contextlib import closing, contextmanager

import httpx
import psutil
import pytest
from servers import wait_for

BASE = "/api/v1/compilations/sim"
EXPORT = f"{BASE}/junctions:export.tsv"
NAMES = [f"chr1:{start}-{start + 100}" for start in range(1, 10_001)]
"""More exact names than an ordinary worker searches for."""


@pytest.fixture
def own_server(world, start_server):
    """A server with one ordinary worker."""
    server = start_server("--data", str(world.folder), workers=1)
    yield server
    server.stop()


@contextmanager
def connected(server):
    """A connection that is kept for several requests."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as client:
        yield client


def workers(server):
    """The processes of the server's workers."""
    children = psutil.Process(server.process.pid).children()
    return [child for child in children if "postgres" not in child.name()]


def owner(server, client):
    """The worker that has the connection of this client."""
    port = client.sock.getsockname()[1]
    for worker in workers(server):
        if any(link.raddr and link.raddr.port == port for link in worker.net_connections()):
            return worker.pid
    return None


def answer(client, path, *, method="GET", body=None, headers=None):
    """The status and the content of a response."""
    client.request(method, path, body=body, headers=headers or {})
    response = client.getresponse()
    return response.status, response.read()


def bulk_worker(server):
    """The number of the process that responds to exports."""
    with connected(server) as client:
        assert answer(client, EXPORT)[0] == 200
        return owner(server, client)


def test_an_export_moves_its_connection_and_an_ordinary_query_does_not(world, own_server):
    with connected(own_server) as client, connected(own_server) as other:
        assert answer(client, f"{BASE}/junctions?region=chr1:1-2")[0] == 200
        ordinary = owner(own_server, client)
        status, text = answer(client, EXPORT)
        assert (status, text.count(b"\n")) == (200, len(world.lines) + 2)
        assert answer(other, "/livez")[0] == 200
        assert owner(own_server, other) == ordinary
        wait_for(lambda: owner(own_server, client) not in (None, ordinary), 5)


def test_a_moved_connection_serves_further_requests_of_every_kind(own_server):
    with connected(own_server) as client:
        port = None
        for _ in range(3):
            assert answer(client, f"{EXPORT}?region=chr1:1-2")[0] == 200
            assert answer(client, "/livez") == (200, b'{"status":"alive"}')
            assert answer(client, EXPORT, method="HEAD") == (200, b"")
            body = json.dumps({"junctions": NAMES})
            status, text = answer(client, f"{BASE}/junctions:batch", method="POST", body=body)
            assert (status, len(json.loads(text)["results"])) == (200, len(NAMES))
            assert port in (None, client.sock.getsockname())
            port = client.sock.getsockname()


def test_a_large_request_moves_with_all_of_its_bytes(own_server):
    ids = ",".join(map(str, range(1, 10_000)))
    with connected(own_server) as client:
        assert len(ids) > 48_000
        assert answer(client, f"{EXPORT}?ids={ids}")[0] == 200
        # The ordinary worker closes its own copy of the socket a little later.
        wait_for(lambda: owner(own_server, client) == bulk_worker(own_server), 5)
    body = json.dumps({"junctions": [name + " " * 300 for name in NAMES]})
    with connected(own_server) as client:
        status, text = answer(client, f"{BASE}/junctions:batch", method="POST", body=body)
        assert (status, len(json.loads(text)["results"])) == (200, len(NAMES))
        # The ordinary worker closes its own copy of the socket a little later.
        wait_for(lambda: owner(own_server, client) == bulk_worker(own_server), 5)


def test_pipelined_requests_behind_an_export_are_answered_in_order(own_server):
    first = f"GET {EXPORT}?region=chr1:1-2 HTTP/1.1\r\nHost: x\r\n\r\n"
    last = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", own_server.port), timeout=20) as client:
        client.sendall((first + first + last).encode())
        received = b"".join(iter(lambda: client.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200 OK") == 3
    assert received.endswith(b'{"status":"alive"}')


def test_the_log_and_the_counters_have_each_request_once(own_server):
    for _ in range(3):
        assert httpx.get(own_server.url + EXPORT).status_code == 200
    lines = [line for line in own_server.log.read_text().splitlines() if "export" in line]
    assert len(lines) == 3
    metrics = httpx.get(f"{own_server.url}/metrics").text
    (count,) = [
        line.rpartition(" ")[2]
        for line in metrics.splitlines()
        if line.startswith("snapshard_request_seconds_count") and "export" in line
    ]
    assert float(count) == 3


def test_exports_go_on_while_the_bulk_worker_is_killed_and_started_again(own_server):
    first = bulk_worker(own_server)
    psutil.Process(first).kill()
    statuses, end = [], time.monotonic() + 3
    while time.monotonic() < end:
        statuses.append(httpx.get(f"{own_server.url}{EXPORT}", timeout=30).status_code)
    assert set(statuses) == {200}
    wait_for(lambda: len(workers(own_server)) == 2, 10)
    assert bulk_worker(own_server) != first


def test_a_reload_gives_a_new_bulk_worker_and_loses_no_request(own_server):
    first = bulk_worker(own_server)
    own_server.process.send_signal(signal.SIGHUP)
    statuses, end = [], time.monotonic() + 5
    while time.monotonic() < end:
        statuses.append(httpx.get(f"{own_server.url}{EXPORT}", timeout=30).status_code)
    assert set(statuses) == {200}
    assert bulk_worker(own_server) != first
    assert len(workers(own_server)) == 2


def test_a_stop_ends_an_export_in_progress_first(world, own_server):
    with socket.create_connection(("127.0.0.1", own_server.port), timeout=20) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.sendall(f"GET {EXPORT}?samples=true HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = client.recv(1_000)
        own_server.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        while piece := client.recv(65_536):
            received += piece
    assert received.endswith(b"0\r\n\r\n")
    assert received.count(b"GRCh38:") >= len(world.lines)
    assert own_server.stop() == 0
