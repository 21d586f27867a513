"""Stable names: what is understood, what is refused, and that a name reads back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.name import JunctionName, is_stable_name, parse_name
from snapshard.region import Region

REGION = Region("chr2", 71548830, 71549349)


@pytest.mark.parametrize(
    ("text", "strand"),
    [
        ("GRCh38:chr2:71548830-71549349:+", "+"),
        ("hg38:chr2:71,548,830-71,549,349:-", "-"),
        ("GRCh38.p13:chr2:71548830-71549349:+", "+"),
        ("GCF_000001405.39:2:71548830-71549349:+", "+"),
        ("GRCh38:NC_000002.12:71548830-71549349:+", "+"),
        ("chr2:71548830\u221271549349:+", "+"),
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
        "chr2:100:5-9",
        "chr2:5,0-9,0",
        "GRCh38:NC_000002.11:5-9",
        "chr2:242193520-242193530:+",
    ],
)
def test_what_is_no_name_of_this_assembly_is_refused(text):
    with pytest.raises(BadQuery):
        parse_name(text, "GRCh38")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GRCh38:chr2:5-9:+", "chr2:5-9:+"),
        ("mm10:2:5-9", "chr2:5-9"),
        ("TAIR10:2:5-9", "chr2:5-9"),
        ("chr2:5-9:-", "chr2:5-9:-"),
        ("HLA-A*01:01:01:01:5-9:-", "HLA-A*01:01:01:01:5-9:-"),
    ],
)
def test_a_name_without_a_known_assembly_states_none(text, name):
    assert str(parse_name(text, None)) == name


@pytest.mark.parametrize(
    ("text", "stable"),
    [
        ("GRCh38:chr2:5-9", True),
        ("chr2:5-9:+", True),
        ("chr2:5-9:\u2212", True),
        ("HLA-A*01:01:01:01:5-9:+", True),
        ("GRCh38:HLA-A*01:01:01:01:5-9", True),
        ("chr2:5-9", False),
        ("HLA-A*01:01:01:01:5-9", False),
        ("chr2", False),
        ("chr2:5-9;chr3:7-8", False),
    ],
)
def test_a_name_is_told_from_a_region_by_its_assembly_or_strand(text, stable):
    assert is_stable_name(text) is stable


@given(
    st.sampled_from(["chrX", "HLA-A*01:01:01:01", "chrUn_KI270302v1", "spike|1"]),
    st.integers(1, 2_000),
    st.integers(0, 200),
    st.sampled_from([None, "+", "-", "?"]),
    st.sampled_from([None, "GRCh38", "hg38", "GRCh38.p14", "TAIR10"]),
)
def test_a_name_reads_back(chrom, start, more, strand, assembly):
    name = JunctionName(assembly, Region(chrom, start, start + more), strand)
    assert parse_name(str(name), assembly) == name
    assert parse_name(str(name), None).region == name.region
