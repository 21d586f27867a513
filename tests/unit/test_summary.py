"""Group summaries, annotation classes and hot lines against the plainest way to make them."""

import statistics
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.annotation_classes import annotation_classes
from snapshard.junction import NAMES, STRANDS, annotation_class
from snapshard.measures import decode_summaries, encode_summaries, summarise
from snapshard.membership import Membership
from snapshard.pairs import parse_pairs
from snapshard.rows import Rows
from snapshard_populate.loading.blocks import BLOCK_BYTES, BlockBuilder
from snapshard_populate.loading.hot_lines import HOT_COLUMNS, hot_lines

SAMPLES = st.one_of(st.integers(0, 12), st.sampled_from([50_099, (1 << 24) + 1, 10**17]))
COVERAGES = st.one_of(st.integers(0, 5), st.sampled_from([10**6, (1 << 40) - 1]))
ROWS = st.lists(st.dictionaries(SAMPLES, COVERAGES, max_size=8), min_size=1, max_size=6)
GROUPS = st.dictionaries(
    st.sampled_from([0, 1, 2, 7, 300, 70_000]), st.lists(SAMPLES, max_size=8), max_size=5
)


def naive_summaries(rows, groups):
    for position, pairs in enumerate(rows):
        for number, members in sorted(groups.items()):
            reads = {
                sample: count for sample, count in pairs.items() if count and sample in members
            }
            coverages = list(reads.values())
            if coverages:
                yield (
                    position,
                    number,
                    len(coverages),
                    sum(coverages),
                    statistics.median(coverages),
                    max(coverages),
                )


def columns(summaries):
    fields = ("positions", "groups", "samples", "reads", "medians", "maxima")
    return list(zip(*(getattr(summaries, name).tolist() for name in fields), strict=True))


@settings(max_examples=500, deadline=None)
@given(ROWS, GROUPS)
def test_summaries_are_those_of_each_row_and_group(rows, groups):
    texts = [
        "".join(f",{sample}:{coverage}" for sample, coverage in pairs.items()).encode()
        for pairs in rows
    ]
    made = summarise(parse_pairs(texts), Membership(groups))
    assert columns(made) == list(naive_summaries(rows, groups))
    assert columns(decode_summaries(encode_summaries(made))) == columns(made)


FLAG = st.sampled_from(["0", "1", "gC38", "gC38,rG38"])


def line(annotated, left, right, strand, dataset="2", samples=",1:2,3:4"):
    values = [
        "7",
        "chr1",
        "100",
        "200",
        "101",
        strand,
        annotated,
        "GT",
        "AG",
        left,
        right,
        samples,
        "2",
        "6",
        "3.000",
        "3.0",
    ]
    return "\t".join([*values, dataset]) + "\n"


ROW = st.builds(
    line,
    FLAG,
    FLAG,
    FLAG,
    st.sampled_from(STRANDS),
    st.sampled_from(["", "2"]),
    st.sampled_from(["", ",1:2,3:4"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_classes_of_many_rows_are_those_of_each(lines):
    fields = [dict(zip(NAMES, one.rstrip("\n").split("\t"), strict=True)) for one in lines]
    expected = [
        annotation_class(
            pair=one["annotated"] != "0",
            left_end=one["left_annotated"] != "0",
            right_end=one["right_annotated"] != "0",
            strand=one["strand"],
        )
        for one in fields
    ]
    rows = Rows("".join(lines).encode())
    assert annotation_classes(rows) == expected
    hot = hot_lines(rows, block=9, classes=annotation_classes(rows)).decode().splitlines()
    for position, (text, one, kind) in enumerate(zip(hot, fields, expected, strict=True)):
        stored = dict(zip(HOT_COLUMNS, text.split("\t"), strict=True))
        assert stored == {
            **{name: value for name, value in one.items() if name not in ("length", "samples")},
            "source_dataset_id": one["source_dataset_id"] or "\\N",
            "block": "9",
            "position": str(position),
            "class": kind,
        }


LENGTHS = [1, 34, 500, BLOCK_BYTES // 2, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 200_000]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(LENGTHS), max_size=12), st.lists(st.integers(0, 12), max_size=4))
def test_blocks_are_whole_lines_in_order_and_no_longer_than_must_be(sizes, cuts):
    lines = [b"x" * (size - 1) + b"\n" for size in sizes]
    builder, blocks, before = BlockBuilder(), [], 0
    for cut in [*sorted(cuts), len(lines)]:
        blocks += [
            block.text for block in builder.add(Rows(b"".join(lines[before:cut]), ("line",)))
        ]
        before = max(before, cut)
    blocks += [block.text for block in builder.flush()]
    assert b"".join(blocks) == b"".join(lines)
    assert all(
        block.endswith(b"\n") and (len(block) <= BLOCK_BYTES or block.count(b"\n") == 1)
        for block in blocks
    )
    for one, other in pairwise(blocks):
        assert len(one) + other.index(b"\n") + 1 > BLOCK_BYTES
