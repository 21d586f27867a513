"""Slow, silent and unusual senders: nobody waits for them, and no byte of a request is lost."""

import http.client
import json
import re
import signal
import socket
import time
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import quote

import httpx
import pytest
from servers import wait_for

GENES = "/sim/snaptron?regions=chr1:1-60000000&rfilter=samples_count>:50"
HALF_HEAD = b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Half"
HALF_BODY = b"POST /sim/snaptron HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nfields="
CHUNKED = b"POST /sim/snaptron HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"


@contextmanager
def connection(server, data=b"", *, seconds=30):
    """A connection on which these bytes were sent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as client:
        client.sendall(data)
        yield client


def read_to_end(client):
    """All that the server sends before it closes the connection."""
    pieces = []
    while piece := client.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def exchange(server, data):
    """What comes back for these bytes, to the end of the connection."""
    with connection(server, data) as client:
        return read_to_end(client)


def statuses(data):
    """The statuses of the responses in these bytes."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) [^\r]*\r\n", data)]


@pytest.fixture(scope="module")
def small(world, start_server):
    """A server with one worker and two threads."""
    server = start_server("--data", str(world.folder), workers=1, threads=2)
    yield server
    server.stop()


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "SCRIPT-NAME", "PATH_INFO", "X-Forwarded-Proto"])
def test_no_client_changes_the_path_of_its_request_by_a_header(name, server):
    answer = httpx.get(f"{server.url}/api/v1/compilations/sim", headers={name: "/livez"})
    assert (answer.status_code, answer.json()["about"]["compilation"]) == (200, "sim")


@pytest.mark.parametrize("half", [b"", HALF_HEAD, HALF_BODY, CHUNKED + b"8\r\nfields="])
def test_who_sends_half_a_request_costs_nobody_a_thread(half, small):
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connection(small, half))
        for _ in range(10):
            started = time.monotonic()
            assert httpx.get(f"{small.url}/livez").status_code == 200
            assert time.monotonic() - started < 1
    assert httpx.get(small.url + GENES).status_code == 200


def test_a_slow_request_is_answered_when_it_is_complete(small):
    with connection(small) as client:
        for letter in GET + b"Connection: close\r\n\r\n":
            client.sendall(bytes([letter]))
            time.sleep(0.005)
        assert statuses(read_to_end(client)) == [200]


def test_a_head_that_takes_too_long_is_refused_however_it_dribbles(small):
    started = time.monotonic()
    with connection(small, HALF_HEAD) as client:
        client.settimeout(0.5)
        received = b""
        while time.monotonic() - started < 20 and not received:
            client.sendall(b"x")
            try:
                received = client.recv(65536)
            except TimeoutError:
                continue
    assert statuses(received) == [408]
    assert 9 < time.monotonic() - started < 13


@pytest.mark.parametrize("sizes", [(1,), (7, 4000), (65536,)])
def test_a_chunked_body_is_like_one_with_a_length(sizes, server):
    url = f"{server.url}/sim/snaptron"
    form = b"fields=" + json.dumps([{"intervals": ["chr1:1-2000000"]}]).encode()
    plain = httpx.post(
        url, content=form, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert plain.status_code == 200
    assert plain.content.count(b"\n") > 1

    def pieces():
        position = 0
        while position < len(form):
            for size in sizes:
                yield form[position : position + size]
                position += size

    for headers in ({"Content-Type": "application/x-www-form-urlencoded"}, {}):
        chunked = httpx.post(url, content=filter(None, pieces()), headers=headers)
        assert (chunked.status_code, chunked.content) == (200, plain.content)


def test_a_chunked_body_without_anything_asks_nothing(server):
    answer = httpx.post(f"{server.url}/sim/snaptron", content=iter(()))
    assert (answer.status_code, "no parameters" in answer.text) == (400, True)


def test_a_batch_may_be_chunked(http):
    body = json.dumps({"junctions": ["chr1:100-200"]}).encode()
    url = "/junctions:batch"
    plain = http.post(url, content=body).json()
    assert http.post(url, content=(bytes([letter]) for letter in body)).json() == plain


@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        (b"3\r\n[ ]\r\n0\r\nX-Trailer: 1\r\n\r\n", 400),
        (b"zz\r\n[ ]\r\n0\r\n\r\n", 400),
        (b"3\r\n[ ]xx0\r\n\r\n", 400),
        (b"400000\r\n" + bytes(0x400000) + b"\r\n0\r\n\r\n", 413),
    ],
)
@pytest.mark.parametrize(
    "path", [b"/api/v1/compilations/sim/junctions:batch", b"/sim/snaptron", b"/sim/samples"]
)
def test_a_malformed_or_too_large_chunked_body_is_the_clients_fault(chunks, status, path, server):
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" % path
    with connection(server, head + chunks) as client:
        assert statuses(client.recv(65536)) == [status]


