"""Splicing measures over the API equal the clients' arithmetic on the rows that Snaptron's protocol gives."""

import json
import subprocess
import sys
import urllib.parse

import pytest

from snapshard.client import Client


def measure(site, what, **parameters):
    pairs = [(name, value) for name, values in parameters.items() for value in ([values] if isinstance(values, str) else values)]
    answer = site.server.get(f"/api/v1/compilations/{site.name}/splicing/{what}?{urllib.parse.urlencode(pairs)}")
    assert answer.status == 200, answer.body[:300]
    return json.loads(answer.body)


def sums(rows):
    """Reads of each sample over rows of the protocol, as its clients add them up: zeros are skipped."""
    found = {}
    for row in rows:
        for pair in row[12].split(",")[1:]:
            sample, reads = map(int, pair.split(":"))
            if reads:
                found[sample] = found.get(sample, 0) + reads
    return found


def exactly(site, row):
    """A junction's place as the API takes it, and the rows that the protocol gives for it."""
    place = f"{row[2]}:{row[3]}-{row[4]}"
    return place, site.rows(f"regions={place}&exact=1")


@pytest.fixture
def three(site):
    """Three junctions of the site's region that most samples have, each with the protocol's rows."""
    best = sorted(site.D, key=lambda row: -int(row[13]))[:3]
    return [exactly(site, row) for row in best]


def test_inclusion_ratios(site, three):
    (a, rows_a), (b, rows_b), _ = three
    left, right = sums(rows_a), sums(rows_b)
    expected = {s: (right.get(s, 0) - left.get(s, 0)) / (left.get(s, 0) + right.get(s, 0) + 1) for s in {*left, *right}}
    found = measure(site, "inclusion-ratio", a=a, b=b)["samples"]
    assert {one["rail_id"]: one["ratio"] for one in found} == pytest.approx(expected)
    assert [one["ratio"] for one in found] == sorted((one["ratio"] for one in found), reverse=True)


def test_percent_spliced_in(site, three):
    (one, rows1), (two, rows2), (skip, rows3) = three
    i1, i2, e = sums(rows1), sums(rows2), sums(rows3)
    expected = {}
    for sample in {*i1, *i2, *e}:
        mean, skipped = (i1.get(sample, 0) + i2.get(sample, 0)) / 2, e.get(sample, 0)
        told = sample in i1 and sample in i2 and mean + skipped >= 5
        expected[sample] = mean / (mean + skipped) if told else -1
    found = measure(site, "psi", inclusion1=one, inclusion2=two, exclusion=skip, min_count="5")["samples"]
    assert {one["rail_id"]: one["psi"] for one in found} == pytest.approx(expected)


def test_shared_samples(site, three):
    places, rows = [place for place, _ in three], [sums(rows) for _, rows in three]
    found = measure(site, "shared", query=places)
    assert found["samples"] == sorted(rows[0].keys() & {*rows[1], *rows[2]})
    assert found["count"] == len(found["samples"])


def test_tissue_specificity(described):
    field = "SMTS" if "SMTS" in described.H else described.ft
    best = sorted(described.D, key=lambda row: -int(row[13]))[:2]
    places = [exactly(described, row) for row in best]
    shared = sums(places[0][1]).keys() & sums(places[1][1]).keys()
    expected = {}
    for row in described.M:
        n, total = expected.get(row[described.H.index(field)], (0, 0))
        expected[row[described.H.index(field)]] = (n + (int(row[0]) in shared), total + 1)
    found = measure(described, "tissues", query=[place for place, _ in places], field=field)["tissues"]
    assert {one["value"]: (one["n"], one["N"]) for one in found} == expected


def test_exons(site):
    inside = site.rows(f"regions={site.R}&contains=1")
    expected = sorted(
        (int(left[4]) + 1, int(right[3]) - 1, int(left[1]), int(right[1]))
        for left in inside
        for right in inside
        if 1 <= int(right[3]) - int(left[4]) - 1 <= 300
    )
    found = measure(site, "exons", query=f"{site.R};contains", longest="300", limit="100000")["exons"]
    assert sorted((one["start"], one["end"], one["left_id"], one["right_id"]) for one in found) == expected


def test_union_and_intersection_of_real_compilations(sites):
    gtex, other = sites("gtex"), sites("gtex17")
    place = "chr2:29193923-29919992"
    parts = [site.rows(f"regions={place}&contains=1") for site in (gtex, other)]
    keys = [{(*r[2:5], r[6]) for r in rows} for rows in parts]
    union = measure(gtex, "union", other="gtex17", query=f"{place};contains")["rows"]
    both = measure(gtex, "intersection", other="gtex17", query=f"{place};contains")["rows"]
    named = [(one["chromosome"], str(one["start"]), str(one["end"]), one["strand"]) for one in union]
    assert sorted(named) == sorted(keys[0] | keys[1])
    assert len(both) == len(keys[0] & keys[1])
    one = max(union, key=lambda row: row["samples_count"])
    assert one["coverage_sum"] == sum(reads for _, reads in one["samples"])
    assert one["samples_count"] == len(one["samples"])


def test_normalised_coverages(sites):
    tiny = sites("tiny")
    (one, two) = measure(tiny, "normalised", query="chr1:100-200", size="AGE", factor="100")["rows"]
    assert one["samples"] == [[0, 3], [1, 5], [2, 5]]
    assert two["samples"] == [[10, 6]]


@pytest.mark.parametrize("query", ["", "nonsense", "chr1:1-9;sideways", "chr1:1-9;nosuch>1", "chr1:1-9;exact;overlap"])
def test_what_is_no_query_is_refused(sites, query):
    path = f"/api/v1/compilations/tiny/splicing/shared?query={urllib.parse.quote(query)}"
    assert sites("tiny").server.get(path).status in (400, 404)


def test_the_client_and_the_command_give_the_same(server):
    address = f"http://127.0.0.1:{server.port}"
    with Client(address, compilation="tiny") as client:
        frame = client.splicing("inclusion-ratio", {"a": "chr1:100-200", "b": ["chr1:100-300", "chr1:150-250"]})
        assert client.splicing("shared", {"query": ["chr1:100-200", "chr1:200-400"]})["rail_id"].tolist() == [0, 1, 2]
        assert client.splicing("tissues", {"query": ["chr1:100-200"] * 2, "field": "SMTS"})["n"].tolist() == [2, 1, 1, 0]
    assert frame.attrs["compilation"] == "tiny"
    command = [sys.executable, "-m", "snapshard", "splicing", "inclusion-ratio", "a=chr1:100-200"]
    more = ["b=chr1:100-300", "b=chr1:150-250", "--server", address, "--compilation", "tiny"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=60, check=True)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[0] == ["rail_id", "a", "b", "ratio"]
    assert [int(line[0]) for line in lines[1:]] == frame["rail_id"].tolist()
    assert [float(line[3]) for line in lines[1:]] == pytest.approx(frame["ratio"].tolist(), abs=1e-4)
