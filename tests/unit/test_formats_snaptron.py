"""Rows in Snaptron's layout: what is accepted comes back verbatim, what is not is named by line and
reason.
"""

import gzip
import io
import re
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.errors import BadRow, BadSource
from snapshard.junction import NAMES
from snapshard.pairs import SampleSet
from snapshard_populate.formats import check_rows, read_rows
from snapshard_populate.formats.snaptron import WITHOUT_READS
from snapshard_populate.reading import ErrorBudget, chunks

GOOD = {
    "snaptron_id": "7",
    "chromosome": "chr2",
    "start": "101",
    "end": "200",
    "length": "100",
    "strand": "+",
    "annotated": "0",
    "left_motif": "GT",
    "right_motif": "AG",
    "left_annotated": "aC19,gC38",
    "right_annotated": "0",
    "samples": ",5:3,4:1,900:8",
    "samples_count": "3",
    "coverage_sum": "12",
    "coverage_avg": "4.000",
    "coverage_median": "3.000",
    "source_dataset_id": "1",
}
EMPTY_GENE = {
    **dict.fromkeys(("annotated", "left_motif", "right_motif", "left_annotated", "samples"), ""),
    "right_annotated": "ENSG1.1:G:lincRNA:10",
    "samples_count": "0",
    "coverage_sum": "0",
    "coverage_avg": "0.000",
    "coverage_median": "0.000",
}


def row(**changes):
    return "\t".join((GOOD | changes).values()).encode() + b"\n"


def with_samples(samples, count, total, mean, median, **changes):
    names = ("samples", "samples_count", "coverage_sum", "coverage_avg", "coverage_median")
    return row(**dict(zip(names, (samples, count, total, mean, median), strict=True)), **changes)


def read(text, **arguments):
    return list(read_rows(io.BytesIO(text), "x.tsv", **{"errors": ErrorBudget(), **arguments}))


def accepted(text, **arguments):
    return b"".join(chunk.rows.text for chunk in read(text, **arguments))


def reason(text, **arguments):
    with pytest.raises(BadRow) as caught:
        read(text, **arguments)
    assert caught.value.line == 1
    return str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"strand": "?"},
        {"strand": "-"},
        {"left_motif": "gt", "right_motif": "ag"},
        {"annotated": "aC19,gC38"},
        {"annotated": "1"},
        {"source_dataset_id": ""},
        {"coverage_avg": "4"},
        {"coverage_avg": "4.0"},
        {"coverage_avg": "4." + "0" * 40},
        {"chromosome": "chrUn_GL000220v1"},
        {"chromosome": "HLA-A*01:01:01:01".replace(":", ".")},
        {"snaptron_id": "0"},
        {"start": "1", "end": "2147483646", "length": "2147483646"},
        {"start": "200", "length": "1"},
        {
            "samples": ",5:0,7:1",
            "samples_count": "2",
            "coverage_sum": "1",
            "coverage_avg": "0.500",
            "coverage_median": "0.5",
        },
        {
            "samples": ",1:1,2:2",
            "samples_count": "2",
            "coverage_sum": "3",
            "coverage_avg": "1.5",
            "coverage_median": "1.5",
        },
        {
            "samples": ",1:1,2:2",
            "samples_count": "2",
            "coverage_sum": "3",
            "coverage_avg": "1.5",
            "coverage_median": "2",
        },
        {
            "samples": ",3:1,2:1,1:3",
            "coverage_sum": "5",
            "coverage_avg": "1.667",
            "coverage_median": "1.000",
        },
        {
            "samples": ",3:1,2:1,1:3",
            "coverage_sum": "5",
            "coverage_avg": "1.6666666666666667",
            "coverage_median": "1",
        },
        {"samples": ",99999999999:99999999999", "samples_count": "1"}
        | dict.fromkeys(("coverage_sum", "coverage_avg", "coverage_median"), "99999999999"),
    ],
)
def test_odd_but_good_rows_come_back_verbatim(changes):
    assert accepted(row(**changes)) == row(**changes)


