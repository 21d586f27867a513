"""PSI per sample and group, its intervals and events, against the plainest way to compute them."""

import doctest
import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from test_splicing import rows

from snapshard.errors import BadQuery
from snapshard.measures import (
    EventRequest,
    Exon,
    confidence,
    events,
    group_psi,
    jeffreys,
    overall_psi,
    psi,
    sample_psi,
    wilson,
)
from snapshard.measures.events import Junctions, chain_size
from snapshard.measures.splicing import SampleSums
from snapshard.membership import Membership
from snapshard.name import parse_name
from snapshard.region import Region

READS = st.dictionaries(st.integers(0, 15), st.integers(0, 60), max_size=12)
GROUPS = st.lists(st.sets(st.integers(0, 15), max_size=8), min_size=1, max_size=4)
CASES = settings(max_examples=300, deadline=None)


@pytest.mark.parametrize("module", [psi, confidence, events])
def test_the_examples_of_the_definitions_hold(module):
    from snapshard.measures.splicing import sample_sums

    names = {"rows": rows, "np": np, "sample_sums": sample_sums}
    result = doctest.testmod(module, extraglobs=names)
    assert result.attempted
    assert result.failed == 0


def sums(reads):
    samples = sorted(sample for sample, number in reads.items() if number)
    return SampleSums(
        np.array(samples, np.int64), np.array([reads[sample] for sample in samples], np.int64)
    )


def naive_levels(inclusion, exclusion, sizes, min_reads):
    """Reads and PSI of every informative sample."""
    levels = {}
    for sample in {*inclusion, *exclusion}:
        included, excluded = inclusion.get(sample, 0), exclusion.get(sample, 0)
        if included + excluded >= max(min_reads, 1):
            share = (included / sizes[0]) / (included / sizes[0] + excluded / sizes[1])
            levels[sample] = (included, excluded, share)
    return levels


def naive_quantile(values, share):
    ordered = sorted(values)
    position = (len(ordered) - 1) * share
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


@CASES
@given(READS, READS, st.tuples(st.integers(1, 3), st.integers(1, 3)), st.integers(0, 30), GROUPS)
def test_psi_of_samples_and_groups_is_what_the_reads_say(
    inclusion, exclusion, sizes, min_reads, groups
):
    levels = sample_psi(
        sums(inclusion),
        sums(exclusion),
        inclusion_size=sizes[0],
        exclusion_size=sizes[1],
        min_reads=min_reads,
    )
    expected = naive_levels(inclusion, exclusion, sizes, min_reads)
    assert levels.samples.tolist() == sorted(expected)
    assert levels.psi.tolist() == pytest.approx([expected[one][2] for one in sorted(expected)])
    membership = Membership(dict(enumerate(groups)))
    table = group_psi(levels, membership, len(groups))
    for number, members in enumerate(groups):
        check_group(table, number, {s: expected[s] for s in expected if s in members}, sizes)
    check_group(overall_psi(levels), 0, expected, sizes)


def check_group(table, number, levels, sizes):
    """The numbers of one group against those of its samples."""
    assert table.n[number] == len(levels)
    included = sum(level[0] for level in levels.values())
    excluded = sum(level[1] for level in levels.values())
    assert (table.inclusion[number], table.exclusion[number]) == (included, excluded)
    shares = [level[2] for level in levels.values()]
    if not shares:
        assert np.isnan([table.psi[number], table.low[number], table.median[number]]).all()
        return
    count, total = included / sizes[0], included / sizes[0] + excluded / sizes[1]
    low, high = proportion_confint(count, total, method="wilson")
    quartiles = [naive_quantile(shares, share) for share in (0.25, 0.5, 0.75)]
    values = [table.psi, table.low, table.high, table.q1, table.median, table.q3]
    assert [column[number] for column in values] == pytest.approx(
        [count / total, low, high, *quartiles], abs=1e-12
    )


@CASES
@given(st.integers(0, 500), st.integers(0, 500))
def test_intervals_are_those_of_statsmodels(successes, failures):
    trials = successes + failures
    if not trials:
        assert np.isnan([*wilson(0, 0), *jeffreys(0, 0)]).all()
        return
    assert [*wilson(successes, trials)] == pytest.approx(
        proportion_confint(successes, trials, method="wilson"), abs=1e-12
    )
    low, high = jeffreys(successes, trials)
    expected_low, expected_high = proportion_confint(successes, trials, method="jeffreys")
    assert low == pytest.approx(expected_low if successes else 0, abs=1e-12)
    assert high == pytest.approx(expected_high if failures else 1, abs=1e-12)


