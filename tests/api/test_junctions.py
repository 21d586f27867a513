"""Every way to ask for junctions, compared with a plain reading of the source's rows."""

import os
from collections import Counter
from contextlib import ExitStack

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import published

from snapshard.client import Client
from snapshard.junction import SUMMARY
from snapshard.match import Match
from snapshard_ui import create_app

CASES = int(os.environ.get("SNAPSHARD_TEST_CASES", "60"))
OPERATORS = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def rows_of(response):
    """The junctions of an answer."""
    assert response.status_code == 200, response.text
    return response.json()["rows"]


def matches(row, match, chrom, first, last):
    """What the modes mean, said once more."""
    start, end = int(row["start"]), int(row["end"])
    if row["chromosome"] != chrom:
        return False
    return {
        Match.OVERLAP: start <= last and end >= first,
        Match.CONTAINS: first <= start and end <= last,
        Match.EXACT: (start, end) == (first, last),
        Match.START: first <= start <= last,
        Match.END: first <= end <= last,
    }[match]


def restricted(row, wanted):
    """The row over some samples only, or None if none of them has it."""
    pairs = [pair.split(":") for pair in row["samples"][1:].split(",")]
    coverages = sorted(int(coverage) for sample, coverage in pairs if int(sample) in wanted)
    if not coverages:
        return None
    return row | {"samples_count": str(len(coverages)), "coverage_sum": str(sum(coverages))}


@st.composite
def questions(draw, world):
    """Parameters, and the ids that a plain reading says must come, in order."""
    rows = world.rows
    match = draw(st.sampled_from(list(Match)))
    near = [draw(st.sampled_from(rows)) for _ in range(draw(st.integers(1, 3)))]
    regions = []
    for row in near:
        exact = match is Match.EXACT or draw(st.booleans())
        first = (
            int(row["start"])
            if exact
            else max(1, int(row["start"]) + draw(st.integers(-50_000, 5_000)))
        )
        last = (
            int(row["end"]) if exact else first + draw(st.sampled_from([0, 100, 10_000, 2_000_000]))
        )
        regions.append((row["chromosome"], first, max(first, last)))
    column = draw(st.sampled_from(["samples_count", "coverage_sum", "start", "length"]))
    symbol, bound = draw(st.sampled_from(list(OPERATORS))), int(draw(st.sampled_from(rows))[column])
    wanted = draw(st.none() | st.sets(st.sampled_from(sample_ids(rows)), min_size=1, max_size=20))
    parameters = {
        "match": match.value,
        "region": [f"{c}:{a:,}-{b}" for c, a, b in regions],
        "limit": "5000",
    }
    found = [row for row in rows if any(matches(row, match, *region) for region in regions)]
    if wanted is not None:
        parameters["sample_ids"] = ",".join(map(str, sorted(wanted)))
        found = [cut for row in found if (cut := restricted(row, wanted))]
    if draw(st.booleans()):
        parameters["filter"] = f"{column}{symbol}{bound}"
        found = [row for row in found if OPERATORS[symbol](int(row[column]), bound)]
    return parameters, [int(row["snaptron_id"]) for row in found]


def sample_ids(rows):
    """Every sample that has a junction."""
    return sorted(
        {int(pair.split(":")[0]) for row in rows for pair in row["samples"][1:].split(",")}
    )


@given(data=st.data())
@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_question_is_answered_like_a_plain_reading_of_the_source(data, world, http):
    parameters, expected = data.draw(questions(world))
    answer = http.get("/junctions", params=parameters | {"count": "exact"}).json()
    assert [row["snaptron_id"] for row in answer["rows"]] == expected
    assert answer["count"] == {"rows": len(expected), "kind": "exact"}
    assert answer["truncated"] is False


def test_without_parameters_the_first_thousand_rows_come_and_the_answer_says_that_there_are_more(
    world, http
):
    answer = http.get("/junctions").json()
    assert [row["snaptron_id"] for row in answer["rows"]] == [
        int(row["snaptron_id"]) for row in world.rows[:1000]
    ]
    assert answer["truncated"] is True
    assert answer["about"] == world.release.provenance()
    assert answer["about"]["simulated"] is True


def test_default_columns_have_no_samples_and_hold_what_the_source_says(world, http):
    row, source = rows_of(http.get("/junctions", params={"limit": 1}))[0], world.rows[0]
    assert list(row) == [*SUMMARY, "class", "name"]
    decimals = ("coverage_avg", "coverage_median")
    assert [row[name] for name in decimals] == [float(source[name]) for name in decimals]
    others = [name for name in SUMMARY if name not in decimals]
    assert [str(row[name]) for name in others] == [source[name] for name in others]
    assert (
        row["name"]
        == f"GRCh38:{source['chromosome']}:{source['start']}-{source['end']}:{source['strand']}"
    )