BAD = [
    ({"snaptron_id": ""}, "snaptron_id: expected a whole number of at most 18 digits, got ''"),
    ({"snaptron_id": "-1"}, "snaptron_id: expected a whole number of at most 18 digits, got '-1'"),
    ({"snaptron_id": "1" * 19}, "got '1111111111111111111'"),
    ({"snaptron_id": "x" * 5000}, "(5000 characters)"),
    ({"start": "1e3"}, "start: expected a whole number of at most 18 digits, got '1e3'"),
    ({"start": "0101"}, "start: expected a whole number of at most 18 digits, got '0101'"),
    ({"end": "200 "}, "end: expected a whole number of at most 18 digits, got '200 '"),
    (
        {"source_dataset_id": "x"},
        "source_dataset_id: expected a whole number of at most 18 digits or nothing, got 'x'",
    ),
    ({"chromosome": ""}, "chromosome: expected a name such as chr2, got ''"),
    ({"chromosome": "chr 2"}, "chromosome: expected a name such as chr2, got 'chr 2'"),
    ({"chromosome": "c" * 65}, "chromosome: expected a name such as chr2, got"),
    (
        {"start": "0", "length": "201"},
        "expected 1 <= start <= end <= 2147483646, got start 0 and end 200",
    ),
    (
        {"start": "201", "length": "0"},
        "expected 1 <= start <= end <= 2147483646, got start 201 and end 200",
    ),
    ({"end": "2147483648"}, "got start 101 and end 2147483648"),
    ({"length": "99"}, "length: expected 100 (end - start + 1), got 99"),
    ({"strand": "x"}, "strand: expected one of + - ? * ., got 'x'"),
    ({"strand": ""}, "strand: expected one of + - ? * ., got ''"),
    ({"strand": "+-"}, "strand: expected one of + - ? * ., got '+-'"),
    ({"annotated": ""}, "annotated: expected a value, got ''"),
    ({"right_motif": ""}, "right_motif: expected a value, got ''"),
    (
        {"samples": ""},
        "samples: expected ,sample:coverage repeated, got '' after 0 valid characters",
    ),
    (
        {"samples": "5:3,4:1"},
        "samples: expected ,sample:coverage repeated, got '5:3,4:1' after 0 valid characters",
    ),
    ({"samples": ",5:3,4:1,"}, "got ',' after 8 valid characters"),
    ({"samples": ",5:3,4,900:8"}, "got ',4,900:8' after 4 valid characters"),
    ({"samples": ",5:3:4"}, "got ':4' after 4 valid characters"),
    ({"samples": ",5:3,:1"}, "got ',:1' after 4 valid characters"),
    ({"samples": ",5:3,4:x"}, "got ',4:x' after 4 valid characters"),
    ({"samples": ",5:3,4:-1"}, "got ',4:-1' after 4 valid characters"),
    ({"samples": "x" * 200_000}, "(200000 characters) after 0 valid characters"),
    (
        {"samples": ",1234567890123456789:1"},
        "samples: expected sample ids of at most 18 digits and coverages of at most 1099511627775",
    ),
    ({"samples": ",5:1099511627776"}, "coverages of at most 1099511627775"),
    ({"samples": ",5:" + "9" * 30}, "coverages of at most 1099511627775"),
    ({"samples": ",5:3,4:1,5:8"}, "samples: expected every sample once, got sample 5 2 times"),
    ({"samples": ",5:3,5:1,6:8"}, "samples: expected every sample once, got sample 5 2 times"),
    ({"samples_count": "2"}, "samples_count: expected 3 (computed from samples), got 2"),
    ({"coverage_sum": "13"}, "coverage_sum: expected 12 (computed from samples), got 13"),
    (
        {"coverage_avg": "4.001"},
        "coverage_avg: expected the decimal 4 (computed from samples), got '4.001'",
    ),
    (
        {"samples": ",3:1,2:1,1:3", "coverage_sum": "5", "coverage_avg": "1.666"},
        "1.66666666667 (computed from samples), got '1.666'",
    ),
    ({"coverage_avg": ""}, "coverage_avg: expected the decimal 4 (computed from samples), got ''"),
    (
        {"coverage_avg": "4."},
        "coverage_avg: expected the decimal 4 (computed from samples), got '4.'",
    ),
    ({"coverage_avg": ".4"}, "got '.4'"),
    ({"coverage_avg": "4.0.0"}, "got '4.0.0'"),
    ({"coverage_avg": "nan"}, "got 'nan'"),
    ({"coverage_avg": "4e0"}, "got '4e0'"),
    (
        {"coverage_median": "3.5"},
        "coverage_median: expected the decimal 3 (computed from samples), got '3.5'",
    ),
    (
        {"coverage_median": "3.002"},
        "coverage_median: expected the decimal 3 (computed from samples), got '3.002'",
    ),
    (
        {"coverage_median": "8"},
        "coverage_median: expected the decimal 3 (computed from samples), got '8'",
    ),
    (
        {"coverage_median": "NA"},
        "coverage_median: expected the decimal 3 (computed from samples), got 'NA'",
    ),
    ({"left_motif": "G\\T"}, "expected printable text, got a backslash (0x5c) at byte"),
    ({"left_motif": "G\x00"}, "expected printable text, got a control character (0x00) at byte"),
    ({"left_motif": "G\x7f"}, "expected printable text, got a control character (0x7f) at byte"),
    (
        {"source_dataset_id": "1\r"},
        "expected printable text, got a control character (0x0d) at byte",
    ),
    (
        {
            "samples": ",5:0,7:0",
            "samples_count": "2",
            "coverage_sum": "0",
            "coverage_avg": "0.000",
            "coverage_median": "0.000",
        },
        "samples: expected a sample with 1 or more reads, got 2 with 0",
    ),
    ({"source_dataset_id": "1\t"}, "expected 17 tab-separated columns, got 18 in '7\\tchr2"),
    ({"snaptron_id": "GTEx:I\t7"}, "DataSource:Type of a Snaptron response, remove it: cut -f2-"),
]


