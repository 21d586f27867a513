"""Liveness, readiness, counters, shards, service-info and logs."""

import json
import re

import httpx
import pytest
from servers import wait_for

SECRET = "chr7:55019017-55211628"


def test_the_process_says_that_it_lives_and_is_ready(world, root):
    assert root.get("/livez").json() == {"status": "alive"}
    assert root.get("/readyz").json()["releases"] == len(world.index.catalog.releases())


def test_every_shard_is_asked(world, root):
    shards = root.get("/api/v1/shards").json()["shards"]
    assert {one["name"] for one in shards} == {f"s{number}" for number in range(1, 26)}
    assert all(one["up"] and one["milliseconds"] >= 0 for one in shards)
    assert f"sim/{world.release.name}" in next(one for one in shards if one["name"] == "s2")["releases"]


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
    assert {one["release"] for one in answer["releases"]} == {release.name for release in world.releases.values()}
    one = root.get("/api/v1/compilations/sim").json()
    assert one["release"]["junction_count"] == sum(interval["junctions"] for interval in one["intervals"]) == len(world.lines)


def samples_of(text, name):
    """The values of a metric, by its labels."""
    return {found[1]: float(found[2]) for found in re.finditer(rf"^{name}(?:\{{(.*?)\}})? (\S+)$", text, re.M)}


def test_metrics_count_over_all_workers(world, start_server):
    server = start_server("--data", str(world.folder), workers=2)
    for _ in range(12):
        with httpx.Client(base_url=server.url) as client:
            client.get("/api/v1/compilations/sim/junctions?limit=10&region=chr1")
    text = httpx.get(server.url + "/metrics").text
    requests = samples_of(text, "snapshard_request_seconds_count")
    assert [count for labels, count in requests.items() if "junctions" in labels and 'status="200"' in labels] == [12]
    assert sum(samples_of(text, "snapshard_rows_total").values()) == 120
    assert samples_of(text, "snapshard_truncated_total") == {None: 12}
    assert set(samples_of(text, "snapshard_shard_up").values()) == {1}
    assert samples_of(text, "snapshard_shard_seconds_count")['shard="s1"'] == 12
    assert any('shard="s1"' in labels and 'use="read"' in labels for labels in samples_of(text, "snapshard_connections"))
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


def lines(server):
    """The log."""
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


def test_logs_are_json_and_hold_no_regions(world, start_server):
    server = start_server("--data", str(world.folder), workers=1)
    questions(server)
    wait_for(lambda: sum(line["message"] == "answered" for line in lines(server)) >= 6, 5)
    server.stop()
    text = server.log.read_text()
    assert "5501901" not in text
    assert "SECRETGENE" not in text
    first = next(line for line in lines(server) if line.get("route", "").endswith("/junctions"))
    assert {"time", "level", "request_id", "method", "route", "status", "ms", "rows", "shards"} <= set(first)


def test_logs_hold_queries_when_asked_for(world, start_server):
    server = start_server("--data", str(world.folder), workers=1, log_queries=1)
    questions(server)
    wait_for(lambda: any(SECRET in line.get("url", "") for line in lines(server)), 5)
    server.stop()


def test_a_server_that_is_told_to_end_ends_with_the_answers_under_way(world, start_server):
    server = start_server("--data", str(world.folder))
    with httpx.stream("GET", server.url + "/api/v1/compilations/sim/junctions:export.tsv?complete=true") as answer:
        pieces = answer.iter_bytes()
        got = next(pieces)
        server.process.terminate()
        got += b"".join(pieces)
    assert b"#COMPLETE" in got
    assert server.process.wait(20) == 0
