"""Errors say which parameter, what came and what was expected; what was meant to do harm does
nothing.
"""

import httpx
import psycopg
import pytest
from flask import Flask

from snapshard.errors import QueryTimeout
from snapshard_ui import create_app

WRONG = [
    ("/junctions?region=chr1:9-2", 400, "region"),
    ("/junctions?region=", 400, "region"),
    ("/junctions?region=chr99:1-5", 404, "chromosome"),
    ("/junctions?regoin=chr1", 400, "regoin"),
    ("/junctions?match=near", 400, "match"),
    ("/junctions?filter=samples_count", 400, "filter"),
    ("/junctions?filter=nonsense>=1", 400, "filter"),
    ("/junctions?filter=samples_count>=x", 400, "filter samples_count"),
    ("/junctions?limit=0", 400, "limit"),
    ("/junctions?limit=1&limit=2", 400, "limit"),
    ("/junctions?limit=999999", 400, "limit"),
    ("/junctions?about=true&about=1", 400, "about"),
    ("/junctions?allow_partial=true&allow_partial=false", 400, "allow_partial"),
    ("/junctions?ids=one", 400, "ids.0"),
    ("/junctions?ids=1&region=chr1", 400, "ids"),
    ("/junctions?columns=nonsense", 400, "columns"),
    ("/junctions?columns=start,start", 400, "columns"),
    ("/junctions?shape=tidy&columns=samples", 400, "columns"),
    ("/junctions?group=Nowhere", 404, "sample group"),
    ("/junctions?gene=NOSUCHGENE", 404, "gene"),
    ("/junctions?format=xls", 400, "format"),
    ("/junctions.xls", 400, "suffix"),
    ("/junctions.bed?columns=start", 400, "format"),
    ("/junctions?after=999999999", 404, "junction"),
    ("/junctions/999999999", 404, "junction"),
    ("/junctions/chr1:1-2", 404, "junction"),
    ("/junctions/hg19:chr1:100-200:+", 400, "name"),
    ("/junctions/nonsense", 400, "name"),
    ("/junctions/nonsense/evidence", 400, "name"),
    ("/junctions/chr99:1-5/evidence", 404, "chromosome"),
    ("/splice-sites/nonsense", 400, "site"),
    ("/junctions:export?limit=5", 400, "limit"),
    ("/junctions:export.parquet?compress=bgzip", 400, "compress"),
    ("/samples?filter=nonsense=1", 400, "filter"),
    ("/samples?fields=nonsense", 400, "fields"),
    ("/samples/999999999", 404, "sample"),
    ("/samples/facets", 400, "field"),
    ("/samples/facets?field=nonsense", 400, "field"),
    ("/groups/Nowhere", 404, "sample group"),
    ("/genes?prefix=", 400, "prefix"),
    ("/genes/NOSUCHGENE", 404, "gene"),
    ("/releases/nope/junctions", 404, "release"),
]


@pytest.mark.parametrize(("path", "status", "parameter"), WRONG)
def test_a_wrong_request_is_told_what_is_wrong(path, status, parameter, http):
    answer = http.get(path)
    problem = answer.json()
    assert answer.status_code == problem["status"] == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert parameter in [error["parameter"] for error in problem["errors"]]
    assert status == 404 or all(error["expected"] for error in problem["errors"])
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert problem["instance"] == answer.url.path
    assert len(problem["detail"]) > 10


def test_a_misspelled_parameter_is_answered_with_the_one_that_was_meant(http):
    problem = http.get("/junctions", params={"regoin": "chr1"}).json()
    assert problem["errors"][0]["expected"].startswith(
        "region, or another parameter of this endpoint ("
    )
    assert "regoin" in problem["detail"]


def test_an_unknown_compilation_is_answered_with_those_that_there_are(root):
    answer = root.get("/api/v1/compilations/nope/junctions")
    assert answer.status_code == 404
    assert "bare, sim" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"junctions": "chr1:1-2"}',
        b'{"junctions": 1}',
        b'{"names": []}',
        b"null",
    ],
)
def test_a_wrong_batch_is_told_what_is_wrong(body, http):
    answer = http.post(
        "/junctions:batch", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert all(error["expected"] for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/genes", "prefix: expected a value, got none"),
        ("/junctions?limit=x", "limit: expected a valid integer, got 'x'"),
        ("/junctions?limit=0", "limit: expected greater than or equal to 1, got '0'"),
        ("/junctions?samples=maybe", "samples: expected a valid boolean, got 'maybe'"),
        ("/junctions?gene=", "gene.0: expected at least 1 character, got ''"),
        ("/junctions?count=all", "count: expected 'none', 'estimated' or 'exact', got 'all'"),
    ],
)
def test_a_value_that_does_not_fit_is_answered_with_what_was_expected(path, detail, http):
    problem = http.get(path).json()
    assert problem["detail"] == detail
    [error] = problem["errors"]
    assert detail == f"{error['parameter']}: expected {error['expected']}, got {error['came']}"


