"""Tests, effect sizes and false discovery rates of comparisons against SciPy, statsmodels, and the
plainest way to compute them.
"""

import doctest
import math
from collections import Counter
from itertools import pairwise, product
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep
from test_splicing import rows

from snapshard.comparison import (
    ComparedSamples,
    ComparisonRequest,
    Measure,
    benjamini_hochberg,
    cliffs_delta,
    compare_junctions,
    compare_rows,
    effects,
    false_discovery,
    fisher,
    fisher_exact,
    kruskal_wallis,
    mann_whitney,
    newcombe,
    rank_values,
    ranks,
    stream,
    tau,
)
from snapshard.comparison.read import Batch
from snapshard.errors import BadQuery
from snapshard.junction import NAMES
from snapshard.measures.events import Junctions
from snapshard.release import SampleGroup
from snapshard.rows import Rows

CASES = settings(max_examples=300, deadline=None)
VALUES = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])


@pytest.mark.parametrize("module", [effects, false_discovery, fisher, ranks])
def test_the_examples_of_the_definitions_hold(module):
    names = {"np": np, "rank_values": rank_values}
    result = doctest.testmod(module, extraglobs=names)
    assert result.attempted
    assert result.failed == 0


def matrix(lines):
    """A line for each list of groups, the values of a group at random places of its columns; NaN
    elsewhere.
    """
    width = 12
    values = np.full((len(lines), width * len(lines[0])), np.nan)
    for line, groups in enumerate(lines):
        for number, group in enumerate(groups):
            places = np.random.default_rng(line).permutation(width)[: len(group)]
            values[line, number * width + places] = group
    return values, np.repeat(np.arange(len(lines[0])), width)


def lines_of(group_count):
    group = st.lists(VALUES, min_size=2, max_size=12)
    line = st.lists(group, min_size=group_count, max_size=group_count)
    varied = line.filter(lambda groups: len({value for group in groups for value in group}) > 1)
    return st.lists(varied, min_size=1, max_size=5)


@CASES
@given(lines_of(2))
def test_mann_whitney_is_that_of_scipy(lines):
    u, p = mann_whitney(rank_values(*matrix(lines), 2))
    for line, (first, second) in enumerate(lines):
        expected = stats.mannwhitneyu(first, second, method="asymptotic")
        assert (u[line], p[line]) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-12)


@CASES
@given(st.integers(2, 5).flatmap(lines_of))
def test_kruskal_wallis_is_that_of_scipy(lines):
    h, p = kruskal_wallis(rank_values(*matrix(lines), len(lines[0])))
    for line, groups in enumerate(lines):
        expected = stats.kruskal(*groups)
        assert (h[line], p[line]) == pytest.approx(
            (expected.statistic, expected.pvalue), rel=1e-9, abs=1e-12
        )


def naive_cliff(first, second):
    """Delta and its interval from the signs of all pairs."""
    signs = [[(x > y) - (x < y) for y in second] for x in first]
    n, m, z = len(first), len(second), stats.norm.ppf(0.975)
    delta = mean(mean(row) for row in signs)
    if abs(delta) == 1:
        end = (min(n, m) - z**2) / (min(n, m) + z**2)
        return (delta, end, 1) if delta == 1 else (delta, -1, -end)
    own1 = [mean(row) for row in signs]
    own2 = [mean(row[j] for row in signs) for j in range(m)]
    a = sum((one - delta) ** 2 for one in own1) / (n - 1)
    b = sum((one - delta) ** 2 for one in own2) / (m - 1)
    c = sum((signs[i][j] - delta) ** 2 for i, j in product(range(n), range(m)))
    variance = ((m - 1) * a + (n - 1) * b + c / ((n - 1) * (m - 1))) / (n * m)
    width = z * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    scale = 1 - delta**2 + z**2 * variance
    bounds = [(delta - delta**3 + sign * width) / scale for sign in (-1, 1)]
    return delta, max(bounds[0], -1), min(bounds[1], 1)


@CASES
@given(lines_of(2))
def test_cliffs_delta_is_that_of_all_pairs(lines):
    columns = cliffs_delta(rank_values(*matrix(lines), 2))
    for line, groups in enumerate(lines):
        assert [column[line] for column in columns] == pytest.approx(naive_cliff(*groups), abs=1e-9)


@CASES
@given(st.data(), st.integers(1, 60), st.integers(1, 60))
def test_fisher_is_that_of_scipy(data, size1, size2):
    table = st.tuples(st.integers(0, size1), st.integers(0, size2))
    tables = data.draw(st.lists(table, min_size=1, max_size=6))
    p = fisher_exact(*np.array(tables).T, size1, size2)
    expected = [
        stats.fisher_exact([[one, size1 - one], [two, size2 - two]]).pvalue for one, two in tables
    ]
    assert p.tolist() == pytest.approx(expected, rel=1e-9)


