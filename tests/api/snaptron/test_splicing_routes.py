"""Splicing measures over the API equal the clients' arithmetic on the rows that Snaptron's protocol
gives.
"""

import json
import statistics
import subprocess
import sys
import urllib.parse

import pytest
from test_clients import qs_get, qs_rows, snapcount_get, snapcount_table

from snapshard.client import Client


def measure(site, what, **parameters):
    pairs = [
        (name, value)
        for name, values in parameters.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    answer = site.server.get(
        f"/api/v1/compilations/{site.name}/splicing/{what}?{urllib.parse.urlencode(pairs)}"
    )
    assert answer.status == 200, answer.body[:300]
    return json.loads(answer.body)


def sums(rows):
    """Reads of each sample over rows of the protocol, as its clients add them up: zeros are
    skipped.
    """
    found = {}
    for row in rows:
        for pair in row[12].split(",")[1:]:
            sample, reads = map(int, pair.split(":"))
            if reads:
                found[sample] = found.get(sample, 0) + reads
    return found


def exactly(site, row):
    """A junction's place as the API takes it, and the rows that snapcount's request for it gives."""
    place = f"{row[2]}:{row[3]}-{row[4]}"
    return place, snapcount_table(
        snapcount_get(site.server, f"/{site.name}/snaptron?regions={place}&exact=1")
    )


@pytest.fixture
def three(site):
    """Three junctions of the site's region that most samples have, each with the protocol's rows."""
    best = sorted(site.D, key=lambda row: -int(row[13]))[:3]
    return [exactly(site, row) for row in best]


def test_Z3_Z17_inclusion_ratios(site, three):
    (a, rows_a), (b, rows_b), _ = three
    left, right = sums(rows_a), sums(rows_b)
    expected = {
        s: (right.get(s, 0) - left.get(s, 0)) / (left.get(s, 0) + right.get(s, 0) + 1)
        for s in {*left, *right}
    }
    found = measure(site, "inclusion-ratio", a=a, b=b)["samples"]
    assert {one["rail_id"]: one["ratio"] for one in found} == pytest.approx(expected)
    assert [one["ratio"] for one in found] == sorted((one["ratio"] for one in found), reverse=True)


def test_Z3_Z17_percent_spliced_in(site, three):
    (one, rows1), (two, rows2), (skip, rows3) = three
    i1, i2, e = sums(rows1), sums(rows2), sums(rows3)
    for least, parameters in ((20, {}), (5, {"min_count": "5"})):
        expected = {}
        for sample in {*i1, *i2, *e}:
            mean, skipped = (i1.get(sample, 0) + i2.get(sample, 0)) / 2, e.get(sample, 0)
            told = sample in i1 and sample in i2 and mean + skipped >= least
            expected[sample] = mean / (mean + skipped) if told else -1
        found = measure(site, "psi", inclusion1=one, inclusion2=two, exclusion=skip, **parameters)[
            "samples"
        ]
        assert {one["rail_id"]: one["psi"] for one in found} == pytest.approx(expected)
        order = [
            (one["psi"], one["inclusion1"] + one["inclusion2"] + one["exclusion"]) for one in found
        ]
        assert order == sorted(order, reverse=True)


def test_Z4_Z17_shared_samples(site, three):
    places, rows = [place for place, _ in three], [sums(rows) for _, rows in three]
    found = measure(site, "shared", query=places)
    assert found["samples"] == sorted(rows[0].keys() & {*rows[1], *rows[2]})
    assert found["count"] == len(found["samples"])


def test_Z5_Z17_tissue_specificity(described):
    field = "SMTS" if "SMTS" in described.H else described.ft
    best = sorted(described.D, key=lambda row: -int(row[13]))[:2]
    places = [exactly(described, row) for row in best]
    shared = sums(places[0][1]).keys() & sums(places[1][1]).keys()
    expected = {}
    for row in described.M:
        n, total = expected.get(row[described.H.index(field)], (0, 0))
        expected[row[described.H.index(field)]] = (n + (int(row[0]) in shared), total + 1)
    found = measure(described, "tissues", query=[place for place, _ in places], field=field)[
        "tissues"
    ]
    assert {one["value"]: (one["n"], one["N"]) for one in found} == expected


def test_Z6_exons(site):
    inside = site.rows(f"regions={site.R}&contains=1")
    expected = sorted(
        (int(left[4]) + 1, int(right[3]) - 1, int(left[1]), int(right[1]))
        for left in inside
        for right in inside
        if 1 <= int(right[3]) - int(left[4]) - 1 <= 300
    )
    found = measure(site, "exons", query=f"{site.R};contains", longest="300", limit="100000")[
        "exons"
    ]
    assert (
        sorted((one["start"], one["end"], one["left_id"], one["right_id"]) for one in found)
        == expected
    )


def joined(parts):
    """Rows of several compilations by place and strand, as snapcount joins them."""
    found = {}
    for number, rows in enumerate(parts):
        for row in rows:
            found.setdefault((row[2], int(row[3]), int(row[4]), row[6]), {})[number] = row
    return found


def merged(same):
    """What snapcount makes of the rows that are one junction: samples, their number, sum, mean and
    median.
    """
    pairs = [
        tuple(map(int, pair.split(":")))
        for _, row in sorted(same.items())
        for pair in row[12].split(",")[1:]
    ]
    reads = [one for _, one in pairs]
    return (
        [list(pair) for pair in pairs],
        len(pairs),
        sum(reads),
        statistics.fmean(reads),
        statistics.median(reads),
    )


def test_Z8_Z17_union_and_intersection_of_real_compilations(sites):
    place = "chr19:4490000-4500000"
    request = f"snaptron?regions={place}&contains=1"
    either = joined(
        snapcount_table(snapcount_get(sites(name).server, f"/{name}/{request}"))
        for name in ("gtex17", "gtexv2")
    )
    both = {key: same for key, same in either.items() if len(same) == 2}
    assert len(either) > len(both) > 0
    for what, kept in (("union", either), ("intersection", both)):
        rows = measure(sites("gtex17"), what, other="gtexv2", query=f"{place};contains")["rows"]
        assert [
            (one["chromosome"], one["start"], one["end"], one["strand"]) for one in rows
        ] == sorted(kept)
        for row, (_, same) in zip(rows, sorted(kept.items()), strict=True):
            pairs, count, total, mean, median = merged(same)
            assert [list(pair) for pair in row["samples"]] == pairs
            assert (row["samples_count"], row["coverage_sum"]) == (count, total)
            assert (row["coverage_avg"], row["coverage_median"]) == pytest.approx((mean, median))


@pytest.mark.parametrize("what", ["union", "intersection"])
def test_compilations_with_samples_in_common_are_not_joined(sites, what):
    """Both are of the same samples, whose reads would count twice."""
    sim = sites("sim")
    answer = sim.server.get(
        f"/api/v1/compilations/sim/splicing/{what}?other=srav2&query={sim.R};contains"
    )
    assert answer.status == 400
    assert "sample ids that differ" in json.loads(answer.body)["detail"]


def test_a_compilation_joined_with_itself_is_itself(sites):
    sim = sites("sim")
    rows = measure(sim, "union", other="sim", query=sim.R + ";overlap")["rows"]
    assert [one["snaptron_id"] for one in rows] == [row[1] for row in sim.D]
    assert [one["coverage_sum"] for one in rows] == [int(row[14]) for row in sim.D]


@pytest.mark.parametrize(
    ("what", "column", "factor"), [("recount", 78, 4e9), ("jxcov", 90, 3_953_678)]
)
def test_Z11_normalising_as_qs_does(sites, what, column, factor):
    site = sites("srav2")
    samples = qs_get(site.server, "/srav2/samples?all=1").text.split("\n")[1:-1]
    sizes = {int(line.split("\t")[0]): float(line.split("\t")[column]) for line in samples}
    rows = qs_rows(qs_get(site.server, f"/srav2/snaptron?regions={site.R}&contains=1"))
    expected = {}
    for row in rows:
        pairs = [tuple(map(int, pair.split(":"))) for pair in row[12].split(",")[1:]]
        # Python rounds halves to even, as qs does; a sample that is missing would end it with an
        # error.
        scaled = [[sample, round(reads * factor / sizes[sample])] for sample, reads in pairs]
        expected[row[1]] = [pair for pair in scaled if pair[1]]
    found = measure(site, "normalised", query=f"{site.R};contains", normalise=what)["rows"]
    assert {one["snaptron_id"]: [list(pair) for pair in one["samples"]] for one in found} == {
        number: pairs for number, pairs in expected.items() if pairs
    }


def test_normalising_by_a_field_of_another_name(sites):
    gtexfull = sites("gtexfull")
    query = f"{gtexfull.R};contains"
    usual = measure(gtexfull, "normalised", query=query, normalise="jxcov")["rows"]
    assert (
        usual
        == measure(
            gtexfull, "normalised", query=query, normalise="jxcov", size="junction_coverage"
        )["rows"]
    )
    assert (
        usual != measure(gtexfull, "normalised", query=query, normalise="jxcov", size="auc")["rows"]
    )


@pytest.mark.parametrize(
    ("name", "query", "status", "said"),
    [
        ("gtex", "normalise=jxcov", 400, "samples with the field junction_coverage"),
        ("gtex", "normalise=recount&size=nosuch", 400, "size: expected one of rail_id"),
        ("gtex", "normalise=nosuch", 400, "'recount' or 'jxcov'"),
        ("gtex", "size=auc", 400, "normalise"),
        ("gtexv2", "normalise=recount", 404, "no samples file of"),
    ],
)
def test_what_cannot_be_normalised_is_told_why(sites, name, query, status, said):
    answer = sites(name).server.get(
        f"/api/v1/compilations/{name}/splicing/normalised?query=chr19&{query}"
    )
    assert answer.status == status
    assert said in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(
    "query", ["", "nonsense", "chr1:1-9;sideways", "chr1:1-9;nosuch>1", "chr1:1-9;exact;overlap"]
)
def test_what_is_no_query_is_refused(sites, query):
    path = f"/api/v1/compilations/tiny/splicing/shared?query={urllib.parse.quote(query)}"
    assert sites("tiny").server.get(path).status in (400, 404)


def test_the_client_and_the_command_give_the_same(server):
    address = f"http://127.0.0.1:{server.port}"
    with Client(address, compilation="tiny") as client:
        frame = client.splicing(
            "inclusion-ratio", {"a": "chr1:100-200", "b": ["chr1:100-300", "chr1:150-250"]}
        )
        assert client.splicing("shared", {"query": ["chr1:100-200", "chr1:200-400"]})[
            "rail_id"
        ].tolist() == [
            0,
            1,
            2,
        ]
        assert client.splicing("tissues", {"query": ["chr1:100-200"] * 2, "field": "SMTS"})[
            "n"
        ].tolist() == [
            2,
            1,
            1,
            0,
        ]
    assert frame.attrs["compilation"] == "tiny"
    command = [sys.executable, "-m", "snapshard", "splicing", "inclusion-ratio", "a=chr1:100-200"]
    more = ["b=chr1:100-300", "b=chr1:150-250", "--server", address, "--compilation", "tiny"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=60, check=True)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[0] == ["rail_id", "a", "b", "ratio"]
    assert [int(line[0]) for line in lines[1:]] == frame["rail_id"].tolist()
    assert [float(line[3]) for line in lines[1:]] == pytest.approx(
        frame["ratio"].tolist(), abs=1e-4
    )


@pytest.mark.parametrize("normalise", ["recount", "jxcov"])
def test_the_client_and_the_command_normalise_by_name(sites, normalise):
    site = sites("gtexfull")
    query, address = f"{site.R};contains", f"http://127.0.0.1:{site.server.port}"
    rows = measure(site, "normalised", query=query, normalise=normalise)["rows"]
    expected = [(int(one["snaptron_id"]), one["coverage_sum"]) for one in rows]
    assert expected
    with Client(address, compilation="gtexfull") as client:
        frame = client.splicing("normalised", {"query": query, "normalise": normalise})
    assert (
        list(zip(frame["snaptron_id"].astype(int), frame["coverage_sum"], strict=True)) == expected
    )
    command = [
        sys.executable,
        "-m",
        "snapshard",
        "splicing",
        "normalised",
        f"query={query}",
        f"normalise={normalise}",
    ]
    more = ["--server", address, "--compilation", "gtexfull"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=60, check=True)
    names, *lines = [line.split("\t") for line in done.stdout.splitlines()]
    columns = [names.index("snaptron_id"), names.index("coverage_sum")]
    assert [tuple(int(line[column]) for column in columns) for line in lines] == expected