@pytest.mark.parametrize(("changes", "expected"), BAD)
def test_a_bad_row_is_named_with_what_was_expected_and_what_came(changes, expected):
    found = reason(row(**changes))
    assert found.startswith("x.tsv, line 1: ")
    assert expected in found


@pytest.mark.parametrize(("changes", "expected"), BAD)
def test_good_neighbours_of_a_bad_row_are_kept(changes, expected):
    bad: list[BadRow] = []
    text = row() + row(**changes) + row(strand="-")
    assert accepted(text, errors=ErrorBudget(1, report=bad.append)) == row() + row(strand="-")
    assert [(one.line, expected in one.reason) for one in bad] == [(2, True)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"\n", "expected 17 tab-separated columns, got 1 in ''"),
        (b"a\tb\n", "expected 17 tab-separated columns, got 2 in 'a\\tb'"),
        (row().replace(b"GT", b"G\xff"), "expected UTF-8 text, got"),
        (b"\x1f\x8b\x08\x00\n", "got a control character (0x1f) at byte 1"),
    ],
)
def test_a_line_that_is_no_row_is_named(line, expected):
    assert expected in reason(line + row())


def test_two_lines_whose_columns_add_up_are_still_found():
    long, short = row(source_dataset_id="1\t"), row().replace(b"\tGT", b"")
    bad: list[BadRow] = []
    assert accepted(
        row() + long + short + row(strand="-"), errors=ErrorBudget(9, report=bad.append)
    ) == row() + row(strand="-")
    assert [one.line for one in bad] == [2, 3]


def test_text_beyond_ascii_is_good_where_names_are():
    text = row(left_annotated="Grün")
    assert accepted(text) == text


def test_a_line_of_column_names_in_front_is_skipped_and_counted():
    text = "\t".join(NAMES).encode() + b"\n" + row()
    [chunk] = read(text)
    assert (chunk.rows.text, chunk.first_line) == (row(), 2)
    with pytest.raises(BadSource, match="got an empty file"):
        read("\t".join(NAMES).encode() + b"\n")
    with pytest.raises(BadRow, match="line 2: snaptron_id"):
        read(row() + "\t".join(NAMES).encode() + b"\n")


def test_the_last_line_may_lack_its_newline():
    text = row() + row(strand="-")
    assert accepted(text.removesuffix(b"\n")) == text


def test_an_empty_file_is_refused_but_an_empty_part_is_not():
    with pytest.raises(
        BadSource, match=r"x\.tsv: expected rows of 17 tab-separated columns, got an empty file"
    ):
        read(b"")
    assert list(check_rows([], "x.tsv", errors=ErrorBudget())) == []