@CASES
@given(st.data(), st.integers(1, 60), st.integers(1, 60))
def test_the_interval_of_a_difference_is_that_of_statsmodels(data, size1, size2):
    one, two = data.draw(st.integers(0, size1)), data.draw(st.integers(0, size2))
    difference, low, high = newcombe(one, size1, two, size2)
    expected = confint_proportions_2indep(one, size1, two, size2, method="newcomb")
    assert difference == pytest.approx(one / size1 - two / size2)
    assert (low, high) == pytest.approx(expected, abs=1e-9)


@CASES
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_values_are_those_of_statsmodels(values):
    q = benjamini_hochberg(np.array(values))
    assert q.tolist() == pytest.approx(multipletests(values, method="fdr_bh")[1].tolist())


def compared(*groups):
    return ComparedSamples(
        tuple(
            SampleGroup(number, f"g{number}", "", np.array(sorted(members), np.int64))
            for number, members in enumerate(groups)
        )
    )


READS = st.dictionaries(st.integers(1, 30), st.integers(0, 40), max_size=30)
ROWS = st.dictionaries(
    st.tuples(st.sampled_from([10, 20]), st.sampled_from([50, 60, 70]), st.sampled_from("+-?")),
    READS,
    min_size=1,
    max_size=10,
)
GROUPINGS = st.lists(st.integers(0, 3), min_size=30, max_size=30).filter(
    lambda groups: len({*groups} - {3}) > 1
)


def batch_of(junctions):
    """The junctions in genome order, as the rows of a query."""
    lists = ("".join(f",{s}:{c}" for s, c in reads.items()) for reads in junctions.values())
    spans = [(start, end) for start, end, _ in junctions]
    cells = [line.split(b"\t") for line in rows(*lists, spans=spans).text.splitlines()]
    for cell, (_, _, strand) in zip(cells, junctions, strict=True):
        cell[NAMES.index("strand")] = strand.encode()
    text = b"".join(b"\t".join(cell) + b"\n" for cell in cells)
    return Batch(Junctions(Rows(text), None), np.ones(len(cells), np.bool_))


def naive_psi(junctions, groups, min_reads, min_samples):
    """For each tested junction and role: the PSI values of every group."""
    lines = {}
    for side in (0, 1):
        for key, reads in junctions.items():
            strand = key[2]
            others = [
                other
                for name, other in junctions.items()
                if name[side] == key[side] and name[2] == strand
            ]
            if strand == "?" or len(others) == 1:
                continue
            values = []
            seen = 0
            for members in groups:
                group = []
                for sample in members:
                    total = sum(other.get(sample, 0) for other in others)
                    if total >= min_reads:
                        group.append(reads.get(sample, 0) / total)
                        seen += reads.get(sample, 0) > 0
                values.append(group)
            enough = all(len(group) >= min_samples for group in values) and seen >= min_samples
            if enough and len({value for group in values for value in group}) > 1:
                role = {"+": ("donor", "acceptor"), "-": ("acceptor", "donor")}[strand][side]
                lines[f"chr1:{key[0]}-{key[1]}:{strand}", role] = values
    return lines


@CASES
@given(ROWS, GROUPINGS, st.integers(1, 20), st.integers(2, 5))
def test_psi_is_compared_as_scipy_compares_it(junctions, grouping, min_reads, min_samples):
    numbers = sorted({*grouping} - {3})
    groups = [[s for s in range(1, 31) if grouping[s - 1] == number] for number in numbers]
    request = ComparisonRequest(compared(*groups), Measure.PSI, min_reads, min_samples)
    junctions = dict(sorted(junctions.items()))
    table = compare_junctions(batch_of(junctions), request)
    expected = naive_psi(junctions, groups, min_reads, min_samples)
    assert [*zip(table.names, table.roles, strict=True)] == [*expected]
    assert len(table) + sum(table.left_out.values()) == 2 * len(junctions)
    for line, values in enumerate(expected.values()):
        assert table.n[line].tolist() == [len(group) for group in values]
        levels = [median(group) for group in values]
        assert table.level[line].tolist() == pytest.approx(levels, abs=1e-12)
        if len(groups) == 2:
            test = stats.mannwhitneyu(*values, method="asymptotic")
            effect = naive_cliff(*values)
            assert (table.effect[line], table.low[line], table.high[line]) == pytest.approx(
                effect, abs=1e-9
            )
        else:
            test = stats.kruskal(*values)
            total = sum(map(len, values))
            assert table.effect[line] == pytest.approx(test.statistic / (total - 1), abs=1e-9)
            assert math.isnan(table.low[line])
        assert table.statistic[line] == pytest.approx(test.statistic, abs=1e-9)
        assert table.p[line] == pytest.approx(test.pvalue, rel=1e-9)
        check_tau(table.tau[line], levels)