def test_samples_come_when_asked_for(world, http):
    row = rows_of(http.get("/junctions", params={"limit": 1, "samples": "true"}))[0]
    assert (
        "".join(f",{sample}:{reads}" for sample, reads in row["samples"])
        == world.rows[0]["samples"]
    )


def test_ids_are_found_in_genome_order(world, http):
    asked = [world.rows[place]["snaptron_id"] for place in (2000, 5, 900)]
    found = rows_of(http.get("/junctions", params={"ids": ",".join(asked)}))
    assert [str(row["snaptron_id"]) for row in found] == [asked[1], asked[2], asked[0]]


@pytest.mark.parametrize("group", [None, "Brain"])
def test_a_per_cent_is_one_of_the_samples_that_are_counted(world, http, group):
    facts = world.index.facts.of(world.release)
    members = {number for item in facts.groups if item.name == group for number in item.members}
    total = len(members) if group else world.release.sample_count
    query = {
        "filter": "samples_count>=12.5%",
        "limit": 5_000,
        **({"group": group} if group else {}),
    }
    rows = [restricted(row, members) if group else row for row in world.rows]
    expected = [row for row in rows if row and int(row["samples_count"]) * 8 >= total]
    assert 0 < len(expected) < len(rows)
    names = [str(row["snaptron_id"]) for row in rows_of(http.get("/junctions", params=query))]
    assert names == [row["snaptron_id"] for row in expected]


def test_a_group_is_its_samples(world, http):
    group = world.index.facts.of(world.release).groups[0]
    by_name = http.get("/junctions", params={"group": group.name, "limit": 50}).json()["rows"]
    by_ids = http.get(
        "/junctions", params={"sample_ids": ",".join(map(str, group.members)), "limit": 50}
    ).json()["rows"]
    assert by_name == by_ids
    assert all(row["samples_count"] <= len(group.members) for row in by_name)


def test_a_gene_is_its_region(world, http):
    gene = http.get("/genes", params={"prefix": gene_prefix(http), "limit": 1}).json()["genes"][0]
    by_gene = rows_of(http.get("/junctions", params={"gene": gene["symbol"]}))
    by_region = rows_of(
        http.get(
            "/junctions", params={"region": f"{gene['chromosome']}:{gene['start']}-{gene['end']}"}
        )
    )
    assert by_gene == by_region


def gene_prefix(http):
    """The beginning of some gene's symbol."""
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        if http.get("/genes", params={"prefix": letter, "limit": 1}).json()["genes"]:
            return letter
    return pytest.fail("there are no genes")


@pytest.mark.parametrize("spelling", ["strand=+", "strand=%2B", "strand%3D%2B"])
def test_a_plus_sign_in_a_url_is_the_strand(spelling, http, server):
    rows = rows_of(
        httpx.get(f"{server.url}/api/v1/compilations/sim/junctions?filter={spelling}&limit=50")
    )
    assert {row["strand"] for row in rows} == {"+"}


def test_an_estimate_says_what_it_is(world, http):
    count = http.get("/junctions", params={"count": "estimated", "limit": 1}).json()["count"]
    assert count == {"rows": len(world.rows), "kind": "exact"}


def test_one_junction_by_name_with_and_without_assembly_and_by_number(world, http):
    row = rows_of(http.get("/junctions", params={"limit": 1}))[0]
    names = [
        row["name"],
        row["name"].removeprefix("GRCh38:"),
        row["name"].replace("GRCh38", "hg38"),
        str(row["snaptron_id"]),
    ]
    for name in names:
        assert http.get(f"/junctions/{name}").json()["junction"] == row


def test_a_batch_is_answered_in_its_order_with_an_explicit_not_found(world, http):
    known = [row["name"] for row in rows_of(http.get("/junctions", params={"limit": 1000}))]
    names = [known[700], "GRCh38:chr1:1-2:+", known[3], "chr1:3-4", known[3]]
    answer = http.post("/junctions:batch", json={"junctions": names}).json()
    assert [result["name"] for result in answer["results"]] == names
    assert [result["found"] for result in answer["results"]] == [True, False, True, False, True]
    assert [one["name"] for result in answer["results"] for one in result["junctions"]] == [
        names[0],
        names[2],
        names[4],
    ]


def test_a_batch_may_hold_ten_thousand(world, http):
    known = [row["name"] for row in rows_of(http.get("/junctions", params={"limit": 3000}))]
    names = (known * 4)[:10_000]
    answer = http.post("/junctions:batch", json={"junctions": names})
    assert all(result["found"] for result in answer.json()["results"])
    assert (
        http.post("/junctions:batch", json={"junctions": [*names, "chr1:1-2"]}).status_code == 400
    )


