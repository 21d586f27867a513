"""Liveness, readiness, counters, shards, service-info and logs."""

import base64
import json
import re
from contextlib import suppress
from functools import partial

import httpx
import pytest
from servers import wait_for

SECRET = "chr7:55019017-55211628"
PACKED_SECRET = base64.b64encode(f"group=SECRETGENE&regions={SECRET}".encode()).decode()


def test_the_process_says_that_it_lives_and_is_ready(world, root):
    assert root.get("/livez").json() == {"status": "alive"}
    assert root.get("/readyz").json()["releases"] == len(world.index.catalog.releases())


def test_every_shard_is_asked(world, root):
    shards = root.get("/api/v1/shards").json()["shards"]
    assert {one["name"] for one in shards} == {f"s{number}" for number in range(1, 26)}
    assert all(one["up"] and one["milliseconds"] >= 0 for one in shards)
    assert (
        f"sim/{world.release.name}"
        in next(one for one in shards if one["name"] == "s2")["releases"]
    )


@pytest.mark.parametrize("path", ["/service-info", "/api/v1/service-info"])
def test_service_info_has_what_ga4gh_requires(path, root):
    answer = root.get(path).json()
    assert {"id", "name", "type", "organization", "version"} <= set(answer)
    assert set(answer["type"]) == {"group", "artifact", "version"}
    assert set(answer["organization"]) == {"name", "url"}
    assert {one["compilation"] for one in answer["compilations"]} == {"bare", "sim"}


def test_compilations_and_releases(world, root):
    names = [one["compilation"] for one in root.get("/api/v1/compilations").json()["compilations"]]
    assert names == ["bare", "sim"]
    answer = root.get("/api/v1/compilations/sim/releases").json()
    assert answer["current"] == world.release.name
    assert {one["release"] for one in answer["releases"]} == {
        release.name for release in world.releases.values()
    }
    one = root.get("/api/v1/compilations/sim").json()
    assert (
        one["release"]["junction_count"]
        == sum(interval["junctions"] for interval in one["intervals"])
        == len(world.lines)
    )


def samples_of(text, name):
    """The values of a metric, by its labels."""
    return {
        found[1]: float(found[2])
        for found in re.finditer(rf"^{name}(?:\{{(.*?)\}})? (\S+)$", text, re.M)
    }


def test_made_up_methods_share_one_series_of_counters(root):
    for number in range(20):
        assert root.request(f"MADEUP{number}", "/livez").status_code == 405
    requests = samples_of(root.get("/metrics").text, "snapshard_request_seconds_count")
    assert 'method="OTHER"' in "".join(requests)
    assert "MADEUP" not in "".join(requests)


def test_metrics_count_over_all_workers(world, start_server):
    server = start_server("--data", str(world.folder), workers=2)
    for _ in range(12):
        with httpx.Client(base_url=server.url) as client:
            client.get("/api/v1/compilations/sim/junctions?limit=10&region=chr1")
    text = httpx.get(server.url + "/metrics").text
    requests = samples_of(text, "snapshard_request_seconds_count")
    assert [
        count
        for labels, count in requests.items()
        if "junctions" in labels and 'status="200"' in labels
    ] == [12]
    assert sum(samples_of(text, "snapshard_rows_total").values()) == 120
    assert samples_of(text, "snapshard_truncated_total") == {None: 12}
    assert set(samples_of(text, "snapshard_shard_up").values()) == {1}
    assert samples_of(text, "snapshard_shard_seconds_count")['shard="s1"'] == 12
    assert any(
        'shard="s1"' in labels and 'use="read"' in labels
        for labels in samples_of(text, "snapshard_connections")
    )
    server.stop()


def questions(server):
    """Requests that hold a region, a gene, a token and wrong values, of which some fail."""
    base = server.url + "/api/v1/compilations/sim"
    for path in (
        f"/junctions?region={SECRET}",
        f"/junctions?region={SECRET}&filter=nonsense",
        f"/junctions:export.tsv?region={SECRET}",
        f"/junctions/{SECRET}:%2B/evidence",
        "/junctions?gene=SECRETGENE",
    ):
        httpx.get(base + path)


