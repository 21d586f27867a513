"""Transcripts, and the intervals of a symbol (specified by Snaptron's rule, not by coordinates
alone).
"""

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.catalog.genes import Gene, symbol_intervals
from snapshard.transcripts import Transcript


def transcript(symbol="G", chrom="chr1", start=100, end=200, **changes):
    return Transcript(
        "T", "ID", symbol, chrom, start, end, **{"strand": "+", "exons": (), **changes}
    )


def intervals(*spans, symbol="G"):
    found = symbol_intervals([transcript(start=start, end=end) for start, end in spans])
    return [(region.start, region.end) for region in found.get(symbol, [])]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(100, 200)], [(100, 200)]),
        ([(100, 200), (200, 300)], [(100, 300)]),
        ([(100, 200), (50, 100)], [(50, 200)]),
        ([(50_000, 60_000), (61_000, 70_000)], [(50_000, 70_000)]),
        ([(50_000, 60_000), (61_000, 70_001)], [(50_000, 60_000), (61_000, 70_001)]),
        ([(61_000, 70_001), (50_000, 60_000)], [(61_000, 70_001), (50_000, 60_000)]),
        ([(100, 200), (90_000, 99_000), (150, 95_000)], [(100, 95_000), (150, 99_000)]),
        (
            [(100, 200), (90_000, 99_000), (150, 95_000), (94_000, 94_500)],
            [(100, 95_000), (150, 99_000)],
        ),
    ],
)
def test_transcripts_of_a_symbol_join_by_overlap_or_near_ends_in_their_order(spans, expected):
    assert intervals(*spans) == expected


def test_chromosomes_come_in_string_order_and_symbols_in_upper_case():
    found = symbol_intervals(
        [
            transcript("abc", "chrX"),
            transcript("ABC", "chr2"),
            transcript("aBc", "chr10", 70_000, 80_000),
            transcript("ABC", "chr10", 5, 9),
            transcript("ABC", "chr1_random"),
            transcript("OTHER", "GL000220.1"),
        ]
    )
    assert {symbol: [str(region) for region in regions] for symbol, regions in found.items()} == {
        "ABC": ["chr10:70000-80000", "chr10:5-9", "chr2:100-200", "chrX:100-200"]
    }


SPANS = st.lists(
    st.tuples(st.integers(1, 60_000), st.integers(0, 9_000)).map(lambda one: (one[0], sum(one))),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(SPANS)
def test_every_transcript_lies_in_an_interval_and_no_interval_is_wider_than_its_transcripts(spans):
    found = intervals(*spans)
    for start, end in spans:
        assert any(first <= start and end <= last for first, last in found)
    for first, last in found:
        assert first in {start for start, _ in spans}
        assert last in {end for _, end in spans}


@settings(max_examples=100, deadline=None)
@given(SPANS)
def test_a_symbol_is_looked_up_apart_from_others(spans):
    mixed = [transcript(name, start=start, end=end) for start, end in spans for name in ("G", "H")]
    found = symbol_intervals(mixed)
    assert found.get("G") == found.get("H")
    assert [(region.start, region.end) for region in found.get("G", [])] == intervals(*spans)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"start": 0}, "expected start and end with 1 <= start <= end, got 0-200"),
        ({"start": 201}, "expected start and end with 1 <= start <= end, got 201-200"),
        ({"strand": "plus"}, "expected a strand, one of + - ? * ., got 'plus'"),
        ({"exons": ((5, 4),)}, "expected an exon with 1 <= start <= end, got 5-4"),
        (
            {"exons": ((5, 9), (9, 12))},
            "expected exons that ascend and do not overlap, got ((5, 9), (9, 12))",
        ),
        ({"cds": (9, 5)}, "expected a coding span with 1 <= start <= end, got 9-5"),
    ],
)
def test_a_wrong_transcript_cannot_be_made(changes, expected):
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        transcript(**changes)
    if "start" in changes or "strand" in changes:
        fields = {
            "gene_id": "ID",
            "symbol": "G",
            "chrom": "chr1",
            "start": 100,
            "end": 200,
            "strand": "+",
        }
        with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
            Gene(**fields | changes)


def test_introns_lie_between_exons():
    one = transcript(exons=((100, 110), (121, 130), (131, 140), (142, 200)))
    assert one.introns() == ((111, 120), (141, 141))
    assert dataclasses.replace(one, exons=((1, 2),)).introns() == ()
