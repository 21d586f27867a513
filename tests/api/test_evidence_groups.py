"""Evidence per group of any kind: fields, cohorts, searches, orders and limits, against the files."""

import os
from collections import defaultdict

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_evidence import columns, expected, pairs

from snapshard.__main__ import snapshard as program
from snapshard.client import Client, Truncated

CASES = settings(
    max_examples=int(os.environ.get("SNAPSHARD_TEST_CASES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def rows_of_source(world):
    """The source's rows."""
    return world.rows


@pytest.fixture(scope="module")
def samples(world):
    """The samples file."""
    return columns(next(world.source.glob("samples.tsv*")))


def naive_groups(samples, field, reads):
    """For each value of a field: the reads of its samples with the junction, and its number of samples."""
    groups = defaultdict(lambda: ([], []))
    for row in samples:
        if row[field]:
            sample = int(row["rail_id"])
            groups[row[field]][0].append(sample)
            if sample in reads:
                groups[row[field]][1].append(reads[sample])
    return {name: (counts, len(members)) for name, (members, counts) in groups.items()}


@CASES
@given(data=st.data())
def test_the_values_of_a_field_are_counted_ordered_searched_and_limited(
    data, http, rows_of_source, samples
):
    row = data.draw(st.sampled_from(rows_of_source))
    field = data.draw(
        st.sampled_from(["SMTS", "SMTSD", "SMRIN", "rail_id", "SEX"]).filter(
            lambda name: name in samples[0]
        )
    )
    text = data.draw(st.sampled_from(["", "a", "B", "1", "brain"]))
    sort = data.draw(st.sampled_from([None, "n", "share"]))
    top = data.draw(st.integers(1, 40))
    parameters = {"group_by": field, "top": top}
    parameters |= {"search": text} if text else {}
    parameters |= {"sort": sort} if sort else {}
    answer = http.get(f"/junctions/{row['snaptron_id']}/evidence", params=parameters).json()
    reads = pairs(row)
    groups = {
        name: group
        for name, group in naive_groups(samples, field, reads).items()
        if text.casefold() in name.casefold()
    }
    assert answer["grouping"] == {
        "field": field,
        "group_count": len(groups),
        "without_value": sum(not row[field] for row in samples),
    }
    assert len(answer["groups"]) == min(top, len(groups))
    assert answer["truncated"] is (len(groups) > top)
    for group in answer["groups"]:
        counts, size = groups[group["group"]]
        values = expected(counts, size)
        assert {name: group[name] for name in values} == values
        assert group["share"] == pytest.approx(len(counts) / size)
        assert group["read_share"] == pytest.approx(sum(counts) / sum(reads.values()))
    value = {"share": lambda group: len(group[0]) / group[1]}.get(sort, lambda group: len(group[0]))
    order = sorted(map(value, groups.values()), reverse=True)[:top]
    reported = [value(groups[group["group"]]) for group in answer["groups"]]
    assert reported == pytest.approx(order)


def test_a_cohort_has_its_evidence(http, rows_of_source, samples):
    row = max(rows_of_source, key=lambda row: int(row["samples_count"]))
    members = [int(sample["rail_id"]) for sample in samples[:7]]
    cohort = f"first:samples={','.join(map(str, members))}"
    (group,) = http.get(
        f"/junctions/{row['snaptron_id']}/evidence", params={"cohort": cohort}
    ).json()["groups"]
    counts = [reads for sample, reads in pairs(row).items() if sample in members]
    values = expected(counts, 7)
    assert {name: group[name] for name in values} == values


def test_without_a_choice_accessible_tissues_come_first_and_sort_changes_that(http, rows_of_source):
    row = max(rows_of_source, key=lambda row: int(row["samples_count"]))
    path = f"/junctions/{row['snaptron_id']}/evidence"
    flags = [group["accessible"] for group in http.get(path).json()["groups"]]
    assert flags == sorted(flags, reverse=True)
    shares = [group["share"] for group in http.get(path, params={"sort": "share"}).json()["groups"]]
    assert shares == sorted(shares, reverse=True)


def test_the_client_and_the_command_limit_and_order_groups(server, http, rows_of_source):
    row = max(rows_of_source, key=lambda row: int(row["samples_count"]))
    number = int(row["snaptron_id"])
    options = {"group_by": "SMTSD", "top": 3, "sort": "share"}
    answer = http.get(f"/junctions/{number}/evidence", params=options).json()
    names = [group["group"] for group in answer["groups"]]
    with Client(server.url, compilation="sim") as client, pytest.warns(Truncated):
        frame = client.evidence(number, **options)
    assert frame.index.tolist() == names
    assert frame["read_share"].tolist() == [group["read_share"] for group in answer["groups"]]
    arguments = ["evidence", str(number), "--server", server.url, "--compilation", "sim"]
    arguments += ["--group-by", "SMTSD", "--top", "3", "--sort", "share", "--all"]
    ran = CliRunner().invoke(program, arguments)
    assert ran.exit_code == 0, ran.output
    printed = [line.split("\t")[0] for line in ran.stdout.splitlines()]
    assert printed[-3:] == names
    assert "truncated" in ran.stderr