@pytest.mark.parametrize("path", [b"/api/v1/compilations/sim/junctions:batch", b"/sim/snaptron"])
def test_a_body_over_the_limit_is_refused_at_its_head(path, server):
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n{" % path
    started = time.monotonic()
    received = exchange(server, head)
    assert statuses(received) == [413]
    assert b"Connection: close" in received
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    "path",
    [
        "/sim/samples?sfilter=description:Förster",
        "/sim/samples?sfilter=study:Förster",
        "/api/v1/compilations/sim/groups/Café",
        "/?q=Café",
    ],
)
def test_raw_utf8_in_a_url_is_like_percent_encoded(path, server):
    def answer(target):
        received = exchange(
            server, b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % target
        )
        body = received.partition(b"\r\n\r\n")[2]
        return statuses(received), re.sub(rb"[0-9a-f]{32}", b"", body)

    raw = answer(path.encode())
    assert raw == answer(quote(path, safe="/?:=").encode())
    assert b"Invalid Request Line" not in raw[1]


def test_pipelined_requests_are_all_answered_in_order(server):
    path = b"/api/v1/compilations/sim/junctions:batch"
    post = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n[ ]" % path
    chunked = CHUNKED.replace(b"/sim/snaptron", path) + b"3\r\n[ ]\r\n0\r\n\r\n"
    last = GET + b"Connection: close\r\n\r\n"
    received = exchange(server, 3 * (GET + b"\r\n") + b"\r\n" + post + chunked + post + last)
    assert statuses(received) == [200, 200, 200, 400, 400, 400, 200]


def test_half_a_pipelined_request_holds_no_thread(small):
    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(connection(small, GET + b"\r\n" + HALF_HEAD))
            assert statuses(client.recv(65536)) == [200]
        assert httpx.get(f"{small.url}/livez").status_code == 200
        client.sendall(b": 1\r\nConnection: close\r\n\r\n")
        assert statuses(read_to_end(client)) == [200]


def test_a_connection_is_kept_for_further_requests(server):
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as client:
        ports = set()
        for _ in range(5):
            client.request("GET", "/livez")
            assert client.getresponse().read()
            ports.add(client.sock.getsockname())
        assert len(ports) == 1


def test_who_expects_100_continue_gets_it_before_the_body(server):
    body = b'{"junctions": ["chr1:100-200"]}'
    head = (
        b"POST /api/v1/compilations/sim/junctions:batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with connection(server, head) as client:
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert statuses(read_to_end(client)) == [200]
    assert statuses(exchange(server, head.replace(b"%d" % len(body), b"9000000"))) == [413]


@pytest.mark.parametrize("option", [b"close", b"Close", b"close, TE", b"TE,close"])
def test_a_connection_is_closed_on_request(option, server):
    received = exchange(server, GET + b"TE: trailers\r\nConnection: %s\r\n\r\n" % option)
    assert statuses(received) == [200]
    assert b"Connection: close" in received


def test_an_unknown_transfer_coding_is_the_clients_fault(server):
    received = exchange(server, GET + b"Transfer-Encoding: x\r\n\r\n")
    assert statuses(received) == [400]
    assert b"application/problem+json" in received


@pytest.mark.parametrize(
    "head",
    [b"GET /livez HTTP/1.1\nHost: x\n\n", b"GET /a b HTTP/1.1\r\n\r\n", b"\x16\x03\x01\r\n\r\n"],
)
def test_a_head_that_is_none_is_refused_at_once(head, server):
    started = time.monotonic()
    assert statuses(exchange(server, head)) == [400]
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    "head",
    [
        b"HEAD /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: unknown\r\n\r\n",
        b"HEAD /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"HEAD /livez HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
        b"HEAD /livez HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (1 << 20),
    ],
)
def test_a_refused_head_has_no_body(head, server):
    response = exchange(server, head)
    assert statuses(response)[0] >= 400
    assert response.endswith(b"\r\n\r\n")
    assert exchange(server, head.replace(b"HEAD", b"GET", 1)).endswith(b"}")


