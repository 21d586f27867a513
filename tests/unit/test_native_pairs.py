"""The C module for sample lists against the numpy code, byte for byte."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rows import COVERAGE, FIELD, SAMPLE, SAMPLES, row_text, sample_text

from snapshard import native_pairs
from snapshard.pairs import SampleSet, parse_pairs, well_formed
from snapshard.rows import Rows

LISTS = st.lists(SAMPLES.map(sample_text).map(str.encode), max_size=8)
LONG = st.integers(10**16, 10**22)
"""Numbers of which some do not fit, and whose sums are not exact as doubles."""
LINES = st.lists(st.tuples(SAMPLES, FIELD), max_size=8).map(
    lambda rows: "".join(row_text(pairs, field) for pairs, field in rows).encode()
)


CASES = settings(deadline=None)


def by_numpy(function):
    """What a function returns without the C module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native_pairs, "_pairs", None)
        return function()


def test_the_module_was_built():
    # An installation without a compiler goes on without it; the tests need it.
    assert native_pairs._pairs is not None


def everything(lists, wanted):
    """What the rest of the code reads of parsed lists."""
    pairs = parse_pairs(lists)
    kept = pairs.restrict(SampleSet(wanted))
    middle = pairs.part(len(lists) // 3, len(lists))
    return [
        (
            each.text,
            each.samples.tolist(),
            each.spans.tolist(),
            each.rows.tolist(),
            each.coverages_at(np.arange(len(each.samples))[::2]).tolist(),
            each.coverages.tolist(),
            each.with_reads().row_texts(),
            each.part(0, 1 if len(each.rows) > 1 else 0).coverages.tolist(),
        )
        for each in (pairs, kept, middle)
    ]


@CASES
@given(lists=LISTS, wanted=st.sets(SAMPLE))
def test_pairs_are_those_of_numpy(lists, wanted):
    assert native_pairs.parsed_pairs(b"".join(lists)) is not None
    assert everything(lists, wanted) == by_numpy(lambda: everything(lists, wanted))


@CASES
@given(st.text(",:0123456789x", max_size=40).map(str.encode))
def test_a_list_that_is_not_well_formed_is_left_to_numpy(text):
    assert (native_pairs.parsed_pairs(text) is not None) == well_formed(text)


@CASES
@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_a_number_that_does_not_fit_is_left_to_numpy(sample, coverage):
    fits = max(sample, coverage) < 10**18
    assert (native_pairs.parsed_pairs(b",%d:%d" % (sample, coverage)) is not None) == fits


def test_arrays_of_another_length_are_refused():
    arrays = [np.empty(size, np.int64) for size in (1, 2, 3)]
    one, two, three = arrays
    parse = native_pairs._pairs.parse_pairs
    assert parse(b",1:2,3:4", two, two.copy(), two.copy())
    for wrong in ((one, one, one), (three, three, three), (two, one, two), (two, two, three)):
        assert parse(b",1:2,3:4", *wrong) is None


@CASES
@given(
    text=LINES,
    wanted=st.sets(st.one_of(st.integers(0, 30), st.integers(0, 400_000))),
    zeros=st.booleans(),
)
def test_restricted_lines_are_those_of_numpy(text, wanted, zeros):
    samples = SampleSet(wanted)
    assert native_pairs.restricted_lines(text, 11, samples.table, zeros=zeros) is not None
    text_of = lambda: Rows(text).restrict(samples, zeros=zeros).text  # noqa: E731
    assert text_of() == by_numpy(text_of)


@CASES
@given(coverages=st.lists(st.one_of(COVERAGE, LONG), min_size=1, max_size=9), zeros=st.booleans())
def test_large_statistics_are_those_of_numpy(coverages, zeros):
    pairs = list(enumerate(coverages))
    text = row_text(pairs, "x").encode()
    samples = SampleSet(range(9))
    native = native_pairs.restricted_lines(text, 11, samples.table, zeros=zeros)
    if sum(coverages) > 2**53:
        assert native is None
    else:
        restricted = lambda: Rows(text).restrict(samples, zeros=zeros).text  # noqa: E731
        assert native == by_numpy(restricted)


@CASES
@given(st.binary(max_size=200), st.integers(0, 20), st.binary(max_size=9), st.booleans())
def test_no_text_is_read_or_written_outside_of_its_bytes(text, column, table, zeros):
    flags = np.frombuffer(table, np.uint8).astype(np.bool_)
    answer = native_pairs.restricted_lines(text, column, flags, zeros=zeros)
    assert answer is None or len(answer) <= len(text) + 128 * (text.count(b"\n") + 1)


@CASES
@given(
    st.lists(
        st.sampled_from([b"\t", b"\n", b",1:2", b",3:0", b",", b":", b"7", b"x", b"\0"]),
        max_size=60,
    ).map(b"".join)
)
def test_lines_of_any_shape_are_answered_or_left_to_numpy(text):
    answer = native_pairs.restricted_lines(text, 2, np.ones(4, np.bool_), zeros=False)
    assert answer is None or answer.count(b"\n") <= text.count(b"\n")
