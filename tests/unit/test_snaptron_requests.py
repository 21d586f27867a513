"""Requests of the Snaptron protocol, taken apart."""

import pytest

from snapshard.catalog import SampleFilter
from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.rows import Rows
from snapshard_ui.snaptron.json_clauses import parse_clauses
from snapshard_ui.snaptron.numbers import short_decimals, three_decimals
from snapshard_ui.snaptron.query_text import ROW_PARAMETERS, decode_query, split_bulk
from snapshard_ui.snaptron.query_text import parse_query as parse_text
from snapshard_ui.snaptron.rfilters import parse_rfilters
from snapshard_ui.snaptron.row_formats import prefixed
from snapshard_ui.snaptron.sfilters import parse_sfilters


def parse(text):
    return parse_text(text, allowed=ROW_PARAMETERS)


def test_a_query_is_decoded_once_before_it_is_split():
    assert decode_query("regions%3Dchr1%3A1-9%26header%3D0") == "regions=chr1:1-9&header=0"
    assert decode_query("rfilter=strand:+") == "rfilter=strand:+"
    assert decode_query("%22CD99%22'") == "CD99"
    assert decode_query("a%2525") == "a%25"


def test_repeated_lists_are_joined_and_of_the_rest_the_last_wins():
    asked = parse("regions=a,b&regions=c&ids=1&id=2&header=1&header=0&rfilter=x>1&rfilter=y:2")
    assert (asked.regions, asked.ids, asked.header) == (("a", "b", "c"), ("1", "2"), 0)
    assert asked.rfilters == ("x>1", "y:2")


def test_filters_are_decoded_twice():
    assert parse("rfilter=samples_count%3E:3").rfilters == ("samples_count>:3",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nosuch=1",
        "header",
        "a=b=c",
        "header=x",
        "header=0&&ids=1",
        "&ids=1",
        "calc_op=max",
        "limit=3",
        "header=0=1",
    ],
)
def test_what_is_no_query_is_refused(text):
    with pytest.raises(BadQuery):
        parse(text)


def test_a_separator_at_the_end_and_a_number_that_is_overruled_do_no_harm():
    assert parse("ids=1&header=x&header=0&").header == 0


def test_every_list_of_samples_stays_its_own():
    assert parse("sids=Brain&sids=0,3").sids == (("Brain",), ("0", "3"))


def test_bulk_queries_are_split_only_where_a_group_is_named():
    assert split_bulk("group=a&x=1|||group=b") == ["group=a&x=1", "group=b"]
    assert split_bulk("regions=a|||b") == ["regions=a|||b"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("header=0", Match.OVERLAP),
        ("contains=2", Match.CONTAINS),
        ("either=1", Match.START),
        ("either=2", Match.END),
        ("either=3", Match.OVERLAP),
        ("contains=1&either=1", Match.CONTAINS),
        ("contains=1&exact=1&either=2", Match.EXACT),
        ("contains=1&contains=0", Match.OVERLAP),
    ],
)
def test_of_coordinate_conditions_the_narrowest_holds(text, match):
    assert parse(text).match is match


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("samples_count>:5", Filter("samples_count", ">=", "5")),
        ("coverage_avg!:4.333", Filter("coverage_avg", "!=", "4.333")),
        ("samples_count: 3", Filter("samples_count", "=", "3")),
        ("annotated!:1", Filter("annotated", "!=", "1")),
        ("left_annotated:gC38", Filter("left_annotated", "=", "1")),
        ("right_annotated:0", Filter("right_annotated", "=", "0")),
    ],
)
def test_row_filters(text, expected):
    assert parse_rfilters([text], restricted=False).filters == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "samples_count",
            "strand!:+",
            "left_annotated!:1",
            "samples_count>=3",
            "samples_count:",
            "a>1>2",
            "annotated:gC38",
        ],
        *["samples_count><3", "length:2.5"],
    ],
)
def test_what_is_no_row_filter_is_refused(text):
    with pytest.raises(BadQuery):
        parse_rfilters([text], restricted=False)


@pytest.mark.parametrize(
    "text", ["start>:1", "nosuch:1", ":1", "nosuch><1", "snaptron_id:5-7", "source_dataset_id:x"]
)
def test_what_shows_only_behind_the_header_is_kept_until_then(text):
    assert parse_rfilters([text], restricted=False).late_error is not None


def test_ids_may_be_listed_in_a_filter():
    assert parse_rfilters(["snaptron_id:5-7", "length>1"], restricted=True).ids == ("5", "7")
    assert parse_rfilters(["snaptron_id:5"], restricted=False).filters == (
        Filter("snaptron_id", "=", "5"),
    )


def rows_with(*pairs):
    lines = ["\t".join(["x"] * 14 + [mean, median, "2"]) + "\n" for mean, median in pairs]
    return Rows("".join(lines).replace("\t14", "\t14").encode())


def decimals(rows):
    return [tuple(line.split("\t")[-3:-1]) for line in rows.text.decode().split("\n")[:-1]]


def test_decimals_of_filtered_rows_are_three():
    assert decimals(three_decimals(rows_with(("4", "4.5"), ("1.23456", "2.0")))) == [
        ("4.000", "4.500"),
        ("1.235", "2.000"),
    ]
    unchanged = rows_with(("4.000", "14.500"))
    assert three_decimals(unchanged) is unchanged


def test_decimals_of_ids_are_short():
    texts = [("4.333", "5.000"), ("15.300", "100000000000"), ("0.000", "99999999999.5")]
    assert decimals(short_decimals(rows_with(*texts))) == [
        ("4.333", "5.0"),
        ("15.3", "1e+11"),
        ("0.0", "99999999999.5"),
    ]


def test_every_line_gets_its_prefix():
    assert prefixed(b"a\nb\n", "X:I") == b"X:I\ta\nX:I\tb\n"
    assert prefixed(b"", "X:I") == b""


def test_clauses():
    (asked,) = parse_clauses(
        '[{"intervals":["chr1:1-9","chr2:1-9"],"samples_count":[{"op":">:","val":3}],"ids":["4"],"other":1}]'
    )
    assert (asked.regions, asked.ids, asked.rfilters) == (
        ("chr1:1-9",),
        ("4",),
        ("samples_count>:3",),
    )
    nested, flat = (
        parse_clauses(f'[{{"metadata_keywords":{text}}}]')[0].sfilters
        for text in ('[["a:b"]]', '["a:b"]')
    )
    assert nested == flat == ("a:b",)
    (strand,) = parse_clauses('[{"strand":[{"op":":","val":" "}]}]')
    assert strand.rfilters == ("strand:+",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SMTS:Brain", SampleFilter("SMTS", "=", "Brain")),
        ("SMRIN>:7", SampleFilter("SMRIN", ">=", "7")),
        ("SMRIN<:7", SampleFilter("SMRIN", "<=", "7")),
        ("SMRIN>7", SampleFilter("SMRIN", ">", "7")),
        ("SMRIN<7", SampleFilter("SMRIN", "<", "7")),
        ("name!:a b ", SampleFilter("name", "!=", "a b ")),
        ("name:", SampleFilter("name", "=", "")),
    ],
)
def test_sample_filters_become_the_librarys(text, expected):
    assert parse_sfilters([text]) == [expected]


@pytest.mark.parametrize("text", ["cortex", "name:a:b", ":x", "name=x"])
def test_what_is_no_sample_filter_is_refused(text):
    with pytest.raises(BadQuery, match="sfilter: expected field, one of >:"):
        parse_sfilters([text])