def test_lines_are_counted_across_chunks_and_dropped_rows():
    lines = [
        row(start=str(100 + i), length=str(101 - i), strand="x" if i % 7 == 3 else "+")
        for i in range(60)
    ]
    bad: list[BadRow] = []
    read_ = read(b"".join(lines), chunk_bytes=700, errors=ErrorBudget(60, report=bad.append))
    assert len(read_) > 5
    kept = {
        line: text
        for chunk in read_
        for line, text in zip(chunk.lines.tolist(), chunk.rows.lines(), strict=True)
    }
    assert kept == {i + 1: line for i, line in enumerate(lines) if i % 7 != 3}
    assert [one.line for one in bad] == [i + 1 for i in range(60) if i % 7 == 3]


def test_the_first_bad_row_ends_a_load_that_allows_none():
    bad: list[BadRow] = []
    with pytest.raises(BadRow, match="line 2: strand") as caught:
        read(row() + row(strand="x") + row(length="1"), errors=ErrorBudget(report=bad.append))
    assert bad == [caught.value]


def test_bad_rows_over_the_budget_end_the_load_with_their_number():
    bad: list[BadRow] = []
    expected = r"line 4: length: .*\(bad row number 3; --max-errors allows 2\)"
    with pytest.raises(BadRow, match=expected):
        read(
            row() + row(strand="x") + row(end="x") + row(length="1"),
            errors=ErrorBudget(2, report=bad.append),
        )
    assert [one.line for one in bad] == [2, 3, 4]


def test_a_row_longer_than_a_chunk_is_read():
    pairs = "".join(f",{sample}:1" for sample in range(200_000))
    long = with_samples(pairs, "200000", "200000", "1.000", "1.000", strand="-")
    text = row() + long + row(strand="?")
    assert len(pairs) > 10 * 100_000
    assert accepted(text, chunk_bytes=100_000) == text


def test_a_file_without_line_ends_is_refused(monkeypatch):
    monkeypatch.setattr(chunks, "LONGEST_LINE", 1000)
    with pytest.raises(
        BadSource, match="expected lines of text, got 1000 bytes without a line end"
    ):
        read(b"x" * 5000, chunk_bytes=100)


def at(chrom, start, end, strand="+"):
    length = str(end - start + 1)
    return row(chromosome=chrom, start=str(start), end=str(end), length=length, strand=strand)


SORTED = (
    at("chr10", 5, 9)
    + at("chr10", 5, 9, "-")
    + at("chr10", 5, 10)
    + at("chr10", 6, 7)
    + at("chr2", 1, 3)
    + at("chrM", 1, 3)
)


@pytest.mark.parametrize("chunk_bytes", [1, 100, 10_000])
def test_chromosomes_may_come_in_any_order(chunk_bytes):
    assert accepted(SORTED, chunk_bytes=chunk_bytes) == SORTED


@pytest.mark.parametrize("chunk_bytes", [1, 100, 10_000])
@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (
            at("chr10", 9, 20),
            "line 7: expected rows sorted by chromosome, start and end, but chr10 occurs again after chrM",
        ),
        (
            at("chrM", 1, 2),
            "line 7: expected rows sorted by chromosome, start and end, but chrM:1-2 follows chrM:1-3",
        ),
    ],
)
def test_the_first_row_out_of_order_ends_the_load_with_the_command_that_sorts(
    last, expected, chunk_bytes
):
    with pytest.raises(BadSource) as caught:
        read(SORTED + last, chunk_bytes=chunk_bytes)
    assert expected in str(caught.value)
    command = "sort it: zcat -f x.tsv | LC_ALL=C sort -t \"$(printf '\\t')\" -k2,2 -k3,3n -k4,4n"
    assert command in str(caught.value)


def test_a_row_that_is_left_out_takes_no_part_in_the_order():
    text = at("chr2", 50, 60) + at("chr2", 90, 80) + at("chr2", 55, 60)
    assert accepted(text, errors=ErrorBudget(1)) == at("chr2", 50, 60) + at("chr2", 55, 60)