def check_tau(value, levels):
    if not max(levels):
        assert math.isnan(value)
        return
    expected = sum(1 - level / max(levels) for level in levels) / (len(levels) - 1)
    assert value == pytest.approx(expected, abs=1e-12)


@CASES
@given(ROWS, GROUPINGS, st.integers(1, 20), st.integers(1, 5))
def test_prevalence_is_compared_as_scipy_compares_it(junctions, grouping, min_reads, min_samples):
    numbers = sorted({*grouping} - {3})
    groups = [[s for s in range(1, 31) if grouping[s - 1] == number] for number in numbers]
    request = ComparisonRequest(compared(*groups), Measure.PREVALENCE, min_reads, min_samples)
    table = compare_junctions(batch_of(junctions), request)
    expected = {}
    for (start, end, strand), reads in junctions.items():
        flags = [[reads.get(sample, 0) >= min_reads for sample in members] for members in groups]
        count, total = sum(map(sum, flags)), sum(map(len, flags))
        if count >= min_samples and count < total:
            expected[f"chr1:{start}-{end}:{strand}"] = flags
    assert list(table.names) == list(expected)
    assert len(table) + sum(table.left_out.values()) == len(junctions)
    for line, flags in enumerate(expected.values()):
        shares = [sum(group) / len(group) for group in flags]
        assert table.n[line].tolist() == [sum(group) for group in flags]
        assert table.level[line].tolist() == pytest.approx(shares)
        check_tau(table.tau[line], shares)
        if len(flags) == 2:
            counts = [[sum(group), len(group) - sum(group)] for group in flags]
            assert table.p[line] == pytest.approx(stats.fisher_exact(counts).pvalue, rel=1e-9)
            assert table.effect[line] == pytest.approx(shares[0] - shares[1])
        else:
            test = stats.kruskal(*flags)
            assert table.statistic[line] == pytest.approx(test.statistic, abs=1e-9)
            assert table.p[line] == pytest.approx(test.pvalue, rel=1e-9)


def test_a_sample_in_two_groups_is_refused():
    with pytest.raises(BadQuery, match="g0 and g1 both have it"):
        compared([1, 2], [2, 3])
    with pytest.raises(BadQuery, match="from 2 to 200 groups"):
        compared([1, 2])
    with pytest.raises(BadQuery, match="a group that has samples"):
        compared([1, 2], [])


def test_samples_with_large_ids_have_their_columns():
    samples = compared([5, 2**40], [7])
    assert samples.columns(np.array([7, 2**40, 6, 5, 2**41])).tolist() == [2, 1, -1, 0, -1]
    assert tau(np.array([[0.0, 0.0]])).tolist() == pytest.approx([math.nan], nan_ok=True)


@CASES
@given(ROWS, GROUPINGS, st.integers(1, 20), st.sampled_from(Measure), st.sets(st.integers(1, 9)))
def test_rows_that_arrive_in_parts_are_compared_as_all_at_once(
    junctions, grouping, min_reads, measure, cuts
):
    numbers = sorted({*grouping} - {3})
    groups = [[s for s in range(1, 31) if grouping[s - 1] == number] for number in numbers]
    request = ComparisonRequest(compared(*groups), measure, min_reads, 2)
    batch = batch_of(dict(sorted(junctions.items())))
    lines = batch.junctions.rows.lines()
    edges = [0, *sorted(cut for cut in cuts if cut < len(lines)), len(lines)]
    parts = [Rows(b"".join(lines[first:last])) for first, last in pairwise(edges)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "_BATCH_BYTES", 1)
        tables = [*compare_rows(parts, (), None, request)]
    expected = compare_junctions(batch, request)
    assert sorted(lines_in(*tables)) == sorted(lines_in(expected))
    left_out = Counter()
    for table in tables:
        left_out.update(table.left_out)
    assert left_out == expected.left_out


def lines_in(*tables):
    """Every line as text, so that NaN equals NaN."""
    return [
        str((name, role, level, p, effect))
        for table in tables
        for name, role, level, p, effect in zip(
            table.names,
            table.roles,
            table.level.tolist(),
            table.p.tolist(),
            table.effect.tolist(),
            strict=True,
        )
    ]
