"""The definitions of splicing measures: their examples, their page, and the clients' arithmetic
written down once more.
"""

import doctest
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.junction import NAMES
from snapshard.measures import (
    joins,
    junction_inclusion_ratio,
    percent_spliced_in,
    sample_sums,
    shared_samples,
    splicing,
)
from snapshard.rows import Rows

PAIRS = st.dictionaries(st.integers(0, 12), st.integers(0, 60), max_size=8)


def rows(*samples, spans=(), chrom="chr1", first_id=0):
    """Junctions with these sample lists, all chr1:100-200 on + unless told otherwise."""
    lines = []
    for number, text in enumerate(samples):
        start, end = spans[number] if spans else (100, 200)
        fields = dict.fromkeys(NAMES, "0") | {"chromosome": chrom, "strand": "+", "samples": text}
        fields |= {
            "snaptron_id": str(first_id + number),
            "start": str(start),
            "end": str(end),
            "length": str(end - start + 1),
        }
        lines.append("\t".join(fields[name] for name in NAMES) + "\n")
    return Rows("".join(lines).encode())


def row_of(pairs):
    return rows("".join(f",{sample}:{reads}" for sample, reads in pairs.items()))


@pytest.mark.parametrize("module", [splicing, joins])
def test_the_examples_of_the_definitions_hold(module):
    result = doctest.testmod(module, extraglobs={"rows": rows, "np": np})
    assert result.attempted > 5
    assert result.failed == 0


@given(PAIRS, PAIRS)
def test_inclusion_ratio_is_the_clients(a, b):
    """qs: per sample (B - A) / (A + B + 1), samples with A + B < 1 left out, falling."""
    found = junction_inclusion_ratio(sample_sums([row_of(a)]), sample_sums([row_of(b)]))
    expected = {}
    for sample in {*a, *b}:
        left, right = a.get(sample, 0), b.get(sample, 0)
        if left + right >= 1:
            expected[sample] = (right - left) / (left + right + 1)
    assert dict(zip(found.samples.tolist(), found.ratio.tolist(), strict=True)) == pytest.approx(
        expected
    )
    assert found.ratio.tolist() == sorted(found.ratio.tolist(), reverse=True)


@given(PAIRS, PAIRS, PAIRS)
def test_psi_is_the_clients(one, two, skip):
    found = percent_spliced_in(*(sample_sums([row_of(pairs)]) for pairs in (one, two, skip)))
    expected = {}
    for sample in {s for pairs in (one, two, skip) for s, reads in pairs.items() if reads}:
        i1, i2, e = (pairs.get(sample, 0) for pairs in (one, two, skip))
        mean = (i1 + i2) / 2
        expected[sample] = -1 if not i1 or not i2 or mean + e < 20 else mean / (mean + e)
    assert dict(zip(found.samples.tolist(), found.psi.tolist(), strict=True)) == pytest.approx(
        expected
    )
    order = list(
        zip(
            found.psi.tolist(),
            (found.inclusion1 + found.inclusion2 + found.exclusion).tolist(),
            strict=True,
        )
    )
    assert order == sorted(order, reverse=True)


def test_samples_of_the_same_psi_come_by_all_their_reads():
    one, two, skip = (
        sample_sums([rows(text)])
        for text in (",1:20,2:40,3:60", ",1:20,2:40,3:60", ",1:20,2:40,3:60")
    )
    assert percent_spliced_in(one, two, skip).samples.tolist() == [3, 2, 1]


@given(st.lists(PAIRS, min_size=1, max_size=4))
def test_shared_samples_are_in_the_first_and_a_later_query(queries):
    seen = [{sample for sample, reads in pairs.items() if reads} for pairs in queries]
    expected = sorted(seen[0] & set().union(*seen[1:]))
    assert shared_samples([sample_sums([row_of(pairs)]) for pairs in queries]).tolist() == expected


def test_reads_of_several_rows_and_parts_add_up():
    sums = sample_sums([rows(",1:2,2:3", ",2:5"), rows(",1:10,7:0")])
    assert dict(zip(sums.samples.tolist(), sums.reads.tolist(), strict=True)) == {1: 12, 2: 8}
    assert sample_sums([]).samples.tolist() == []


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 20)), min_size=1, max_size=8),
    st.integers(1, 9),
    st.integers(1, 30),
)
def test_exons_lie_between_an_end_and_a_later_start(places, shortest, longest):
    spans = [(start, start + length) for start, length in places]
    part = rows(*[",1:1"] * len(spans), spans=spans)
    found = [
        (one.start, one.end, one.left_id, one.right_id)
        for one in joins.find_exons([part], shortest=shortest, longest=longest)
    ]
    expected = [
        (end + 1, start - 1, left, right)
        for left, (_, end) in enumerate(spans)
        for right, (start, _) in enumerate(spans)
        if shortest <= start - end - 1 <= longest
    ]
    assert sorted(found) == sorted(expected)
    assert [one[0] for one in found] == sorted(one[0] for one in found)


def test_unknown_strands_are_one_and_no_row_is_lost():
    def with_strand(rows_, strand):
        return Rows(rows_.text.replace(b"\t+\t", b"\t%s\t" % strand))

    dot, star = with_strand(rows(",1:2"), b"."), with_strand(rows(",9:4"), b"*")
    assert joins.union([[dot], [star]], in_all=True).texts("samples") == [b",1:2,9:4"]
    again = with_strand(rows(",2:5", first_id=7), b"?")
    merged = joins.union([[dot, again], [star]])
    assert sorted(merged.texts("samples")) == [b",1:2,9:4", b",2:5"]


def test_union_and_intersection_of_compilations():
    one = rows(",1:2,2:4", ",1:1", spans=((100, 200), (300, 400)), first_id=5)
    two = rows(",11:9", ",12:8", spans=((100, 200), (100, 250)), first_id=70)
    merged = joins.union([[one], [two]])
    assert merged.texts("start") == [b"100", b"100", b"300"]
    assert merged.texts("snaptron_id") == [b"5:70", b"71", b"6"]
    assert merged.texts("samples")[0] == b",1:2,2:4,11:9"
    assert merged.texts("source_dataset_id") == [b"0,0", b"0", b"0"]
    assert merged.integers("samples_count").tolist() == [3, 1, 1]
    assert merged.integers("coverage_sum").tolist() == [15, 8, 1]
    assert [float(text) for text in merged.texts("coverage_median")] == [
        statistics.median([2, 4, 9]),
        8,
        1,
    ]
    both = joins.union([[one], [two]], in_all=True)
    assert both.texts("snaptron_id") == [b"5:70"]
    assert joins.union([[], [two]], in_all=True).text == b""


def test_compilations_with_sample_ids_in_common_are_not_joined():
    one, two = rows(",1:2,2:4"), rows(",2:9", spans=((500, 600),))
    with pytest.raises(BadQuery, match="sample ids that differ"):
        joins.union([[one], [two]])
    assert joins.union([[one, one]]).integers("samples_count").tolist() == [2]


def test_normalisation_rounds_half_to_even_and_drops_what_becomes_nothing():
    recount = joins.NORMALISATIONS["recount"]
    scaled = joins.normalised(rows(",1:5,2:1,3:7,4:3", ",2:1"), {1: 8e9, 2: 4e10, 4: 8e9}, recount)
    assert scaled.texts("samples") == [b",1:2,4:2"]
    assert scaled.integers("coverage_sum").tolist() == [4]
