"""Stable names: what is understood, what is refused, and that a name reads back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.name import JunctionName, parse_name
from snapshard.region import Region

REGION = Region("chr2", 71548830, 71549349)


@pytest.mark.parametrize(
    ("text", "strand"),
    [
        ("GRCh38:chr2:71548830-71549349:+", "+"),
        ("hg38:chr2:71,548,830-71,549,349:-", "-"),
        ("chr2:71548830-71549349:?", "?"),
        ("2:71548830–71549349", None),
        (" chr2:71548830-71549349 ", None),
    ],
)
def test_names_as_people_write_them(text, strand):
    assert parse_name(text, "GRCh38") == JunctionName("GRCh38", REGION, strand)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chr2",
        "chr2:5",
        "hg19:chr2:5-9:+",
        "GRCh37:chr2:5-9",
        "chr2:9-5",
        "chr2:0-5",
        "chr2:5-9:x",
        "a:b:chr2:5-9",
        "chr2:5-9:+:",
    ],
)
def test_what_is_no_name_of_this_assembly_is_refused(text):
    with pytest.raises(BadQuery):
        parse_name(text, "GRCh38")


@given(
    st.integers(1, 2_000_000_000),
    st.integers(0, 100_000_000),
    st.sampled_from([None, "+", "-", "?"]),
)
def test_a_name_reads_back(start, more, strand):
    name = JunctionName("GRCh38", Region("chrX", start, start + more), strand)
    assert parse_name(str(name), "GRCh38") == name
