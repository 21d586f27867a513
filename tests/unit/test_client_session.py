"""Second tries, time limits and errors of the client's session, against a real HTTP server that
misbehaves as told.
"""

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from snapshard.client.errors import (
    Ambiguous,
    AnswerError,
    Missing,
    Refused,
    ServerUnreachable,
    Unavailable,
)
from snapshard.client.session import LONGEST_PAUSE, PAUSE, Session, retry_seconds
from snapshard.errors import BadSetting


class Script(BaseHTTPRequestHandler):
    """Answers with what the server's list says next; the last entry is repeated."""

    def do_GET(self):
        self.server.seen.append((self.command, self.path))
        entry = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        if entry == "hang up":
            self.close_connection = True
            return
        status, headers, body = entry
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        """Nothing: a test's output is its failures."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Script) as running:
        running.seen, running.script = [], []
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def session(server, pauses):
    session = Session(f"http://127.0.0.1:{server.server_address[1]}", sleep=pauses.append)
    yield session
    session.close()


FINE = (200, {}, b'{"fine":true}')


def problem(status, headers=(), **members):
    body = json.dumps({"status": status, "title": "so", **members}).encode()
    return status, {"Content-Type": "application/problem+json", **dict(headers)}, body


@pytest.mark.parametrize("status", [429, 502, 503])
def test_get_is_tried_again_until_the_server_is_back(server, session, pauses, status):
    server.script = [problem(status), problem(status), FINE]
    assert session.get("shards").json() == {"fine": True}
    assert len(server.seen) == 3
    assert PAUSE <= pauses[0] <= 2 * PAUSE <= pauses[1] <= 4 * PAUSE


def test_a_proxy_that_got_no_answer_is_asked_again(server, session):
    server.script = [(504, {"Content-Type": "text/html"}, b"<h1>504 Gateway Time-out</h1>"), FINE]
    assert session.get("shards").json() == {"fine": True}


def test_a_deadline_of_the_server_itself_is_not_met_a_second_time(server, session):
    server.script = [
        problem(504, detail="shard 's1' did not answer within 20 s", shards=["s1"]),
        FINE,
    ]
    with pytest.raises(Unavailable, match=r"^shard 's1' did not answer within 20 s \(HTTP 504\)$"):
        session.get("junctions")
    assert len(server.seen) == 1


def test_the_pause_is_at_least_what_the_server_asks_for(server, session, pauses):
    server.script = [problem(503, {"Retry-After": "7"}), FINE]
    session.get("shards")
    assert pauses == [7.0]


def test_a_server_that_wants_a_long_pause_gets_no_second_try(server, session, pauses):
    server.script = [
        problem(429, {"Retry-After": str(int(LONGEST_PAUSE) + 1)}, detail="too many"),
        FINE,
    ]
    with pytest.raises(Unavailable, match=r"^too many \(HTTP 429; retry in 31 s\)$"):
        session.get("shards")
    assert len(server.seen) == 1
    assert pauses == []


def test_tries_end_and_the_error_names_the_shard(server, session):
    server.script = [problem(503, detail="shard 'chr02' is unavailable: refused", shards=["chr02"])]
    with pytest.raises(Unavailable) as caught:
        session.get("shards")
    assert len(server.seen) == 4
    assert caught.value.problem["shards"] == ["chr02"]
    assert caught.value.exit_code == 1


def test_a_connection_that_is_hung_up_is_tried_again(server, session):
    server.script = ["hang up", FINE]
    assert session.get("shards").json() == {"fine": True}


def test_a_page_that_breaks_off_is_asked_for_again(server, session):
    server.script = [(200, {"Content-Length": "500"}, b'{"fi'), FINE]
    assert session.get("shards").json() == {"fine": True}


def test_a_stream_that_breaks_off_raises(server, session):
    server.script = [(200, {"Content-Length": "500"}, b"chr1")]
    with (
        pytest.raises(ServerUnreachable, match="interrupted"),
        session.stream("export") as response,
    ):
        list(response.iter_bytes())


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Refused, 2),
        (404, Missing, 2),
        (300, Ambiguous, 2),
        (409, Ambiguous, 2),
        (422, Refused, 2),
        (500, AnswerError, 1),
    ],
)
def test_other_errors_come_at_once_with_their_problem(server, session, status, kind, code):
    server.script = [problem(status, detail="why", errors=[{"parameter": "match"}])]
    with pytest.raises(kind, match=r"^why") as caught:
        session.get("shards")
    assert len(server.seen) == 1
    assert (caught.value.status, caught.value.exit_code) == (status, code)
    assert caught.value.problem["errors"] == [{"parameter": "match"}]


def test_an_error_that_is_no_problem_document_is_quoted(server, session):
    server.script = [(404, {}, b"<h1>Not our server</h1>")]
    with pytest.raises(Missing, match="Not our server"):
        session.get("shards")


def test_posts_that_read_are_tried_again(server, session):
    server.script = [problem(503), FINE]
    session.post("junctions:batch", {"junctions": []})
    assert [method for method, _ in server.seen] == ["POST", "POST"]


def test_parameters_are_repeated_escaped_and_left_out(server, session):
    server.script = [FINE]
    session.get(
        "junctions",
        {
            "region": ["chr1:1-2", "chr2"],
            "filter": ["strand=+"],
            "gene": None,
            "ids": (),
            "partial": True,
        },
    )
    assert (
        server.seen[0][1]
        == "/api/v1/junctions?region=chr1%3A1-2&region=chr2&filter=strand%3D%2B&partial=true"
    )


def test_nobody_listening_is_one_clear_error(pauses):
    session = Session("http://127.0.0.1:9", sleep=pauses.append)
    with pytest.raises(ServerUnreachable, match=r"no response from http://127.0.0.1:9: .*refused"):
        session.get("shards")
    assert len(pauses) == 3
    session.close()


def test_a_silent_server_is_given_up_at_the_time_limit(server):
    class Silent(Script):
        def do_GET(self):
            threading.Event().wait(1)

    server.RequestHandlerClass = Silent
    session = Session(f"http://127.0.0.1:{server.server_address[1]}", timeout=httpx.Timeout(0.1))
    with pytest.raises(ServerUnreachable, match="timed out"):
        session.get("shards")
    session.close()


def test_an_address_without_scheme_is_refused():
    with pytest.raises(
        BadSetting, match=r"expected an address such as https://.*got 'localhost:8000'"
    ):
        Session("localhost:8000")


def test_retry_after_is_a_number_or_a_date():
    assert retry_seconds("3") == 3
    assert (
        retry_seconds(None)
        == retry_seconds("soon")
        == retry_seconds("Wed, 21 Oct 2015 07:28:00 -0000")
        == 0
    )
    assert (
        50
        < retry_seconds(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))
        <= 60
    )
