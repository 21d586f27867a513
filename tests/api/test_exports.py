"""Exports: whole, checkable, resumable, limited in number, and ended when their reader leaves."""

import hashlib
import json
import re
import socket
import threading
import time

import httpx
import psycopg
import pytest
from servers import wait_for


def export_connections(world):
    """How many connections of exports the server has at work."""
    with psycopg.connect(world.index.shard_map.catalog) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'snapshard export' AND state <> 'idle'"
        ).fetchone()
    return found[0]


def test_a_whole_export_is_the_source_in_genome_order(world, http):
    text = http.get("/junctions:export.tsv", params={"columns": ALL, "about": "false"}).text
    assert text.splitlines(keepends=True)[1:] == world.lines


ALL = "snaptron_id,chromosome,start,end,length,strand,annotated,left_motif,right_motif,"
ALL += "left_annotated,right_annotated,samples,samples_count,coverage_sum,coverage_avg,"
ALL += "coverage_median,source_dataset_id"


def test_the_last_line_lets_a_cut_file_be_told_from_a_whole_one(world, http):
    for suffix, pattern in [
        ("tsv", r"#COMPLETE rows=(\d+) sha256=(\w+)\n"),
        ("bed", r"#COMPLETE rows=(\d+) sha256=(\w+)\n"),
    ]:
        content = http.get(f"/junctions:export.{suffix}", params={"complete": "true"}).content
        body, last = (
            content[: content.rindex(b"#COMPLETE")],
            content[content.rindex(b"#COMPLETE") :].decode(),
        )
        found = re.fullmatch(pattern, last)
        assert (int(found[1]), found[2]) == (len(world.lines), hashlib.sha256(body).hexdigest())
    content = http.get("/junctions:export.ndjson", params={"complete": "true"}).content
    *_, last = content.splitlines(keepends=True)
    complete = json.loads(last)["complete"]
    assert complete == {
        "rows": len(world.lines),
        "sha256": hashlib.sha256(content.removesuffix(last)).hexdigest(),
    }


def test_without_being_asked_an_export_has_no_completeness_line(http):
    assert "COMPLETE" not in http.get("/junctions:export.tsv").text


def test_an_export_goes_on_behind_the_last_row_that_arrived(world, http):
    whole = http.get("/junctions:export.tsv", params={"about": "false"}).text.splitlines()
    last = whole[1200].split("\t")[0]
    rest = http.get(
        "/junctions:export.tsv", params={"about": "false", "after": last}
    ).text.splitlines()
    assert whole == whole[:1201] + rest[1:]


def test_an_export_says_how_many_places_are_left(http):
    def small_export():
        return http.get("/junctions:export.tsv", params={"region": "chr1:1-2"})

    # Two for each of two workers, all in the bulk worker once that has started.
    policy = '"exports";q=4;qu="concurrent-requests"'
    wait_for(lambda: small_export().headers["RateLimit-Policy"] == policy, 30)
    answer = small_export()
    assert answer.headers["RateLimit-Policy"] == policy
    assert re.fullmatch(r'"exports";r=[0-3]', answer.headers["RateLimit"])


def test_a_restricted_export_equals_its_pages(world, http):
    question = {
        "group": world.index.facts.of(world.release).groups[1].name,
        "filter": "samples_count>=2",
    }
    rows = http.get("/junctions:export", params=question).json()["rows"]
    assert rows == http.get("/junctions", params=question | {"limit": 5000}).json()["rows"]