def questions_in_snaptrons_words(server):
    """The same in every way in which Snaptron's clients ask, and of every kind."""
    with httpx.Client(base_url=server.url + "/sim", timeout=60) as client:
        for path in (
            f"/snaptron?regions={SECRET}",
            f"/snaptron?regions={SECRET}&rfilter=nonsense&strict=1",
            f"/snaptron?regions={SECRET}&return_format=1",
            f"/snaptron/{SECRET}?strict=1",
            f"/genes?regions={SECRET}",
            f"/exons?regions={SECRET},{SECRET}",
            f"/bases?regions={SECRET}",
            f"/annotations?regions={SECRET}",
            f"/{SECRET}",
            "/snaptron?regions=SECRETGENE&strict=1",
            f"/snaptron?regions={SECRET},SECRETGENE",
            "/samples?sfilter=all:SECRETGENE",
        ):
            # Some are torn: the client sees the connection close.
            with suppress(httpx.RemoteProtocolError):
                client.get(path)
        for form in (
            {"groups": PACKED_SECRET},
            {"groups": f"not base64: {SECRET}"},
            {"fields": json.dumps([{"intervals": [SECRET]}])},
            {"fields": f"[{SECRET}"},
        ):
            client.post("/snaptron?strict=1", data=form)


def lines(server):
    """The log."""
    return [
        json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")
    ]


def snaptrons(server):
    """The log's lines about the paths of the Snaptron protocol."""
    return [line for line in lines(server) if line.get("route", "").startswith("/<compilation>/")]


def test_logs_are_json_and_hold_no_regions(world, start_server):
    server = start_server("--data", str(world.folder), workers=1)
    questions(server)
    wait_for(lambda: sum(line["message"] == "answered" for line in lines(server)) >= 6, 5)
    server.stop()
    text = server.log.read_text()
    assert "5501901" not in text
    assert "SECRETGENE" not in text
    first = next(line for line in lines(server) if line.get("route", "").endswith("/junctions"))
    assert {
        "time",
        "level",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
        "rows",
        "shards",
    } <= set(first)


def test_logs_of_snaptrons_paths_hold_no_regions(world, start_server):
    server = start_server("--data", str(world.folder), workers=1)
    questions_in_snaptrons_words(server)
    wait_for(lambda: len(snaptrons(server)) >= 16, 5)
    server.stop()
    text = server.log.read_text()
    for secret in ("5501901", "55211628", "SECRETGENE", PACKED_SECRET):
        assert secret not in text


def test_rows_of_snaptrons_answers_are_counted(world, start_server):
    server = start_server("--data", str(world.folder), workers=1)
    everything = "chr1:1-300000000"
    asked = {
        f"snaptron?regions={everything}": None,
        f"snaptron?regions={everything},{everything}&header=0": None,
        f"genes?regions={everything}": None,
        f"bases?regions={everything}": None,
        f"annotations?regions={everything}": None,
        f"snaptron?regions={everything}&return_format=1": None,
        "samples?all=1": None,
        "samples?ids=50099,50100": None,
        f"snaptron?regions={everything}&result_count=1": 0,
        "snaptron?regions=chr29:1-9": 0,
    }
    for number, (path, rows) in enumerate(asked.items(), 1):
        body = httpx.get(f"{server.url}/sim/{path}", timeout=60).text.splitlines()
        heads = ("DataSource:Type", "rail_id", "browser", "track")
        asked[path] = sum(not line.startswith(heads) for line in body) if rows is None else rows
        wait_for(partial(lambda count: len(snaptrons(server)) == count, number), 5)
    counted = [line["rows"] for line in snaptrons(server)]
    assert counted == list(asked.values())
    assert counted[0] == sum(row["chromosome"] == "chr1" for row in world.rows)
    metrics = samples_of(httpx.get(server.url + "/metrics").text, "snapshard_rows_total")
    assert sum(metrics.values()) == sum(counted)
    server.stop()


def test_logs_hold_queries_when_asked_for(world, start_server):
    server = start_server("--data", str(world.folder), workers=1, log_queries=1)
    questions(server)
    wait_for(lambda: any(SECRET in line.get("url", "") for line in lines(server)), 5)
    server.stop()


def test_a_server_that_is_told_to_end_ends_with_the_answers_under_way(world, start_server):
    server = start_server("--data", str(world.folder))
    with httpx.stream(
        "GET", server.url + "/api/v1/compilations/sim/junctions:export.tsv?complete=true"
    ) as answer:
        pieces = answer.iter_bytes()
        got = next(pieces)
        server.process.terminate()
        got += b"".join(pieces)
    assert b"#COMPLETE" in got
    assert server.process.wait(20) == 0