@CASES
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 12)), max_size=7))
def test_the_size_of_a_side_is_its_longest_chain_of_junctions(spans):
    spans = [(start, start + length) for start, length in spans]
    chains = [
        len(chosen)
        for number in range(1, len(spans) + 1)
        for chosen in combinations(sorted(spans), number)
        if all(left[1] + 1 < right[0] for left, right in pairwise(chosen))
    ]
    assert chain_size(spans) == max(chains, default=1)


CASSETTE = ((100, 200), (251, 300), (100, 300), (50, 200), (251, 400), (90, 310), (50, 400))


def junctions(spans, samples=None):
    lists = samples or [f",{number}:10" for number in range(len(spans))]
    return Junctions(rows(*lists, spans=spans), "GRCh38")


def test_a_cassette_exon_has_its_flanks_and_what_skips_from_flank_to_flank():
    event = events.cassette_event(junctions(CASSETTE), Exon(Region("chr1", 201, 250)))
    assert (event.inclusion.size, event.exclusion.size) == (2, 1)
    assert [name.split(":")[2] for name in event.inclusion.junctions] == [
        "100-200",
        "251-300",
        "50-200",
        "251-400",
    ]
    assert [name.split(":")[2] for name in event.exclusion.junctions] == ["100-300", "50-400"]
    assert event.exclusion.reads.samples.tolist() == [2, 6]


def test_an_event_is_of_its_strand():
    other = Exon(Region("chr1", 201, 250), "-")
    event = events.cassette_event(junctions(CASSETTE), other)
    assert (event.inclusion.junctions, event.exclusion.junctions) == ((), ())


def test_mutually_exclusive_exons_share_their_flanks():
    spans = ((100, 200), (251, 500), (100, 300), (351, 500), (80, 300), (251, 520), (100, 500))
    first, second = Exon(Region("chr1", 201, 250)), Exon(Region("chr1", 301, 350))
    event = events.exclusive_event(junctions(spans), first, second)
    assert (event.inclusion.size, event.exclusion.size) == (2, 2)
    assert [name.split(":")[2] for name in event.inclusion.junctions] == ["100-200", "251-500"]
    assert [name.split(":")[2] for name in event.exclusion.junctions] == ["100-300", "351-500"]
    with pytest.raises(BadQuery, match="an exon beside chr1:201-250"):
        events.exclusive_event(junctions(spans), first, Exon(Region("chr1", 250, 260)))


def test_each_junction_of_a_site_is_measured_against_all_others():
    spans = ((100, 200), (100, 300), (100, 400))
    site = junctions(spans, [",1:10,2:4", ",1:30", ",2:6,3:1"])
    first, second = events.site_events(site, "donor", limit=2)
    assert first.name == "GRCh38:chr1:100-300:+"
    assert second.name == "GRCh38:chr1:100-200:+"
    assert dict(zip(first.exclusion.reads.samples, first.exclusion.reads.reads, strict=True)) == {
        1: 10,
        2: 10,
        3: 1,
    }
    assert sample_psi(first.inclusion.reads, first.exclusion.reads).psi.tolist() == [0.75, 0.0]


def test_an_absent_junction_has_no_reads_but_counts_in_the_size():
    names = [
        parse_name(text, "GRCh38") for text in ("chr1:100-200:+", "chr1:251-300", "chr1:100-300")
    ]
    event = events.junction_event(junctions([(100, 200), (100, 300)]), names[:2], names[2:])
    assert (event.inclusion.size, event.exclusion.size) == (2, 1)
    assert event.inclusion.junctions == ("GRCh38:chr1:100-200:+",)
    with pytest.raises(BadQuery, match="a junction that include does not have"):
        events.junction_event(junctions([(100, 200)]), names[:1], names[:1])
    elsewhere = [parse_name("chr2:5-9", "GRCh38")]
    with pytest.raises(BadQuery, match="a junction of chr1"):
        events.junction_event(junctions([(100, 200)]), names[:1], elsewhere)


def test_a_request_has_exactly_one_form():
    exon, name = Exon(Region("chr1", 5, 9)), parse_name("chr1:5-9", "GRCh38")
    for form in (
        {},
        {"include": (name,)},
        {"exclude": (name,)},
        {"exons": (exon,), "include": (name,)},
    ):
        with pytest.raises(BadQuery, match="include and exclude, or exon, or site"):
            EventRequest(**form)
    with pytest.raises(BadQuery, match="one exon"):
        EventRequest(exons=(exon,) * 3)
