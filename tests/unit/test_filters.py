"""Filters as people write them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.filters import FILTERABLE, OPERATORS, Filter, parse_filter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("samples_count>=100", Filter("samples_count", ">=", "100")),
        (" coverage_avg < 2.5 ", Filter("coverage_avg", "<", "2.5")),
        ("strand==+", Filter("strand", "=", "+")),
        ("annotated!=0", Filter("annotated", "!=", "0")),
        ("strand='+'", Filter("strand", "=", "+")),
        ('samples_count>="100"', Filter("samples_count", ">=", "100")),
        ("class = \u201cDA\u201d", Filter("class", "=", "DA")),
    ],
)
def test_a_filter_is_understood(text, expected):
    assert parse_filter(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("samples_count", "column, operator and value such as"),
        ("nosuch>=1", "one of the columns snaptron_id, chromosome"),
        ("samples>=1", "one of the columns"),
        ("length>=2.5", "a whole number"),
        ("length>=99999999999999999999", "a whole number"),
        ("coverage_avg>=many", "a number"),
        ("coverage_avg>=nan", "a number"),
        ("annotated=yes", "0 or 1"),
        ("strand=\x00", "[+], - or [?]"),
        ("strand!=minus", "[+], - or [?]"),
        ("strand!=", "[+], - or [?]"),
        ("strand=+-", "[+], - or [?]"),
        ("strand!=*", "[+], - or [?]"),
        ('strand="+', "[+], - or [?]"),
        ("strand>=-", "= or !=, since this is text"),
        ("class!=XX", "DA, NDA, D, A or N"),
        ("class!=", "DA, NDA, D, A or N"),
        ("class<=D", "= or !="),
        ("left_motif!=GTA", "two bases such as GT"),
        ("right_motif=", "two bases such as GT"),
        ("right_motif=XX", "two bases such as GT"),
        ("chromosome!=", "a chromosome name"),
        ("chromosome!=chr 1", "a chromosome name"),
    ],
)
def test_a_wrong_filter_says_what_was_expected(text, expected):
    with pytest.raises(BadQuery, match=expected):
        parse_filter(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("strand=+", {"+"}),
        ("strand=\u2212", {"-"}),
        ("strand=\u2013", {"-"}),
        ("strand=?", {"?", "*", "."}),
        ("strand!=?", {"?", "*", "."}),
        ("strand=*", {"+", "-", "?", "*", "."}),
        ("strand=.", {"+", "-", "?", "*", "."}),
        ("class=da", {"DA"}),
        ("class!=nDa", {"NDA"}),
        ("class=?", {""}),
        ("class=", {""}),
        ("left_motif=gt", {"GT", "Gt", "gT", "gt"}),
        ("right_motif=NN", {"NN", "Nn", "nN", "nn"}),
    ],
)
def test_a_text_filter_means_the_values_that_rows_can_have(text, stored):
    assert set(parse_filter(text).operand) == stored


def test_every_column_but_the_samples_has_all_six_operators():
    assert len(OPERATORS) == 6
    assert set(FILTERABLE) == {
        *(
            "snaptron_id",
            "chromosome",
            "start",
            "end",
            "length",
            "strand",
            "annotated",
            "left_motif",
            "right_motif",
        ),
        *(
            "left_annotated",
            "right_annotated",
            "samples_count",
            "coverage_sum",
            "coverage_avg",
            "coverage_median",
        ),
        *("source_dataset_id", "class"),
    }


@pytest.mark.parametrize("symbol", [">=", ">", "<=", "<"])
@given(
    percent=st.decimals(0, 100, places=2),
    sample_count=st.integers(0, 300),
    count=st.integers(0, 300),
)
def test_a_per_cent_of_samples_selects_as_the_fraction_does(symbol, percent, sample_count, count):
    condition = parse_filter(f"samples_count{symbol}{percent} %", sample_count=sample_count)
    of_samples = Fraction(percent) * sample_count / 100
    expected = OPERATORS[symbol](Fraction(count), of_samples)
    assert OPERATORS[condition.operator](count, condition.operand) == expected


@pytest.mark.parametrize(
    ("text", "sample_count", "expected"),
    [
        ("samples_count>=5%", None, "a number, since the number of samples is unknown"),
        ("samples_count=5%", 60, "with per cent"),
        ("samples_count>=-5%", 60, "a whole number"),
        ("coverage_sum>=5%", 60, "a whole number"),
    ],
)
def test_a_per_cent_that_means_nothing_is_refused(text, sample_count, expected):
    with pytest.raises(BadQuery, match=expected):
        parse_filter(text, sample_count=sample_count)
