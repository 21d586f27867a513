"""Shards that are away, before an answer and in the middle of one (cases W3, W4, W5)."""

import base64
import socket
import time
import urllib.parse

import psycopg
import pytest
from snaptron_wire import Running, parsed

from snapshard.connections import Embedded


@pytest.fixture(scope="module")
def without_s4(data_folder, tmp_path_factory):
    """A server whose shard map gives shard s4 an address where nobody listens: chr19, and chr3 up
    to 10,100, are away.
    """
    embedded = Embedded(data_folder)
    shards = embedded.shard_map()
    lines = [f"catalog\t{shards.catalog}"]
    lines += [
        f"{name}\t{address if name != 's4' else 'host=127.0.0.1 port=1'}"
        for name, address in shards.addresses.items()
    ]
    path = tmp_path_factory.mktemp("map") / "shards.tsv"
    path.write_text("\n".join(lines) + "\n")
    with Running(shards=path, workers=1) as process:
        yield process.server
    embedded.close()


def test_W3_a_region_on_a_lost_shard_is_503_before_the_first_byte(without_s4):
    answer = without_s4.get("/tiny/snaptron?regions=chr3:10000-10050")
    assert answer.status == 503
    assert b"s4" in answer.body
    assert without_s4.ask("HEAD", "/tiny/snaptron?regions=chr3:10000-10050").status == 503


def test_W3_other_regions_are_as_before(without_s4, server):
    path = "/tiny/snaptron?regions=chr1:1-2000"
    assert without_s4.get(path).body == server.get(path).body


def test_W3_ids_that_may_be_there_are_never_silently_left_out(without_s4):
    assert without_s4.get("/tiny/snaptron?ids=12,1").status == 503


def test_a_lost_shard_behind_answered_regions_aborts(without_s4, server):
    answer = without_s4.get("/tiny/snaptron?regions=chr1:100-200,chr3:10000-10050")
    assert answer.aborted
    rows = server.get("/tiny/snaptron?regions=chr1:100-200").body
    assert answer.body.startswith(rows)
    assert answer.body[len(rows) :].startswith(b"ERROR")


def test_W5_a_bulk_query_ends_at_the_lost_shard(without_s4, server):
    places = ["chr1:1-900", "chr2:1-900", "chr3:10000-10050", "chr1:1-9"]
    queries = [f"group=g{n}&regions={place}" for n, place in enumerate(places)]
    body = "groups=" + urllib.parse.quote_plus(
        base64.b64encode("|||".join(queries).encode()).decode()
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = without_s4.ask("POST", "/tiny/snaptron", body=body, headers=headers)
    lines = answer.text.split("\n")
    whole = server.ask("POST", "/tiny/snaptron", body=body, headers=headers).text.split("\n")
    assert answer.aborted
    assert lines[:-2] == [line for line in whole if not line.startswith(("g2", "g3"))][:-1]
    assert lines[-2].startswith("ERROR")


def test_W4_a_shard_that_fails_in_the_middle_aborts_the_answer(server, data_folder):
    with server.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        # Eight times over, so that no buffer on the way holds all of it.
        regions = b",".join([b"chr1:1-300000000"] * 8)
        client.sendall(
            b"GET /wide/snaptron?regions="
            + regions
            + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        parts = [client.recv(4096)]
        assert terminate_exports(data_folder) > 0
        while part := client.recv(1 << 20):
            parts.append(part)
    answer = parsed(b"".join(parts))
    assert answer.aborted
    assert answer.body.count(b"\n") < 24_000


def terminate_exports(data_folder):
    """Ends the shards' side of every export under way; waits a little for one that is."""
    embedded = Embedded(data_folder)
    exports = (
        "FROM pg_stat_activity WHERE application_name = 'snapshard export' AND state = 'active'"
    )
    ended = 0
    with psycopg.connect(embedded.shard_map().catalog, autocommit=True) as connection:
        for _ in range(100):
            ended = len(
                connection.execute("SELECT pg_terminate_backend(pid) " + exports).fetchall()
            )
            if ended:
                break
            time.sleep(0.05)
    embedded.close()
    return ended
