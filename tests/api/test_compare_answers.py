"""Comparisons over the API, the client and the command: SciPy on the exported rows says the same."""

import json
import math
import os
from itertools import chain, product

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep
from test_psi_answers import client, exon_between, name_of, reads_of, release_groups, samples

from snapshard.__main__ import snapshard as program
from snapshard.client import Refused, Truncated

__all__ = ["client", "samples"]
"""Fixtures that these tests share with those of PSI."""

CASES = settings(
    max_examples=int(os.environ.get("SNAPSHARD_TEST_CASES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def rows_of_source(world):
    """The source's rows."""
    return world.rows


def inside(rows, chrom, start, end):
    """The rows that lie inside a region."""
    return [
        row
        for row in rows
        if row["chromosome"] == chrom and int(row["start"]) >= start and int(row["end"]) <= end
    ]


def naive_levels(all_rows, rows, groups, min_reads, min_samples):
    """For each junction and role that can be tested: the PSI values of every group."""
    lines = {}
    for side in ("start", "end"):
        for row in rows:
            if row["strand"] == "?":
                continue
            key = (row["chromosome"], row[side], row["strand"])
            at_site = [
                other
                for other in all_rows
                if (other["chromosome"], other[side], other["strand"]) == key
            ]
            reads, total = reads_of([row]), reads_of(at_site)
            values = [
                [reads[sample] / total[sample] for sample in members if total[sample] >= min_reads]
                for members in groups
            ]
            count = sum(value > 0 for group in values for value in group)
            enough = count >= min_samples and all(len(group) >= min_samples for group in values)
            if len(at_site) > 1 and enough and len(set(chain(*values))) > 1:
                role = {
                    "start+": "donor",
                    "end-": "donor",
                }.get(side + row["strand"], "acceptor")
                lines[name_of(row), role] = values
    return lines


def cohort(name, members):
    return f"{name}:samples={','.join(map(str, sorted(members)))}"


@CASES
@given(data=st.data())
def test_psi_of_two_cohorts_is_compared_as_scipy_compares_the_exported_rows(
    data, rows_of_source, http, samples
):
    row = data.draw(st.sampled_from(rows_of_source))
    start, end = int(row["start"]) - 20_000, int(row["end"]) + 20_000
    first = data.draw(st.sets(st.sampled_from(sorted(samples)), min_size=4))
    rest = sorted({*samples} - first)
    if len(rest) < 4:
        return
    second = data.draw(st.sets(st.sampled_from(rest), min_size=4))
    min_reads, min_samples = data.draw(st.integers(1, 20)), data.draw(st.integers(2, 4))
    answer = http.get(
        "/compare",
        params={
            "region": f"{row['chromosome']}:{max(start, 1)}-{end}",
            "cohort": [cohort("a", first), cohort("b", second)],
            "min_reads": min_reads,
            "min_samples": min_samples,
            "limit": 5_000,
        },
    ).json()
    rows = inside(rows_of_source, row["chromosome"], max(start, 1), end)
    expected = naive_levels(
        rows_of_source, rows, [sorted(first), sorted(second)], min_reads, min_samples
    )
    assert answer["tested"] == len(expected) == len(answer["rows"])
    assert answer["tested"] + sum(answer["left_out"].values()) == 2 * len(rows)
    assert (answer["test"], answer["effect"]) == ("Mann-Whitney", "Cliff's delta")
    p_values = [row["p"] for row in answer["rows"]]
    assert p_values == sorted(p_values)
    if p_values:
        q = multipletests(p_values, method="fdr_bh")[1]
        assert [row["q"] for row in answer["rows"]] == pytest.approx(q.tolist())
    for row in answer["rows"]:
        values = expected[row["name"], row["role"]]
        test = stats.mannwhitneyu(*values, method="asymptotic")
        assert (row["statistic"], row["p"]) == pytest.approx((test.statistic, test.pvalue))
        medians = [pd.Series(group).median() for group in values]
        assert row["level"] == pytest.approx(medians)
        assert row["difference"] == pytest.approx(medians[0] - medians[1], abs=1e-12)
        assert row["n"] == [len(group) for group in values]
        delta = 2 * test.statistic / math.prod(row["n"]) - 1
        assert row["low"] <= row["effect"] <= row["high"]
        assert row["effect"] == pytest.approx(delta, abs=1e-12)


@CASES
@given(data=st.data())
def test_prevalence_in_groups_is_compared_as_scipy_compares_the_exported_rows(
    data, world, rows_of_source, http
):
    groups = release_groups(world)
    count = data.draw(st.integers(2, 4))
    names = data.draw(st.permutations([name for name in groups if groups[name]]))[:count]
    rows = data.draw(st.lists(st.sampled_from(rows_of_source), min_size=1, max_size=20))
    rows = list({name_of(row): row for row in rows}.values())
    min_reads = data.draw(st.integers(1, 3))
    answer = http.get(
        "/compare",
        params={
            "name": [name_of(row) for row in rows],
            "measure": "prevalence",
            "group": names,
            "min_reads": min_reads,
            "min_samples": 1,
        },
    ).json()
    tables = {}
    for row in rows:
        reads = reads_of([row])
        flags = [[reads[sample] >= min_reads for sample in groups[name]] for name in names]
        if 0 < sum(map(sum, flags)) < sum(map(len, flags)):
            tables[name_of(row)] = flags
    assert {row["name"] for row in answer["rows"]} == tables.keys()
    assert answer["tested"] + sum(answer["left_out"].values()) == len(rows)
    for row in answer["rows"]:
        flags = tables[row["name"]]
        counts = [(sum(group), len(group) - sum(group)) for group in flags]
        assert row["n"] == [sum(group) for group in flags]
        assert row["level"] == pytest.approx([sum(group) / len(group) for group in flags])
        if count == 2:
            low, high = confint_proportions_2indep(
                counts[0][0], len(flags[0]), counts[1][0], len(flags[1]), method="newcomb"
            )
            assert row["p"] == pytest.approx(stats.fisher_exact(counts).pvalue)
            assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-9)
            assert row["difference"] == row["effect"]
        else:
            test = stats.kruskal(*flags)
            assert (row["statistic"], row["p"]) == pytest.approx((test.statistic, test.pvalue))
            assert row["low"] is row["difference"] is None
        level = row["level"]
        tau = sum(1 - value / max(level) for value in level) / (count - 1)
        assert row["tau"] == pytest.approx(tau)


def busy(world):
    """The chromosome with most rows, and two groups with most samples."""
    names = [row["chromosome"] for row in world.rows]
    groups = release_groups(world)
    largest = sorted(groups, key=lambda name: -len(groups[name]))[:2]
    return max(set(names), key=names.count), largest


def test_the_client_and_the_command_report_what_the_server_answers(world, http, client, server):
    chrom, groups = busy(world)
    region = f"{chrom}:1-100000000"
    options = {"measure": "prevalence", "min_samples": 3}
    answer = http.get("/compare", params={"region": region, "group": groups, **options}).json()
    assert answer["tested"] > 5
    frame = client.compare(region, group=groups, **options)
    assert frame["p"].tolist() == [row["p"] for row in answer["rows"]]
    assert frame[f"n {groups[0]}"].tolist() == [row["n"][0] for row in answer["rows"]]
    assert frame.attrs["tested"] == answer["tested"]
    with pytest.warns(Truncated):
        assert len(client.compare(region, group=groups, limit=2, **options)) == 2
    arguments = ["compare", region, "--server", server.url, "--compilation", "sim", "--limit", "2"]
    arguments += ["--measure", "prevalence", "--min-samples", "3"]
    arguments += ["--group", groups[0], "--group", groups[1]]
    ran = CliRunner().invoke(program, arguments)
    assert ran.exit_code == 0, ran.output
    assert answer["rows"][0]["name"] in ran.stdout
    assert f"{answer['tested']} tests (Fisher)" in ran.stderr
    assert "truncated" in ran.stderr
    ran = CliRunner().invoke(program, [*arguments, "--json"])
    assert json.loads(ran.stdout)["rows"] == answer["rows"][:2]


def test_a_single_group_is_compared_with_all_other_samples(http, world, samples):
    chrom, (group, _) = busy(world)
    options = {"region": chrom, "measure": "prevalence", "min_samples": 3}
    answer = http.get("/compare", params={"group": group, **options}).json()
    members = release_groups(world)[group]
    assert [one["N"] for one in answer["groups"]] == [len(members), len(samples) - len(members)]
    cohorts = [cohort("a", members), cohort("b", {*samples} - members)]
    assert (
        http.get("/compare", params={"cohort": cohorts, **options}).json()["rows"] == answer["rows"]
    )


def test_without_a_region_all_junctions_are_compared(http, rows_of_source):
    answer = http.get("/compare", params={"measure": "prevalence"}).json()
    assert answer["tested"] + sum(answer["left_out"].values()) == len(rows_of_source)


def test_groups_may_be_the_values_of_a_field(http, world, samples):
    chrom, _ = busy(world)
    answer = http.get(
        "/compare", params={"region": chrom, "group_by": "SMTSD", "top": 3, "measure": "prevalence"}
    ).json()
    sizes = [group["N"] for group in answer["groups"]]
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)
    assert answer["group_count"] == len({row["SMTSD"] for row in samples.values()} - {""})
    assert answer["truncated"] is True
    assert answer["test"] == "Kruskal-Wallis"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"region": "chr1", "search": "no such group"}, "from 2 to 200 groups"),
        ({"region": "chr1", "cohort": "everyone:rail_id>0"}, "a group that has samples"),
        ({"region": "chr1", "min_samples": "0"}, "greater than or equal to 1"),
        ({"region": "chr1", "measure": "mean"}, "psi"),
        ({"exon": "chr1:100-200", "measure": "prevalence"}, "psi, which events have"),
        ({"exclusive": "chr1:100-200"}, "two exons, such as"),
        ({"include": "chr1:100-200:+"}, "include and exclude, or exon, or site"),
        ({"region": "chr1", "limit": "100000"}, "5000"),
    ],
)
def test_a_comparison_that_cannot_be_made_is_refused_with_what_was_expected(
    client, parameters, message
):
    with pytest.raises(Refused, match=message):
        client.get("compare", parameters)


