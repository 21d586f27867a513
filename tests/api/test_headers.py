"""What HTTP itself offers: caches, other origins, compression, timing, request ids."""

import re
import socket

import httpx
import psycopg
import pytest
import zstandard
from servers import known_to_all, published

PAGE = {"region": "chr1", "limit": "1000"}


def test_an_answer_that_the_client_has_is_not_sent_again(http):
    first = http.get("/junctions", params=PAGE)
    again = http.get("/junctions", params=PAGE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert not first.headers["ETag"].startswith("W/")


def test_each_question_format_encoding_and_release_has_its_own_tag(world, http):
    asked = [
        ("/junctions", PAGE, "identity"),
        ("/junctions", PAGE, "gzip"),
        ("/junctions", PAGE | {"limit": "999"}, "identity"),
        ("/junctions.tsv", PAGE, "identity"),
        ("/junctions:export", {}, "identity"),
        (f"/releases/{world.releases[1].name}/junctions", PAGE, "identity"),
    ]
    tags = {
        http.get(path, params=params, headers={"Accept-Encoding": one}).headers["ETag"]
        for path, params, one in asked
    }
    assert len(tags) == len(asked)


def test_a_release_may_be_kept_for_ever_and_the_current_one_is_asked_again(world, http):
    current = http.get("/junctions", params=PAGE)
    versioned = http.get(f"/releases/{world.release.name}/junctions", params=PAGE)
    assert current.headers["Cache-Control"] == "public, no-cache"
    assert versioned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert httpx.URL(current.headers["Content-Location"]) == httpx.URL(
        str(versioned.url.raw_path, "ascii")
    )
    assert {"Accept", "Accept-Encoding"} <= {
        name.strip() for name in current.headers["Vary"].split(",")
    }


QUERIES = ["chr2;overlap;samples_count>=20"]


@pytest.mark.parametrize("what", ["union", "intersection"])
def test_a_tag_follows_the_current_release_of_every_compilation_that_is_read(
    what, world, server, root
):
    # They have the same samples, so only an answer without any can be joined; its tag must follow
    # all the same.
    path, asked = (
        f"/api/v1/compilations/bare/releases/r1/splicing/{what}",
        {"other": "sim", "query": "chr2:1-2"},
    )
    first = root.get(path, params=asked)
    assert first.json()["rows"] == []
    assert (
        root.get(path, params=asked, headers={"If-None-Match": first.headers["ETag"]}).status_code
        == 304
    )
    with published(world, server, "sim", world.releases[25].name):
        second = root.get(path, params=asked, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    for answer, name in ((first, world.release.name), (second, world.releases[25].name)):
        about = answer.json()["about"]
        assert (about["compilation"], about["release"]) == ("bare", "r1")
        assert [(one["compilation"], one["release"]) for one in about["others"]] == [("sim", name)]
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert "Content-Location" not in answer.headers


def test_an_answer_of_one_release_keeps_its_tag_when_another_is_published(world, server, root):
    path = f"/api/v1/compilations/sim/releases/{world.release.name}/splicing/shared"
    first = root.get(path, params={"query": QUERIES * 2})
    with published(world, server, "sim", world.releases[25].name):
        again = root.get(
            path, params={"query": QUERIES * 2}, headers={"If-None-Match": first.headers["ETag"]}
        )
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_release_is_not_kept_since_its_state_may_change(world, http):
    path = f"/releases/{world.releases[1].name}"
    url = f"{http.base_url}".rstrip("/") + path
    first = http.get(path)
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert http.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    try:
        set_state(world, "verified")
        known_to_all(url, lambda answer: answer["release"]["state"] == "verified")
        assert http.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    finally:
        set_state(world, first.json()["release"]["state"])
        known_to_all(url, lambda answer: answer == first.json())


def set_state(world, state):
    """Of the release on one shard."""
    with psycopg.connect(world.index.shard_map.catalog) as connection:
        connection.execute(
            "UPDATE release SET state = %s WHERE schema = %s", [state, world.releases[1].schema]
        )


def test_errors_are_not_kept(http):
    assert http.get("/junctions", params={"region": "x:2-1"}).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/junctions", "/samples", "/genes?prefix=A", "/junctions/nonsense"]
)
def test_pages_of_other_origins_may_read(path, http):
    assert (
        http.get(path, headers={"Origin": "https://igv.org"}).headers["Access-Control-Allow-Origin"]
        == "*"
    )


@pytest.mark.parametrize("path", ["/service-info", "/openapi.json"])
def test_what_stands_at_the_root_too_has_the_same_headers_there(path, root):
    here, there = (
        root.get(base + path, headers={"Origin": "https://igv.org"}).headers
        for base in ("", "/api/v1")
    )
    assert here["Access-Control-Allow-Origin"] == "*"
    for name in ("Access-Control-Expose-Headers", "Cache-Control", "Vary", "Content-Type"):
        assert here[name] == there[name]
    assert "GET" in root.options(path).headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Origin" not in root.get("/metrics").headers


def test_a_preflight_is_answered(http):
    answer = http.options(
        "/junctions", headers={"Origin": "https://igv.org", "Access-Control-Request-Method": "GET"}
    )
    assert answer.status_code == 200
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert "POST" in http.options("/junctions:batch").headers["Access-Control-Allow-Methods"]


PROXY = {
    "X-Forwarded-Host": "junctions.example.org",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/snap",
}


def test_headers_of_a_proxy_are_believed_only_where_settings_count_it(world, server, start_server):
    behind = start_server("--data", str(world.folder), workers=1, proxies=1)
    page = "/api/v1/compilations/sim/junctions?limit=1"
    with httpx.Client(base_url=behind.url, headers=PROXY) as proxy:
        assert (
            proxy.get("/service-info").json()["documentationUrl"]
            == "https://junctions.example.org/snap/api/v1/docs"
        )
        answer = proxy.get(page)
        assert answer.headers["Content-Location"].startswith(
            "/snap/api/v1/compilations/sim/releases/"
        )
        assert answer.headers["Link"].startswith("</snap/api/v1/")
        assert (
            "https://junctions.example.org/snap/api/v1/compilations/sim/"
            in proxy.get("/?compilation=sim&q=chr1").text
        )
        assert 'href="/snap/static/page.css"' in proxy.get("/").text
    behind.stop()
    with httpx.Client(base_url=server.url, headers=PROXY) as stranger:
        assert "example.org" not in stranger.get("/service-info").json()["documentationUrl"]
        assert stranger.get(page).headers["Content-Location"].startswith("/api/v1/")


def test_zstd_is_preferred_and_what_the_client_prefers_wins(http):
    plain = http.get("/junctions", params=PAGE, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    both = http.get("/junctions", params=PAGE, headers={"Accept-Encoding": "gzip, zstd"})
    assert both.headers["Content-Encoding"] == "zstd"
    assert (
        http.get(
            "/junctions", params=PAGE, headers={"Accept-Encoding": "gzip, zstd;q=0.1"}
        ).headers["Content-Encoding"]
        == "gzip"
    )
    assert (
        http.get("/junctions", params=PAGE, headers={"Accept-Encoding": "gzip;q=0"}).headers.get(
            "Content-Encoding"
        )
        is None
    )
    with httpx.stream("GET", both.url, headers={"Accept-Encoding": "zstd"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert zstandard.ZstdDecompressor().decompressobj().decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 3


def test_each_shard_says_how_long_it_took(http):
    timing = http.get("/junctions", params={"region": "chr1"}).headers["Server-Timing"]
    parts = {part.split(";")[0].strip() for part in timing.split(",")}
    assert {"shard-s1", "total"} <= parts
    assert "shard-s4" not in parts


def test_a_request_keeps_its_id_and_gets_one_if_it_has_none(http):
    assert (
        http.get("/junctions", headers={"X-Request-ID": "abc-123"}).headers["X-Request-ID"]
        == "abc-123"
    )
    assert len(http.get("/junctions").headers["X-Request-ID"]) == 32
    odd = http.get("/junctions", headers={"X-Request-ID": "a b<script>"}).headers["X-Request-ID"]
    assert odd.isalnum()


def test_every_answer_says_what_it_is_of(world, http):
    for path in (
        "/junctions.bed",
        "/junctions:export.parquet",
        "/samples.csv",
        "/genes?prefix=A",
        "/releases/cut5",
    ):
        headers = http.get(path).headers
        assert headers["Snapshard-Compilation"] == "sim"
        assert headers["Snapshard-Release"] == world.release.name
        assert headers["Snapshard-Coordinate-System"] == "1-based, closed, intron"
        assert headers["Snapshard-Simulated"] == "true"


def test_head_is_the_answer_without_its_body(http):
    answer = http.head("/junctions", params=PAGE)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == http.get("/junctions", params=PAGE).headers["ETag"]


def test_one_connection_serves_many_requests(server):
    with httpx.Client(limits=httpx.Limits(max_connections=1)) as client:
        streams = set()
        for path in (
            "junctions?limit=2",
            "junctions:export.tsv",
            "junctions/nonsense",
            "junctions:export.parquet",
            "genes?prefix=A",
        ):
            answer = client.get(f"{server.url}/api/v1/compilations/sim/{path}")
            streams.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(streams) == 1


def test_a_weak_tag_of_the_same_response_is_enough(http):
    first = http.get("/junctions", params=PAGE)
    weak = {"If-None-Match": f"W/{first.headers['ETag']}"}
    assert http.get("/junctions", params=PAGE, headers=weak).status_code == 304


def test_any_tag_does_not_stand_for_what_does_not_exist(http, world):
    path = f"/releases/{world.release.name}/groups/%0D%0AX:%201"
    assert http.get(path, headers={"If-None-Match": "*"}).status_code == 404
    assert http.get("/junctions", params=PAGE, headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize("host", ["", "evil.example", "evil.example:80", "//evil.example"])
def test_a_redirect_has_no_host(server, host):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(
            f"GET /sim?q=1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        response = b"".join(iter(lambda: client.recv(1 << 16), b"")).decode()
    head = response.partition("\r\n\r\n")[0]
    if head.split()[1] != "400":
        assert re.search(r"^Location: /sim/\?q=1\r?$", head, re.MULTILINE), head