def test_a_head_without_end_is_refused(server):
    with connection(server, b"GET /livez HTTP/1.1\r\nX: ") as client:
        try:
            while True:
                client.sendall(bytes(65536).replace(b"\0", b"x"))
        except OSError:
            pass
        else:
            pytest.fail("read for ever")


def test_a_client_that_keeps_a_closed_connection_open_holds_nobody_up(small):
    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(connection(small, GET + b"Connection: close\r\n\r\n"))
            assert statuses(client.recv(65536)) == [200]
        started = time.monotonic()
        assert httpx.get(f"{small.url}/livez").status_code == 200
        assert time.monotonic() - started < 1


def test_a_stop_does_not_wait_for_half_requests(world, start_server):
    server = start_server("--data", str(world.folder), workers=1)
    with (
        connection(server, HALF_HEAD) as head,
        connection(server, HALF_BODY) as body,
        connection(server) as silent,
        connection(server) as late,
    ):
        assert httpx.get(f"{server.url}/livez").status_code == 200
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        late.sendall(GET + b"\r\n")
        received = read_to_end(late)
        assert (statuses(received), b"Connection: close" in received) == ([200], True)
        assert statuses(read_to_end(head)) == statuses(read_to_end(body)) == [408]
        assert read_to_end(silent) == b""
        assert server.stop() == 0
        assert time.monotonic() - started < 10


def test_more_silent_connections_than_allowed_close_the_oldest(world, start_server):
    server = start_server("--data", str(world.folder), workers=1)
    with ExitStack() as stack:
        first = stack.enter_context(connection(server))
        for _ in range(4_200):
            stack.enter_context(connection(server))
        assert first.recv(1) == b""
        assert httpx.get(f"{server.url}/livez").status_code == 200
        assert httpx.get(server.url + GENES).status_code == 200
    wait_for(lambda: httpx.get(f"{server.url}/livez").status_code == 200, 5)
    assert server.stop() == 0


PAGE = b"GET /api/v1/compilations/sim/junctions?limit=2000&columns=name,samples HTTP/1.1\r\nHost: x\r\n"
SNAPTRON = b"GET /sim/snaptron?regions=chr1:1-200000000 HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("request_head", [PAGE, SNAPTRON])
def test_who_does_not_read_the_responses_costs_nobody_a_thread(request_head, small):
    expected = exchange(small, request_head + b"Connection: close\r\n\r\n").partition(b"\r\n\r\n")[
        2
    ]
    # More than the buffers of both kernels hold.
    requests = 1 + (12 << 20) // len(expected)
    with ExitStack() as stack:
        stalled = [
            stack.enter_context(connection(small, (request_head + b"\r\n") * requests))
            for _ in range(6)
        ]
        time.sleep(2)
        for _ in range(10):
            started = time.monotonic()
            assert httpx.get(f"{small.url}/livez").status_code == 200
            assert time.monotonic() - started < 1
        received = 0
        while received < requests * len(expected):
            received += len(stalled[0].recv(1 << 20))
        # They follow each other whole, and the connection serves a further one.
        stalled[0].sendall(GET + b"Connection: close\r\n\r\n")
        assert read_to_end(stalled[0]).endswith(httpx.get(f"{small.url}/livez").content)
    assert exchange(small, request_head + b"Connection: close\r\n\r\n").endswith(expected[-100:])
