"""PSI over the API, the client and the command, against a plain reading of the source's rows."""

import json
import math
import os
from collections import Counter

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from test_evidence import columns, pairs

from snapshard.__main__ import snapshard as program
from snapshard.client import Client, Refused, Truncated

CASES = settings(
    max_examples=int(os.environ.get("SNAPSHARD_TEST_CASES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def samples(world):
    """The samples file, by rail_id."""
    rows = columns(next(world.source.glob("samples.tsv*")))
    return {int(row["rail_id"]): row for row in rows}


@pytest.fixture(scope="module")
def client(server):
    with Client(server.url, compilation="sim") as client:
        yield client


def name_of(row):
    return f"GRCh38:{row['chromosome']}:{row['start']}-{row['end']}:{row['strand']}"


def reads_of(rows):
    """Reads of each sample over these rows."""
    total = Counter()
    for row in rows:
        total.update(pairs(row))
    return +total


def naive_psi(inclusion, exclusion, sizes, min_reads):
    levels = {}
    for sample in {*inclusion, *exclusion}:
        included, excluded = inclusion[sample], exclusion[sample]
        if included + excluded >= min_reads:
            share = (included / sizes[0]) / (included / sizes[0] + excluded / sizes[1])
            levels[sample] = (included, excluded, share)
    return levels


def naive_group(levels, members, sizes, of):
    """The members of a group's JSON object."""
    chosen = [levels[sample] for sample in sorted(levels) if sample in members]
    included, excluded = (sum(level[number] for level in chosen) for number in (0, 1))
    expected = {"N": of, "n": len(chosen), "inclusion": included, "exclusion": excluded}
    names = ("psi", "low", "high", "q1", "median", "q3")
    if not chosen:
        return expected | dict.fromkeys(names)
    count, total = included / sizes[0], included / sizes[0] + excluded / sizes[1]
    quartiles = pd.Series([level[2] for level in chosen]).quantile([0.25, 0.5, 0.75]).tolist()
    values = [count / total, *proportion_confint(count, total, method="wilson"), *quartiles]
    return expected | dict(zip(names, values, strict=True))


def check_event(event, levels, sizes, groups, sample_count):
    everyone = naive_group(levels, set(levels), sizes, sample_count)
    assert event["overall"] == pytest.approx(everyone, abs=1e-12)
    assert [group["group"] for group in event["groups"]] == list(groups)
    for group, members in zip(event["groups"], groups.values(), strict=True):
        numbers = {name: value for name, value in group.items() if "name" not in name}
        del numbers["group"]
        expected = naive_group(levels, members, sizes, len(members))
        assert numbers == pytest.approx(expected, abs=1e-12)


def release_groups(world):
    groups = world.index.facts.of(world.release).groups
    return {group.name: set(group.members.tolist()) for group in groups}


@CASES
@given(data=st.data())
def test_psi_of_any_junctions_is_what_their_rows_say(data, world, http, samples):
    chrom = data.draw(st.sampled_from(sorted({row["chromosome"] for row in world.rows})))
    rows = [row for row in world.rows if row["chromosome"] == chrom]
    numbers = st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=6, unique=True)
    chosen = [rows[number] for number in data.draw(numbers)]
    cut = data.draw(st.integers(1, len(chosen) - 1))
    min_reads = data.draw(st.integers(1, 40))
    sides = chosen[:cut], chosen[cut:]
    answer = http.get(
        "/psi",
        params={
            "include": [name_of(row) for row in sides[0]],
            "exclude": [name_of(row) for row in sides[1]],
            "min_reads": min_reads,
            "samples": "true",
        },
    ).json()
    (event,) = answer["events"]
    sizes = event["inclusion"]["size"], event["exclusion"]["size"]
    inclusion, exclusion = (reads_of(side) for side in sides)
    levels = naive_psi(inclusion, exclusion, sizes, min_reads)
    check_event(event, levels, sizes, release_groups(world), len(samples))
    assert [row["rail_id"] for row in event["samples"]] == sorted(levels)
    for row in event["samples"]:
        included, excluded, share = levels[row["rail_id"]]
        count, total = included / sizes[0], included / sizes[0] + excluded / sizes[1]
        low, high = proportion_confint(count, total, method="jeffreys")
        expected = (share, low if included else 0, high if excluded else 1)
        assert (row["psi"], row["low"], row["high"]) == pytest.approx(expected, abs=1e-9)


def test_each_junction_of_a_site_is_measured_against_the_others(world, http, samples):
    sites = Counter((row["chromosome"], row["start"], row["strand"]) for row in world.rows)
    (chrom, start, strand), count = sites.most_common(1)[0]
    assert count > 2
    rows = [
        row
        for row in world.rows
        if (row["chromosome"], row["start"], row["strand"]) == (chrom, start, strand)
    ]
    site = f"{chrom}:{start}:{strand}"
    answer = http.get("/psi", params={"site": site, "min_reads": 5}).json()
    kind = {"+": "donor", "-": "acceptor"}[strand]
    events = [event for event in answer["events"] if event["kind"] == kind]
    assert sorted(event["name"] for event in events) == sorted(map(name_of, rows))
    for event in events:
        own = [row for row in rows if name_of(row) == event["name"]]
        others = [row for row in rows if name_of(row) != event["name"]]
        levels = naive_psi(reads_of(own), reads_of(others), (1, 1), 5)
        check_event(event, levels, (1, 1), release_groups(world), len(samples))
    reads = [event["overall"]["inclusion"] for event in events]
    cut = http.get("/psi", params={"site": site, "limit": 1})
    assert cut.json()["truncated"] is True
    assert cut.headers["Snapshard-Truncated"] == "true"
    assert max(reads) == reads[0]
    unescaped = http.get(f"/psi?site={site}&min_reads=5").json()
    assert unescaped["events"] == answer["events"]


def exon_between(rows):
    """A cassette exon of these rows, with its strand."""
    keys = {(row["chromosome"], row["start"], row["end"], row["strand"]) for row in rows}
    for chrom, start, end, strand in sorted(keys):
        for other_chrom, first, last, other_strand in keys:
            same = (chrom, strand) == (other_chrom, other_strand)
            if same and int(first) > int(end) + 1 and (chrom, start, last, strand) in keys:
                return chrom, int(end) + 1, int(first) - 1, strand
    return None


def test_a_cassette_exon_is_measured_by_its_flanks(world, http, samples):
    chrom, first, last, strand = exon_between(world.rows)
    rows = [row for row in world.rows if (row["chromosome"], row["strand"]) == (chrom, strand)]
    into = [row for row in rows if int(row["end"]) == first - 1]
    out_of = [row for row in rows if int(row["start"]) == last + 1]
    starts, ends = {row["start"] for row in into}, {row["end"] for row in out_of}
    skips = [row for row in rows if row["start"] in starts and row["end"] in ends]
    (event,) = http.get("/psi", params={"exon": f"{chrom}:{first}-{last}:{strand}"}).json()[
        "events"
    ]
    assert event["kind"] == "cassette exon"
    assert sorted(event["inclusion"]["junctions"]) == sorted(map(name_of, into + out_of))
    assert sorted(event["exclusion"]["junctions"]) == sorted(map(name_of, skips))
    levels = naive_psi(reads_of(into + out_of), reads_of(skips), (2, 1), 10)
    check_event(event, levels, (2, 1), release_groups(world), len(samples))


def two_rows(world):
    """Two junctions of one donor or acceptor, by name, that many samples have."""
    rows = sorted(world.rows, key=lambda row: -int(row["coverage_sum"]))
    chosen = [row for row in rows if row["chromosome"] == rows[0]["chromosome"]][:2]
    return chosen, {"include": name_of(chosen[0]), "exclude": name_of(chosen[1]), "min_reads": 2}


def test_groups_are_those_of_a_field_of_cohorts_or_of_names(world, http, samples):
    (first, second), event = two_rows(world)
    levels = naive_psi(reads_of([first]), reads_of([second]), (1, 1), 2)
    field = "SMTSD"
    answer = http.get("/psi", params=event | {"group_by": field}).json()
    groups = {}
    for sample, row in samples.items():
        if row[field]:
            groups.setdefault(row[field], set()).add(sample)
    in_order = [group["group"] for group in answer["events"][0]["groups"]]
    assert sorted(in_order) == sorted(groups)
    counts = [group["n"] for group in answer["events"][0]["groups"]]
    assert counts == sorted(counts, reverse=True)
    ordered = {name: groups[name] for name in in_order}
    sizes = tuple(answer["events"][0][side]["size"] for side in ("inclusion", "exclusion"))
    levels = naive_psi(reads_of([first]), reads_of([second]), sizes, 2)
    check_event(answer["events"][0], levels, sizes, ordered, len(samples))
    assert answer["grouping"]["field"] == field

    few = http.get("/psi", params=event | {"group_by": field, "top": 2}).json()
    assert few["events"][0]["groups"] == answer["events"][0]["groups"][:2]
    assert few["truncated"] is True
    text = in_order[0][:4].upper()
    some = http.get("/psi", params=event | {"group_by": field, "search": text}).json()
    assert [group["group"] for group in some["events"][0]["groups"]] == [
        name for name in in_order if text in name.upper()
    ]

    chosen = sorted(samples)[5:30]
    cohorts = [
        f"mine:samples={','.join(map(str, chosen))}",
        f"tissue:SMTS={samples[chosen[0]]['SMTS']}",
    ]
    name = next(iter(release_groups(world)))
    answer = http.get("/psi", params=event | {"group": name, "cohort": cohorts}).json()
    tissue = {
        sample for sample, row in samples.items() if row["SMTS"] == samples[chosen[0]]["SMTS"]
    }
    expected = {name: release_groups(world)[name], "mine": set(chosen), "tissue": tissue}
    check_event(answer["events"][0], levels, sizes, expected, len(samples))


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({}, 400, "include and exclude, or exon, or site"),
        ({"include": "chr1:1-5"}, 400, "include and exclude, or exon, or site"),
        ({"site": "chr1:5-9"}, 400, "chromosome:position"),
        ({"exon": "chr1"}, 400, "start-end"),
        ({"exon": "chr99:5-9"}, 404, "chr99"),
        ({"exon": "chr1:5-9", "group": "Nowhere"}, 404, "Nowhere"),
        ({"exon": "chr1:5-9", "group_by": "nothing"}, 400, "one of rail_id"),
        ({"exon": "chr1:5-9", "group_by": "SMTS", "group": "Brain"}, 400, "not both"),
        ({"exon": "chr1:5-9", "cohort": "old"}, 400, "NAME:CONDITION;CONDITION"),
        ({"exon": "chr1:5-9", "cohort": "old:AGE"}, 400, "field, operator"),
        ({"exon": "chr1:5-9", "cohort": "mine:samples=1,x"}, 400, "rail_ids separated by commas"),
        ({"exon": "chr1:5-9", "cohort": "mine:samples=987654321"}, 400, "987654321"),
        ({"exon": "chr1:5-9", "cohort": "no:SMTS=Qqq"}, 400, "at least one sample"),
        ({"exon": "chr1:5-9", "min_reads": "0"}, 400, "min_reads"),
    ],
)
def test_a_wrong_request_is_told_what_was_expected(parameters, status, words, http):
    answer = http.get("/psi", params=parameters)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_an_event_without_reads_has_no_psi_but_all_groups(http, world):
    (event,) = http.get("/psi", params={"exon": "chr1:5-9"}).json()["events"]
    assert event["inclusion"] == {"junctions": [], "count": 0, "size": 2}
    assert event["overall"]["n"] == 0
    assert event["overall"]["psi"] is None
    assert [group["group"] for group in event["groups"]] == list(release_groups(world))


