"""Filters as people write them."""

import pytest

from snapshard.errors import BadQuery
from snapshard.filters import FILTERABLE, OPERATORS, Filter, parse_filter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("samples_count>=100", Filter("samples_count", ">=", "100")),
        (" coverage_avg < 2.5 ", Filter("coverage_avg", "<", "2.5")),
        ("strand==+", Filter("strand", "=", "+")),
        ("annotated!=0", Filter("annotated", "!=", "0")),
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
        ("strand=\x00", "text without control characters"),
    ],
)
def test_a_wrong_filter_says_what_was_expected(text, expected):
    with pytest.raises(BadQuery, match=expected):
        parse_filter(text)


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