@pytest.mark.parametrize("kind", ["gene", "exon"])
def test_genes_and_exons_may_lack_samples_and_motifs(kind):
    text = row(**EMPTY_GENE) + row(
        samples=",5:3,1:9", samples_count="2", coverage_avg="6.000", coverage_median="6.000"
    )
    assert accepted(text, kind=kind) == text
    assert accepted(row(**EMPTY_GENE), kind=kind) == row(**EMPTY_GENE)
    assert "coverage_avg: expected the decimal 0 (computed from samples), got '1.000'" in reason(
        row(**EMPTY_GENE | {"coverage_avg": "1.000"}), kind=kind
    )


@pytest.mark.parametrize("name", ["gtex", "gtex17", "gtexv2"])
@pytest.mark.parametrize("chunk_bytes", [50_000, 4 << 20])
def test_real_junctions_come_back_verbatim(shared, name, chunk_bytes):
    text = gzip.decompress((shared / "data" / name / "junctions.tsv.gz").read_bytes())
    assert accepted(text, chunk_bytes=chunk_bytes) == text


@pytest.mark.parametrize("kind", ["junction", "gene", "exon"])
def test_the_golden_compilation_comes_back_verbatim(shared, kind):
    text = (shared / "golden" / "data" / f"{kind}s.tsv").read_bytes()
    assert accepted(text, kind=kind) == text


# --- against the plainest Python that says the same of one line

WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")