def test_a_sample_of_two_groups_is_refused_by_its_number(client, samples):
    first = min(samples)
    cohorts = [cohort("a", [first]), cohort("b", sorted(samples)[:2])]
    with pytest.raises(Refused, match=f"sample {first}"):
        client.compare("chr1:1-1000000", cohort=cohorts)


def check_event(http, parameters, event, samples):
    """Compares an event in two halves of the samples, and checks it with PSI of every sample and SciPy."""
    psi = http.get("/psi", params={**event, "min_reads": 1, "samples": "true"}).json()["events"][0]
    levels = {sample["rail_id"]: sample["psi"] for sample in psi["samples"]}
    ids = sorted(samples)
    groups = {"a": ids[: len(ids) // 2], "b": ids[len(ids) // 2 :]}
    values = [[levels[one] for one in members if one in levels] for members in groups.values()]
    assert len({*chain(*values)}) > 1
    cohorts = [cohort(name, members) for name, members in groups.items()]
    least = min(map(len, values))
    parameters = {**parameters, "min_reads": 1, "cohort": cohorts, "min_samples": least}
    (row,) = http.get("/compare", params=parameters).json()["rows"]
    assert (row["name"], row["role"], row["n"]) == (psi["name"], psi["kind"], [*map(len, values)])
    test = stats.mannwhitneyu(*values, method="asymptotic")
    assert (row["statistic"], row["p"]) == pytest.approx((test.statistic, test.pvalue))
    more = {**parameters, "min_samples": least + 1}
    assert http.get("/compare", params=more).json()["left_out"] == {
        "too few informative samples": 1
    }


def test_cassette_exons_are_compared_by_the_psi_of_their_samples(http, world, samples):
    chrom, first, last, strand = exon_between(world.rows)
    event = {"exon": f"{chrom}:{first}-{last}:{strand}"}
    check_event(http, event, event, samples)


def exclusive_exons(rows):
    """Two exons, one behind the other, that share the start of the junctions into them and the end of
    the junctions out of them.
    """
    exons = {}
    for row, other in product(rows, rows):
        place = [row[name] for name in ("chromosome", "strand")]
        first, last = int(row["end"]) + 1, int(other["start"]) - 1
        if place == [other[name] for name in ("chromosome", "strand")] and first <= last:
            exons.setdefault((*place, row["start"], other["end"]), []).append((first, last))
    for (chrom, strand, *_), spans in exons.items():
        for one, two in product(spans, spans):
            if one[1] < two[0] - 1:
                return [f"{chrom}:{first}-{last}:{strand}" for first, last in (one, two)]
    return None


def test_mutually_exclusive_exons_are_compared_by_the_psi_of_the_first(http, world, samples):
    exons = exclusive_exons(world.rows)
    check_event(http, {"exclusive": "/".join(exons)}, {"exon": exons}, samples)


def test_two_sets_of_junctions_are_compared_as_one_event(http, world, samples):
    rows = sorted(world.rows, key=lambda row: -int(row["samples_count"]))
    chrom = rows[0]["chromosome"]
    names = [name_of(row) for row in rows if row["chromosome"] == chrom]
    event = {"include": names[:2], "exclude": names[2:4]}
    check_event(http, event, event, samples)


@pytest.mark.parametrize("measure", ["psi", "prevalence"])
def test_an_export_has_every_test_with_the_q_values_of_all(http, world, client, server, measure):
    chrom, groups = busy(world)
    parameters = {"region": chrom, "group": groups, "measure": measure, "min_samples": 3}
    parameters["min_reads"] = 2
    answer = http.get("/compare", params={**parameters, "limit": 5_000}).json()
    export = http.get("/compare:export", params=parameters).json()
    assert answer["tested"] == len(export["rows"]) == export["complete"]["rows"] > 3
    assert export["complete"]["left_out"] == answer["left_out"]
    rows = {(row["name"], row["role"] or None): row for row in export["rows"]}
    for row in answer["rows"]:
        other = rows[row["name"], row["role"]]
        for name in ("difference", "effect", "low", "high", "statistic", "tau", "p", "q"):
            assert other[name] == row[name]
        assert [other[f"n {group}"] for group in groups] == row["n"]
        assert [other[f"level {group}"] for group in groups] == row["level"]
    with client.compared(parameters) as lines:
        text = b"".join(lines).decode()
    about, header, *body = text.splitlines()
    assert about.startswith("# ")
    assert header.split("\t") == [*export["rows"][0]]
    assert len(body) == answer["tested"]
    arguments = ["compare", chrom, "--all", "--server", server.url, "--compilation", "sim"]
    arguments += ["--measure", measure, "--min-samples", "3", "--min-reads", "2"]
    arguments += ["--group", groups[0], "--group", groups[1]]
    ran = CliRunner().invoke(program, arguments)
    assert ran.exit_code == 0, ran.output
    assert ran.stdout == text
    refused = CliRunner().invoke(program, [*arguments, "--limit", "3"])
    assert "--all and --limit exclude each other" in refused.output