def test_the_client_and_the_command_give_the_numbers_of_the_api(world, http, client, server):
    _, event = two_rows(world)
    answer = http.get("/psi", params=event | {"samples": "true"}).json()["events"][0]
    frame = client.psi(**event)
    assert frame["group"].tolist() == [group["group"] for group in answer["groups"]]
    for column in ("n", "N", "inclusion", "psi", "low", "high", "q1", "median", "q3"):
        expected = [
            math.nan if group[column] is None else group[column] for group in answer["groups"]
        ]
        assert frame[column].tolist() == pytest.approx(expected, nan_ok=True)
    assert frame.attrs["events"][0]["overall"] == answer["overall"]
    assert (frame.attrs["release"], frame.attrs["min_reads"]) == (world.release.name, 2)
    per_sample = client.psi(**event, samples=True)
    assert per_sample["psi"].tolist() == [row["psi"] for row in answer["samples"]]
    with pytest.warns(Truncated):
        client.psi(**event, group_by="SMTSD", top=1)
    with pytest.raises(Refused, match="include and exclude"):
        client.psi()

    options = ["--include", event["include"], "--exclude", event["exclude"], "--min-reads", "2"]
    where = ["--server", server.url, "--compilation", "sim"]
    run = CliRunner().invoke(program, ["psi", *options, *where])
    head, everyone, *lines = [line.split("\t") for line in run.stdout.splitlines()]
    assert head[:4] == ["event", "group", "n", "N"]
    assert everyone[1:4] == [
        "all samples",
        str(answer["overall"]["n"]),
        str(len(answer["samples"]) and 60),
    ]
    assert [line[1] for line in lines] == [group["group"] for group in answer["groups"]]
    run = CliRunner().invoke(program, ["psi", *options, *where, "--samples", "--json"])
    assert json.loads(run.stdout)["events"][0] == answer
    run = CliRunner().invoke(
        program, ["psi", *options, *where, "--group-by", "SMTSD", "--top", "1"]
    )
    assert run.stderr == "snapshard: truncated; there are more (set --limit or --top)\n"