def test_a_body_that_no_batch_can_have_is_refused(http):
    answer = http.post("/junctions:batch", json={"junctions": ["chr1:1-2" + " " * 500] * 10_000})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_other_methods_are_refused_as_problems(http):
    for method in ("DELETE", "POST"):
        answer = http.request(method, "/junctions")
        assert answer.status_code == 405
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_name_without_strand_that_fits_both_is_answered_with_the_choices(world, http):
    strands = {}
    for row in world.rows:
        strands.setdefault((row["chromosome"], row["start"], row["end"]), []).append(row["strand"])
    both = next(place for place, found in strands.items() if len(found) > 1)
    answer = http.get(f"/junctions/{both[0]}:{both[1]}-{both[2]}")
    assert answer.status_code == 300
    assert len(answer.json()["choices"]) == len(strands[both])


INJECTIONS = [
    "' OR '1'='1",
    "'; DROP SCHEMA public CASCADE; --",
    '"; SELECT pg_sleep(10); --',
    "$$; DELETE FROM compilation; $$",
    "chr1:1-2); DROP TABLE junction; --",
    "\\'; DROP TABLE release; --",
    "%27%20OR%201=1",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "\x00",
    "\n\r\nSet-Cookie: a=b",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "%s%s%s%n",
    "{schema}",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "1" * 5000,
    "NaN",
    "-1",
    "1e999",
]
TEXTS = [
    "region",
    "gene",
    "ids",
    "match",
    "filter",
    "sample_ids",
    "group",
    "columns",
    "after",
    "limit",
    "format",
    "shape",
    "count",
]


@pytest.fixture(scope="module")
def before(world):
    """What the databases hold."""
    return contents(world)


def contents(world):
    """Numbers of rows of every table that there is, in the catalog and in a shard."""
    found = []
    for address in (world.index.shard_map.catalog, world.index.shard_map.address("s2")):
        with psycopg.connect(address) as connection:
            query = "SELECT schemaname, relname FROM pg_stat_user_tables ORDER BY 1, 2"
            for schema, table in connection.execute(query).fetchall():
                count = connection.execute(
                    psycopg.sql.SQL("SELECT count(*) FROM {}.{}").format(
                        psycopg.sql.Identifier(schema), psycopg.sql.Identifier(table)
                    )
                )
                found.append((schema, table, count.fetchone()))
    return found


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_what_is_meant_to_do_harm_is_refused_or_finds_nothing(text, world, http, before):
    for name in TEXTS:
        for value in (
            (text, f"samples_count>={text}", f"strand={text}") if name == "filter" else (text,)
        ):
            answer = http.get("/junctions", params={"limit": 1} | {name: value})
            assert answer.status_code in (200, 400, 404), (name, answer.text)
            assert "Set-Cookie" not in answer.headers
            assert answer.elapsed.total_seconds() < 5
    for path in (
        "junctions/{}",
        "junctions/{}/evidence",
        "genes/{}",
        "groups/{}",
        "splice-sites/{}",
        "releases/{}",
        "junctions.{}",
    ):
        url = f"{http.base_url}{path.format(quoted(text))}"
        assert httpx.get(url).status_code in (200, 400, 404, 405), url
    assert http.get("/genes", params={"prefix": text[:100]}).status_code in (200, 400)
    assert http.get("/samples", params={"q": text, "filter": f"SMTS={text}"}).status_code in (
        200,
        400,
        404,
    )
    answer = http.post("/junctions:batch", json={"junctions": [text]})
    assert answer.json()["results"][0]["found"] is False
    assert contents(world) == before


def quoted(text):
    """The text as one part of a path."""
    return httpx.QueryParams({"": text}).__str__()[1:].replace("+", "%20").replace("/", "%2F")


def test_a_fault_of_ours_shows_an_id_and_no_words(monkeypatch, world, caplog):
    app = app_over(world)
    monkeypatch.setattr("snapshard_ui.api.junctions.find_page", lambda asked: 1 / 0)
    answer = app.test_client().get("/api/v1/compilations/sim/junctions?region=chr7:1-2")
    assert answer.status_code == 500
    assert answer.json["request_id"] in answer.json["detail"]
    assert "ZeroDivision" not in answer.text


def test_a_deadline_is_a_504_that_names_the_shard(monkeypatch, world):
    def too_long(asked):
        raise QueryTimeout("s2", 20)

    monkeypatch.setattr("snapshard_ui.api.junctions.find_page", too_long)
    answer = app_over(world).test_client().get("/api/v1/compilations/sim/junctions")
    assert (answer.status_code, answer.json["shards"]) == (504, ["s2"])


def app_over(world) -> Flask:
    """The application in this process."""
    return create_app(world.index.settings, lambda: world.index.shard_map)


def test_a_body_that_is_nested_too_deeply_is_refused(http):
    response = http.post("/junctions:batch", content="[" * 3_000)
    assert response.status_code == 400
    assert "expected a JSON object" in response.json()["detail"]


def test_an_unknown_parameter_of_the_page_is_named_on_the_page(server):
    response = httpx.get(f"{server.url}/?compilation=sim&gene=ALK")
    assert response.status_code == 400
    assert "gene" in response.text
    assert response.headers["Content-Type"].startswith("text/html")
