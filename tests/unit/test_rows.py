"""Pairs and rows against the plainest Python that does the same."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.junction import NAMES, RECOMPUTED
from snapshard.pairs import SampleSet, parse_pairs, well_formed
from snapshard.rows import Rows, decimal_text

SAMPLE = st.one_of(st.integers(0, 30), st.integers(0, 400_000), st.integers(10**8, 10**12))
COVERAGE = st.one_of(st.integers(0, 20), st.integers(0, 10**7), st.integers(10**8, 10**10))
SAMPLES = st.dictionaries(SAMPLE, COVERAGE, max_size=30).map(lambda found: list(found.items()))
FIELD = st.text("abcACGT019.,+-", min_size=1, max_size=9)


def sample_text(pairs):
    return "".join(f",{sample}:{coverage}" for sample, coverage in pairs)


def row_text(pairs, field):
    count, total = len(pairs), sum(coverage for _, coverage in pairs)
    fields = dict.fromkeys(NAMES, field)
    fields |= {
        "samples": sample_text(pairs),
        "samples_count": str(count),
        "coverage_sum": str(total),
    }
    return "\t".join(fields[name] for name in NAMES) + "\n"


@given(st.lists(SAMPLES))
def test_pairs_are_what_splitting_the_text_gives(rows):
    parsed = parse_pairs([sample_text(pairs).encode() for pairs in rows])
    flat = [pair for pairs in rows for pair in pairs]
    assert list(zip(parsed.samples.tolist(), parsed.coverages.tolist(), strict=True)) == flat
    assert parsed.counts().tolist() == [len(pairs) for pairs in rows]
    assert parsed.sums().tolist() == [sum(coverage for _, coverage in pairs) for pairs in rows]
    assert parsed.medians().tolist() == [
        statistics.median([c for _, c in pairs]) if pairs else 0 for pairs in rows
    ]
    assert parsed.row_texts() == [sample_text(pairs).encode() for pairs in rows]


@given(st.lists(SAMPLES), st.sets(SAMPLE))
def test_other_samples_are_cut_out_in_record_order(rows, wanted):
    kept = parse_pairs([sample_text(pairs).encode() for pairs in rows]).restrict(SampleSet(wanted))
    assert kept.row_texts() == [
        sample_text([p for p in pairs if p[0] in wanted]).encode() for pairs in rows
    ]


@given(st.text(",:0123456789", max_size=20))
def test_well_formed_is_what_a_split_accepts(text):
    pieces = text.split(",")
    plain = pieces[0] == "" and all(
        len(p := piece.split(":")) == 2 and all(map(str.isdigit, p)) for piece in pieces[1:]
    )
    assert well_formed(text.encode()) == (text == "" or plain)


@given(
    st.lists(st.tuples(SAMPLES, FIELD), min_size=1, max_size=8),
    st.sets(st.integers(0, 30)),
    st.booleans(),
)
def test_restricted_rows_are_recomputed_over_what_is_left(rows, wanted, zeros):
    given_rows = Rows("".join(row_text(pairs, field) for pairs, field in rows).encode())
    expected = []
    for pairs, field in rows:
        left = [pair for pair in pairs if pair[0] in wanted and (pair[1] or zeros)]
        if left:
            coverages = [coverage for _, coverage in left]
            mean = decimal_text(sum(coverages) / len(left))
            median = decimal_text(float(statistics.median(coverages)))
            values = dict.fromkeys(NAMES, field) | {"samples": sample_text(left)}
            values |= dict(
                zip(RECOMPUTED, [str(len(left)), str(sum(coverages)), mean, median], strict=True)
            )
            expected.append("\t".join(values[name] for name in NAMES) + "\n")
    rows = given_rows.restrict(SampleSet(wanted), zeros=zeros)
    assert rows.text.decode() == "".join(expected)


def test_the_example_of_the_original_s_own_tests():
    kept = parse_pairs([b",5:5,4:32,276:7,18000:276"]).restrict(
        SampleSet([1, 5, 53, 276, 4987, 18000])
    )
    assert kept.row_texts() == [b",5:5,276:7,18000:276"]
    assert (kept.counts().tolist(), kept.sums().tolist(), kept.medians().tolist()) == (
        [3],
        [288],
        [7.0],
    )


def test_sample_ids_beyond_any_table_are_found():
    wanted = SampleSet([3, 2**40])
    assert wanted.contains(parse_pairs([b",3:1,4:1,1099511627776:9"]).samples).tolist() == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2.0"),
        (14 / 11, "1.27272727273"),
        (6359.5, "6359.5"),
        (1e12, "1e+12"),
        (123456789012.5, "123456789012.0"),
    ],
)
def test_recomputed_decimals_have_twelve_digits_at_most(value, text):
    assert decimal_text(value) == text


def test_columns_are_cut_out_of_the_text():
    rows = Rows(b"7\tchr1\t+\n8\tchr2\t-\n", ("snaptron_id", "chromosome", "strand"))
    assert rows.integers("snaptron_id").tolist() == [7, 8]
    assert rows.select(["strand", "snaptron_id"]).text == b"+\t7\n-\t8\n"
    assert rows.take([1]).text == b"8\tchr2\t-\n"
    assert len(rows) == 2
    assert len(Rows(b"")) == 0


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 99)), max_size=4),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
def test_a_part_of_rows_knows_what_was_parsed_before(lists, data):
    lines = [
        "a\t" + "".join(f",{sample}:{coverage}" for sample, coverage in pairs) + "\n"
        for pairs in lists
    ]
    rows = Rows("".join(lines).encode(), ("name", "samples"))
    first = data.draw(st.integers(0, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    if data.draw(st.booleans()):
        assert rows.pairs.coverages is not None
    part, alone = (
        rows.part(first, last),
        Rows("".join(lines[first:last]).encode(), ("name", "samples")),
    )
    assert (part.text, part.texts("samples"), part.lines()) == (
        alone.text,
        alone.texts("samples"),
        alone.lines(),
    )
    for name in ("samples", "coverages", "rows", "spans"):
        assert getattr(part.pairs, name).tolist() == getattr(alone.pairs, name).tolist()
    assert part.pairs.text == alone.pairs.text
    assert part.line_ends().tolist() == alone.line_ends().tolist()