def test_compressed_exports_are_the_same_bytes(server):
    url = f"{server.url}/api/v1/compilations/sim/junctions:export.tsv"
    plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
    for encoding in ("gzip", "zstd"):
        packed = httpx.get(url, headers={"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert packed.content == plain.content


def slow_reader(server, path):
    """A client that asks and reads nothing more than the beginning."""
    host, port = server.url.removeprefix("http://").split(":")
    client = socket.create_connection((host, int(port)))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n\r\n".encode()
    )
    client.recv(100)
    return client


@pytest.fixture(scope="module")
def single(world, start_server):
    """A server of one worker that allows one export at a time."""
    server = start_server("--data", str(world.folder), workers=1, exports=1, send_seconds=2)
    yield server
    server.stop()


EXPORT = "/api/v1/compilations/sim/junctions:export.ndjson?samples=true&shape=tidy"


def export_once(single):
    """The status of a small export."""
    return httpx.get(
        single.url + "/api/v1/compilations/sim/junctions:export?region=chr1:1-2"
    ).status_code


@pytest.fixture(scope="module")
def endless(world, single):
    """A path whose answer is far larger than what sockets hold."""
    size = len(httpx.get(single.url + TIDY).content)
    assert size > 100_000
    return TIDY


TIDY = "/api/v1/compilations/sim/junctions:export.ndjson?shape=tidy&columns=" + ",".join(
    ALL.replace("samples,", "", 1).split(",")
)


def test_one_export_too_many_is_told_when_to_come_again(single, endless):
    readers = [slow_reader(single, endless)]
    try:
        answer = httpx.get(single.url + "/api/v1/compilations/sim/junctions:export?region=chr1:1-2")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["RateLimit-Policy"] == '"exports";q=1;qu="concurrent-requests"'
        assert answer.headers["RateLimit"] == f'"exports";r=0;t={answer.headers["Retry-After"]}'
        assert (
            httpx.get(single.url + "/api/v1/compilations/sim/junctions?limit=1").status_code == 200
        )
    finally:
        for reader in readers:
            reader.close()
    assert wait_for(lambda: export_once(single) == 200, 5) < 3


def test_who_does_not_read_loses_the_export(single, endless):
    reader = slow_reader(single, endless)
    assert export_once(single) == 429
    assert wait_for(lambda: export_once(single) == 200, 10) < 6
    reader.close()


@pytest.fixture
def blocked(world):
    """Nobody can read the end of chromosome 1 meanwhile, so that an export stands still; what comes
    before fits any socket.
    """
    with psycopg.connect(world.index.shard_map.address("s2")) as holder:
        schema = psycopg.sql.Identifier(world.release.schema)
        holder.execute(
            psycopg.sql.SQL("LOCK TABLE {}.junction, {}.junction_block").format(schema, schema)
        )
        yield


def test_a_client_that_leaves_frees_its_connections_within_a_second(
    world, single, endless, blocked
):
    reader = slow_reader(single, endless)
    wait_for(lambda: export_connections(world) > 0, 5)
    reader.close()
    assert wait_for(lambda: export_connections(world) == 0, 5) < 1.5
    assert wait_for(lambda: export_once(single) == 200, 5) < 3


def test_an_interactive_client_that_leaves_ends_its_statement(world, single):
    address = world.index.shard_map.address("s2")
    with psycopg.connect(address) as holder:
        holder.execute(f'LOCK TABLE "{world.release.schema}".junction IN ACCESS EXCLUSIVE MODE')
        reader = threading.Thread(target=lambda: leave_after(single, 0.7))
        reader.start()
        wait_for(lambda: waiting(world) == 1, 5)
        reader.join()
        assert wait_for(lambda: waiting(world) == 0, 5) < 2


def leave_after(single, seconds):
    """Asks for rows of a locked table, and hangs up."""
    host, port = single.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(
            b"GET /api/v1/compilations/sim/junctions?region=chr1:100000000-200000000 HTTP/1.1\r\n"
            b"Host: x\r\n\r\n"
        )
        time.sleep(seconds)


def waiting(world):
    """How many reads wait for a lock."""
    with psycopg.connect(world.index.shard_map.catalog) as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'snapshard read' AND wait_event_type = 'Lock'"
        )
        return connection.execute(query).fetchone()[0]


def test_a_stream_that_breaks_says_so_and_has_no_end(world, single, blocked):
    path = "/api/v1/compilations/sim/junctions:export.tsv?complete=true"
    host, port = single.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        wait_for(lambda: export_connections(world) > 0, 5)
        with psycopg.connect(world.index.shard_map.catalog, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'snapshard export'"
            )
        got = b"".join(iter(lambda: client.recv(65536), b""))
    assert got.startswith(b"HTTP/1.1 200 OK")
    assert b"#ERROR shard 's2' is unavailable" in got
    assert b"#COMPLETE" not in got
    assert not got.endswith(b"0\r\n\r\n")
