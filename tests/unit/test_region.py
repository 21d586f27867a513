"""Regions as people write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadRegion
from snapshard.region import LAST_BASE, Region, parse_region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("chr2:29,223,529-29,919,992", Region("chr2", 29223529, 29919992)),
        ("2:29223529-29919992", Region("chr2", 29223529, 29919992)),
        (" chr2 : 10 - 20 ", Region("chr2", 10, 20)),
        ("chr2:10–20", Region("chr2", 10, 20)),
        ("chr2:10—20", Region("chr2", 10, 20)),
        ("chr2:1 000-2 000", Region("chr2", 1000, 2000)),
        ("Chromosome 19: 4,472,297-4,502,208", Region("chr19", 4472297, 4502208)),
        ("x:5", Region("chrX", 5, 5)),
        ("MT:1-2", Region("chrM", 1, 2)),
        ("chrX", Region("chrX", 1, LAST_BASE)),
        ("chrUn_KI270302v1:7-9", Region("chrUn_KI270302v1", 7, 9)),
        ("chr1:1-99999999999", Region("chr1", 1, LAST_BASE)),
        ("chr1:14,830-15,020", Region("chr1", 14830, 15020)),
        ("chr1:14830-15,020", Region("chr1", 14830, 15020)),
        ("chr1:1,234,567", Region("chr1", 1234567, 1234567)),
        ("NC_000002.12:10-20", Region("chr2", 10, 20)),
        ("KI270706.1:10-20", Region("chr1_KI270706v1_random", 10, 20)),
        ("HLA-A*01:01:01:01", Region("HLA-A*01:01:01:01")),
        ("HLA-A*01:01:01:01:5-9", Region("HLA-A*01:01:01:01", 5, 9)),
        ("HLA-DRB1*15:01:01:01:1,000", Region("HLA-DRB1*15:01:01:01", 1000, 1000)),
        ("HLA-A*24:02:01:02L:5-9", Region("HLA-A*24:02:01:02L", 5, 9)),
        ("chrUn_JTFH01000001v1_decoy:5", Region("chrUn_JTFH01000001v1_decoy", 5, 5)),
    ],
)
def test_a_region_is_understood(text, region):
    assert parse_region(text, "GRCh38") == region


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chr1:",
        "chr1:a-b",
        "chr1:20-10",
        "chr1:0-5",
        "chr1:-5",
        "chr1:1-2-3",
        "chr1:1-2:+",
        ":1-2",
        "chr1:,-,",
        "chr1:14830,15020",
        "chr1:14830 15020",
        "chr1:14,830,15,020",
        "chr1:14,830 15,020",
        "chr1:1483,015-15,020",
        "chr1:1,4830-15020",
        "chr1:14,83",
        "chr1:,100-200",
        "chr1:100,-200",
        "chr1:14.830-15.020",
        "chr1:1,000 000",
        "chr1:1  000",
        "chr1:\u0661\u0662",
        "GRCh38:chr1:1-2",
    ],
)
def test_a_wrong_region_is_quoted_and_the_form_expected_is_said(text):
    with pytest.raises(BadRegion, match="expected chromosome:start-end such as") as caught:
        parse_region(text, "GRCh38")
    assert repr(text) in str(caught.value)


def test_a_region_checks_its_own_ends():
    with pytest.raises(BadRegion, match="1 <= start <= end"):
        Region("chr1", 5, 4)
    with pytest.raises(BadRegion, match="chromosome name"):
        Region("chr1; DROP TABLE", 1, 2)


@pytest.mark.parametrize(
    "region", [Region("chr1"), Region("chr1", 1, 1), Region("chr7_alt", 5, 10)]
)
def test_a_region_is_read_back_from_its_own_text(region):
    assert parse_region(str(region), None) == region


@given(st.integers(1, LAST_BASE), st.sampled_from([",", " ", "\u00a0", "\u202f", ""]))
def test_thousands_may_be_separated(position, separator):
    text = f"{position:,}".replace(",", separator)
    assert parse_region(f"chr2:{text}", None) == Region("chr2", position, position)


@given(st.text("0123456789, ", min_size=1, max_size=12))
def test_separators_are_understood_only_between_groups_of_three_digits(text):
    digits = text.strip()
    groups = digits.replace(",", " ").split(" ")
    separators = {character for character in digits if character in ", "}
    plain = len(groups) == 1 and groups[0] != ""
    grouped = (
        len(separators) == 1
        and 1 <= len(groups[0]) <= 3
        and all(len(group) == 3 for group in groups[1:])
    )
    number = int("".join(groups) or "0")
    if (plain or grouped) and 1 <= number <= LAST_BASE:
        assert parse_region(f"chr2:{text}", None).start == number
    elif not plain or number == 0:
        with pytest.raises(BadRegion):
            parse_region(f"chr2:{text}", None)


def test_a_start_beyond_the_end_of_the_chromosome_is_refused_if_its_length_is_known():
    assert parse_region("chr21:46,709,983-99,999,999", "hg38").start == 46_709_983
    with pytest.raises(BadRegion, match="positions up to 46,709,983, where chr21 of hg38 ends"):
        parse_region("21:46709984-46709999", "hg38")
    assert parse_region("21:46709984", None).start == 46_709_984
    assert parse_region("21:46709984", "TAIR10").start == 46_709_984


@pytest.mark.parametrize(("text", "character"), [("chr+1:5-6", "+"), ("a;b", ";"), ("(x):1", "(")])
def test_a_character_that_no_name_can_have_is_named(text, character):
    with pytest.raises(BadRegion, match=re.escape(f"not {character!r}, got {text!r}")):
        parse_region(text, None)