def test_a_long_batch_of_the_client_stays_in_the_release_of_its_first_part(
    world, server, monkeypatch
):
    monkeypatch.setattr("snapshard.client.junctions.BATCH_SIZE", 2)
    names = [
        f"{row['chromosome']}:{row['start']}-{row['end']}:{row['strand']}" for row in world.rows[:5]
    ]
    with Client(server.url, compilation="sim") as client, ExitStack() as meanwhile:
        post, asked = client._session.post, []

        def post_and_publish(path, body):
            answer = post(path, body)
            if not asked:
                meanwhile.enter_context(published(world, server, "sim", world.releases[25].name))
            asked.append(path)
            return answer

        monkeypatch.setattr(client._session, "post", post_and_publish)
        frame = client.batch(names)
    assert frame["found"].all()
    assert frame["asked"].tolist() == names
    assert frame.attrs["release"] == world.release.name
    assert asked[1:] == [f"compilations/sim/releases/{world.release.name}/junctions:batch"] * 2


def test_a_splice_site_lists_the_junctions_that_use_it_by_role(world, http):
    row = next(row for row in world.rows if row["strand"] == "-")
    answer = http.get(f"/splice-sites/{row['chromosome']}:{row['end']}").json()
    same = [
        one
        for one in world.rows
        if one["chromosome"] == row["chromosome"] and row["end"] in (one["start"], one["end"])
    ]
    found = {
        role: [one["snaptron_id"] for one in answer[role]]
        for role in ("donor", "acceptor", "unknown")
    }
    assert sorted(number for numbers in found.values() for number in numbers) == sorted(
        int(one["snaptron_id"]) for one in same
    )
    assert int(row["snaptron_id"]) in found["donor"]
    only = http.get(f"/splice-sites/{row['chromosome']}:{row['end']}:-").json()
    assert all(one["strand"] == "-" for role in ("donor", "acceptor") for one in only[role])


@pytest.mark.parametrize("strand", ["", ":+"])
def test_a_splice_site_says_whether_a_role_is_cut(strand, world, http):
    sites = Counter((row["chromosome"], row["start"]) for row in world.rows if row["strand"] == "+")
    (chrom, base), _ = sites.most_common(1)[0]
    whole = http.get(f"/splice-sites/{chrom}:{base}{strand}")
    count = len(whole.json()["donor"])
    assert count > 1
    for limit in (count, count - 1, 1):
        answer = http.get(f"/splice-sites/{chrom}:{base}{strand}", params={"limit": limit})
        assert answer.json()["donor"] == whole.json()["donor"][:limit]
        assert answer.json()["truncated"] is (limit < count)
        assert answer.headers["Snapshard-Truncated"] == str(limit < count).lower()


def test_an_empty_answer_says_why(world, http):
    def why(**asked):
        answer = http.get("/junctions", params=asked).json()
        assert answer["rows"] == []
        return answer["why_empty"]

    of = f"sim {world.release.name} (GRCh38, 1-based, both ends included)"
    assert why(region="chr1:1-2") == f"no junction of {of} overlaps chr1:1-2"
    assert why(ids="987654321") == f"no junction of {of} has these numbers"
    on_chr2 = sum(row["chromosome"] == "chr2" for row in world.rows)
    assert (
        why(region="chr2", filter="samples_count>1000")
        == f"{on_chr2:,} junctions of {of} match without the filters, none with"
    )
    assert why(filter="samples_count>1000", sample_ids=str(min(sample_ids(world.rows)))).endswith(
        "without the filters and the choice of samples, none with"
    )
    assert http.get("/junctions", params={"limit": 1}).json()["why_empty"] is None
    assert (
        'why_empty="no junction of'
        in http.get("/junctions.tsv", params={"region": "chr1:1-2"}).text.splitlines()[0]
    )


def test_versioned_urls_answer_the_same(world, http):
    for release in world.releases.values():
        rows = rows_of(http.get(f"/releases/{release.name}/junctions", params={"limit": 300}))
        assert rows == rows_of(http.get("/junctions", params={"limit": 300}))


@pytest.mark.parametrize(
    ("parameters", "kind", "near"),
    [
        ({"region": "chr1"}, "exact", 1),
        ({"region": "chr1", "filter": "samples_count>=3"}, "estimated", 1.6),
        ({"filter": "strand=+"}, "estimated", 1.6),
        ({"region": "chr1", "sample_ids": "50099"}, "at most", 10),
        ({"ids": "1,2,3"}, "exact", 1),
    ],
)
def test_where_counting_is_dear_the_number_is_an_estimate_and_says_so(
    parameters, kind, near, world, monkeypatch
):
    monkeypatch.setattr("snapshard.index.index.CHEAP", 0)
    client = create_app(world.index.settings, lambda: world.index.shard_map).test_client()
    asked = {"limit": 1, **parameters}
    exact = client.get(
        "/api/v1/compilations/sim/junctions", query_string=asked | {"count": "exact"}
    ).json["count"]["rows"]
    count = client.get(
        "/api/v1/compilations/sim/junctions", query_string=asked | {"count": "estimated"}
    ).json["count"]
    assert count["kind"] == kind
    assert (
        exact / near - 20
        <= count["rows"]
        <= max(exact * near + 20, 600 if kind == "at most" else 0)
    )
