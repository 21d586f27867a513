"""Regions as people write them."""

import pytest

from snapshard.errors import BadRegion
from snapshard.region import LAST_BASE, Region, chromosome_name, parse_region


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
    ],
)
def test_a_region_is_understood(text, region):
    assert parse_region(text) == region


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
    ],
)
def test_a_wrong_region_is_quoted_and_the_form_expected_is_said(text):
    with pytest.raises(BadRegion, match="expected chromosome:start-end such as") as caught:
        parse_region(text)
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
    assert parse_region(str(region)) == region


@pytest.mark.parametrize(
    ("text", "name"),
    [("chr1", "chr1"), ("22", "chr22"), ("23", "23"), ("CHRx", "chrX"), ("chrMT", "chrM")],
)
def test_chromosomes_get_one_spelling(text, name):
    assert chromosome_name(text) == name