def is_good(line):
    """Whether a line is a good junction row by itself."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    fields = text.split("\t")
    if (
        any((ord(letter) < 32 and letter != "\t") or letter in "\x7f\\" for letter in text)
        or len(fields) != 17
    ):
        return False
    one = dict(zip(NAMES, fields, strict=True))
    whole = ["snaptron_id", "start", "end", "length", "samples_count", "coverage_sum"]
    if not all(
        WHOLE.fullmatch(one[name])
        for name in whole + ["source_dataset_id"] * bool(one["source_dataset_id"])
    ):
        return False
    start, end = int(one["start"]), int(one["end"])
    if not (
        1 <= start <= end < 1 << 31
        and int(one["length"]) == end - start + 1
        and one["strand"] in tuple("+-?*.")
    ):
        return False
    named = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.*-]{0,63}", one["chromosome"])
    filled = all(
        one[name]
        for name in ("annotated", "left_motif", "right_motif", "left_annotated", "right_annotated")
    )
    return bool(named) and filled and has_good_samples(one)


def has_good_samples(one):
    if not re.fullmatch(r"(,[0-9]{1,18}:[0-9]+)+", one["samples"]):
        return False
    pairs = [pair.split(":") for pair in one["samples"][1:].split(",")]
    coverages = [int(coverage) for _, coverage in pairs]
    once = len({int(sample) for sample, _ in pairs}) == len(pairs) and 0 < max(coverages) < 1 << 40
    counted = (int(one["samples_count"]), int(one["coverage_sum"])) == (len(pairs), sum(coverages))
    return (
        once
        and counted
        and all(
            DECIMAL.fullmatch(one[name]) and near(one[name], value)
            for name, value in (
                ("coverage_avg", statistics.fmean(coverages)),
                ("coverage_median", statistics.median(coverages)),
            )
        )
    )


def near(text, value):
    places = min(len(text.partition(".")[2]), 15)
    return abs(float(text) - value) <= max(0.0006, 0.5 * 10.0**-places) + 1e-9 + value * 1e-12


COVERAGES = st.one_of(st.integers(0, 3), st.integers(0, 500), st.integers(0, 10**10))
PAIRS = (
    st.dictionaries(st.integers(0, 10**8), COVERAGES, min_size=1, max_size=12)
    .filter(lambda coverage_of: any(coverage_of.values()))
    .map(lambda coverage_of: list(coverage_of.items()))
)


@st.composite
def good_rows(draw):
    """A good row: statistics as the samples say, in one of the ways of writing them."""
    pairs = draw(PAIRS)
    coverages = [coverage for _, coverage in pairs]
    start, length = draw(st.integers(1, 10**9)), draw(st.integers(1, 10**9))
    write = draw(
        st.sampled_from(
            [
                lambda value: f"{value:.3f}",
                lambda value: str(float(value)),
                lambda value: f"{value:.1f}",
            ]
        )
    )
    mean, median = write(statistics.fmean(coverages)), write(statistics.median(coverages))
    place = {
        "start": str(start),
        "end": str(start + length - 1),
        "length": str(length),
        "strand": draw(st.sampled_from("+-?")),
    }
    samples = "".join(f",{sample}:{coverage}" for sample, coverage in pairs)
    return with_samples(samples, str(len(pairs)), str(sum(coverages)), mean, median, **place)


def place_of(line):
    fields = line.split(b"\t")
    return int(fields[2]), int(fields[3])


def junction_of(line):
    return *place_of(line), line.split(b"\t")[5]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(good_rows(), min_size=1, max_size=8, unique_by=junction_of).map(
        lambda rows: sorted(rows, key=place_of)
    ),
    st.integers(1, 3000),
)
def test_good_rows_come_back_verbatim_however_they_are_cut(rows, chunk_bytes):
    assert accepted(b"".join(rows), chunk_bytes=chunk_bytes) == b"".join(rows)


@settings(max_examples=300, deadline=None)
@given(good_rows(), st.data())
def test_a_change_of_any_few_bytes_is_judged_as_plain_python_judges_it(line, data):
    place = data.draw(st.integers(0, len(line) - 2))
    removed = data.draw(st.integers(0, 2))
    new = data.draw(
        st.one_of(st.binary(max_size=2), st.text("0123456789,:.\t-x", max_size=3).map(str.encode))
    )
    changed = (
        line[:place] + new.replace(b"\n", b"") + line[place + removed :].rstrip(b"\n")
    ) + b"\n"
    assert accepted(changed, errors=ErrorBudget(1)) == (changed if is_good(changed[:-1]) else b"")


@pytest.mark.parametrize("chunk_bytes", [1, 10_000])
@pytest.mark.parametrize(("first", "second"), [("+", "+"), ("-", "-"), ("?", "."), ("*", "?")])
def test_a_junction_that_occurs_again_is_named_with_the_line_that_has_it(
    first, second, chunk_bytes
):
    before, between = at("chr2", 5, 8, "-"), at("chr2", 5, 9, "+" if first != "+" else "-")
    text = before + at("chr2", 5, 9, first) + between + at("chr2", 5, 9, second)
    expected = (
        rf"line 4: expected every junction once, got chr2:5-9:{re.escape(second)} \(id 7\) again"
    )
    with pytest.raises(BadRow, match=expected + "; line 2 has it"):
        read(text, chunk_bytes=chunk_bytes)
    kept = accepted(text, errors=ErrorBudget(1), chunk_bytes=chunk_bytes)
    assert kept == before + at("chr2", 5, 9, first) + between


POSITIONS = st.tuples(
    st.sampled_from(["chr1", "chr2"]), st.integers(1, 3), st.integers(4, 6), st.sampled_from("+-?.")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(POSITIONS, min_size=1, max_size=20), st.integers(1, 3000))
def test_every_junction_is_kept_once(positions, chunk_bytes):
    ordered = sorted(positions, key=lambda position: position[:3])
    first_lines = {}
    for position in ordered:
        first_lines.setdefault((*position[:3], position[3].replace(".", "?")), at(*position))
    text = b"".join(at(*position) for position in ordered)
    bad = []
    errors = ErrorBudget(len(ordered), report=bad.append)
    assert accepted(text, errors=errors, chunk_bytes=chunk_bytes) == b"".join(first_lines.values())
    assert len(bad) == len(ordered) - len(first_lines)


@pytest.mark.parametrize("kind", ["junction", "gene", "exon"])
@pytest.mark.parametrize("top", [900, 1 << 40])
def test_a_sample_that_the_samples_file_lacks_is_named(kind, top):
    known = SampleSet([1, 3, 4, 5, top])
    text = row().replace(b"900:8", b"%d:8" % top)
    assert accepted(text, kind=kind, samples=known) == text
    strange = row(samples=",5:3,7:1,900000:8")
    expected = "samples: expected samples of the samples file, got 7 and 1 more"
    assert expected in reason(strange, kind=kind, samples=known)


def test_samples_without_reads_are_noted():
    errors = ErrorBudget()
    text = row(samples=",5:12,4:0", samples_count="2", coverage_avg="6", coverage_median="6")
    assert accepted(text, errors=errors) == text
    assert errors.notices == (f"x.tsv: {WITHOUT_READS}",)
