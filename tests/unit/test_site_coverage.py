"""The coverage of a junction's place and its verdict, against naive counts and against R."""

import shutil
import statistics
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.measures import (
    Basis,
    PlaceReads,
    Thresholds,
    Verdict,
    measure_coverage,
    reads_by_sample,
    upper_bound,
    verdict_of,
)
from snapshard.rows import Rows

CASES = settings(max_examples=300, deadline=None)
SAMPLES = np.array([3, 5, 8, 13, 21, 34])
LISTS = st.dictionaries(st.sampled_from(SAMPLES.tolist()), st.integers(1, 60))
TEXTS = LISTS.map(lambda reads: "".join(f",{s}:{c}" for s, c in reads.items()))
ARRAYS = st.lists(st.integers(0, 40), min_size=6, max_size=6).map(np.array)
PLACES = st.builds(
    PlaceReads,
    st.none() | ARRAYS,
    st.none() | ARRAYS,
    st.none() | ARRAYS.map(lambda reads: reads / 2),
    st.none() | ARRAYS,
)


def rows(texts):
    """Rows with these sample lists and nothing else of interest."""
    lines = (f"1\tchr1\t1\t2\t2\t+\t1\tGT\tAG\t1\t1\t{text}\t0\t0\t0\t0\t0\n" for text in texts)
    return Rows("".join(lines).encode())


@CASES
@given(st.lists(TEXTS, min_size=1, max_size=9), st.data())
def test_reads_of_samples_are_the_sums_of_their_pairs(texts, data):
    numbers = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, unique=True))
    sums = dict.fromkeys(SAMPLES.tolist(), 0)
    for text in (texts[number] for number in numbers):
        for pair in text.split(",")[1:]:
            sample, coverage = map(int, pair.split(":"))
            sums[sample] += coverage
    result = reads_by_sample(*rows(texts).pairs.of_rows(numbers), SAMPLES)
    assert result.tolist() == list(sums.values())


@CASES
@given(PLACES, st.lists(st.integers(0, 5), unique=True), st.integers(1, 30))
def test_the_coverage_is_what_a_loop_over_samples_gives(place, members, least):
    coverage = measure_coverage(place, members, Thresholds(min_reads=least))
    sites = [reads for reads in (place.start, place.end) if reads is not None]
    if sites:
        either = [max(reads[member] for reads in sites) for member in members]
        assert coverage.covered == tuple(sum(n >= step for n in either) for step in (10, 20))
        deciding, basis = either, Basis.SITES
    elif place.gene is not None:
        deciding, basis = [place.gene[member] for member in members], Basis.GENE
    else:
        deciding, basis = [], Basis.NONE
    assert (coverage.sample_count, place.basis) == (len(members), basis)
    assert coverage.informative == sum(n >= least for n in deciding)
    for reads, median in (
        (place.start, coverage.start_median),
        (place.end, coverage.end_median),
        (place.gene, coverage.gene_median),
        (place.expression, coverage.expression_median),
    ):
        known = reads is not None and members
        assert median == (statistics.median(reads[members].tolist()) if known else None)


@pytest.mark.parametrize(
    ("seen", "informative", "verdict"),
    [(1, 0, Verdict.SEEN), (0, 10, Verdict.ABSENT), (0, 9, Verdict.UNINFORMATIVE)],
)
def test_a_verdict_of_absence_needs_informative_samples(seen, informative, verdict):
    reads = np.array([20] * informative + [19] * 3)
    thresholds = Thresholds(min_reads=20, min_samples=10)
    coverage = measure_coverage(PlaceReads(reads, None, None), range(len(reads)), thresholds)
    assert verdict_of(seen, coverage, thresholds) is verdict


@pytest.mark.skipif(not shutil.which("Rscript"), reason="no Rscript (apt install r-base-core)")
def test_the_upper_bound_is_that_of_binom_test_in_r():
    counts = [1, 2, 10, 59, 475, 9_662]
    script = (
        f"for (n in c({','.join(map(str, counts))}))"
        " cat(binom.test(0, n, alternative='less')$conf.int[2], '\n')"
    )
    command = ["Rscript", "-e", script]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [upper_bound(n) for n in counts] == pytest.approx(
        [float(word) for word in text.split()], rel=1e-5
    )


def test_without_an_informative_sample_the_bound_is_1():
    assert upper_bound(0) == 1.0


@pytest.mark.parametrize("name", ["min_reads", "min_samples"])
def test_thresholds_below_1_are_refused(name):
    with pytest.raises(BadQuery, match=f"{name}.*0"):
        Thresholds(**{name: 0})
