"""Readers of base coverage; positions in these files are 0-based and half-open, and stay so in the
rows.
"""

import gzip
import io
import re

import pytest

from snapshard.errors import BadRow, BadSource
from snapshard_populate.formats import read_bases, read_bases_header, read_bedgraph
from snapshard_populate.reading import ErrorBudget, open_source

SAMPLES = (7, 0, 100)
TEXT = (
    b"chr1\t0\t5\t1.0\t0.0\t12.5\nchr1\t5\t9\t1\t0\t1e+06\n"
    b"chr1\t20\t30\t0.0\t0.0\t3.0\nchr10\t1\t2\t1.0\t1.0\t1.0\n"
)


def read(text, **arguments):
    return list(
        read_bases(
            io.BytesIO(text), "b.tsv", **{"samples": SAMPLES, "errors": ErrorBudget(), **arguments}
        )
    )


@pytest.mark.parametrize("chunk_bytes", [1, 30, 10_000])
def test_rows_come_back_with_a_column_per_sample(chunk_bytes):
    chunks = read(TEXT, chunk_bytes=chunk_bytes)
    assert b"".join(chunk.rows.text for chunk in chunks) == TEXT
    assert chunks[0].rows.columns == ("chromosome", "start", "end", "7", "0", "100")
    assert [line for chunk in chunks for line in chunk.lines.tolist()] == [1, 2, 3, 4]
    assert chunks[0].rows.texts("100")[0] == b"12.5"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"chr10\t5\t9\t1.0\t0.0", "expected 6 tab-separated columns, got 5"),
        (b"chr10\t5\t9\t1.0\t0.0\tx", "value of 100: expected a number such as 8.0, got 'x'"),
        (b"chr10\t5\t9\t1.0\t-1\t0", "value of 0: expected a number such as 8.0, got '-1'"),
        (b"chr10\t5\t9\t\t0\t0", "value of 7: expected a number such as 8.0, got ''"),
        (b"chr10\t5\t9\t1.0.0\t0\t0", "value of 7: expected a number such as 8.0, got '1.0.0'"),
        (b"chr10\t-5\t9\t1\t0\t0", "start: expected a whole number of at most 18 digits, got '-5'"),
        (b"chr10\t9\t9\t1\t0\t0", "expected 0 <= start < end (0-based, end excluded), got 9-9"),
        (b"chr 10\t5\t9\t1\t0\t0", "chromosome: expected a name such as chr2, got 'chr 10'"),
    ],
)
def test_a_wrong_row_is_named_and_left_out(line, expected):
    with pytest.raises(BadRow, match=re.escape("b.tsv, line 5: ") + ".*" + re.escape(expected)):
        read(TEXT + line + b"\n")
    last = b"chr10\t50\t60\t1\t1\t1\n"
    assert (
        b"".join(
            chunk.rows.text for chunk in read(TEXT + line + b"\n" + last, errors=ErrorBudget(1))
        )
        == TEXT + last
    )


@pytest.mark.parametrize("chunk_bytes", [1, 10_000])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            b"chr10\t0\t1\t1\t1\t1",
            "line 5: expected rows sorted by chromosome, start and end, but chr10:0-1 follows chr10:1-2",
        ),
        (
            b"chr1\t40\t41\t1\t1\t1",
            "line 5: expected rows sorted by chromosome, start and end, but chr1 occurs again after chr10",
        ),
        (
            b"chr10\t1\t9\t1\t1\t1",
            "line 5: expected intervals that do not overlap, got 1-9 after one that ends at 2",
        ),
    ],
)
def test_rows_out_of_order_or_overlapping_end_the_load(line, expected, chunk_bytes):
    with pytest.raises(BadSource, match=re.escape(expected)) as caught:
        read(TEXT + line + b"\n", chunk_bytes=chunk_bytes)
    assert "overlap" in expected or "-k1,1 -k2,2n -k3,3n" in str(caught.value)


def test_an_empty_file_is_refused():
    with pytest.raises(
        BadSource, match=r"b\.tsv: expected rows of 6 tab-separated columns, got an empty file"
    ):
        read(b"")


def test_bedgraph_is_read_without_its_lines_for_browsers():
    text = b"browser position chr1:1-100\ntrack type=bedGraph\n#x\nchr1\t0\t5\t1\nchr1\t5\t7\t2.5\n"
    [chunk] = read_bedgraph(io.BytesIO(text), "x", errors=ErrorBudget())
    assert chunk.rows.text == b"chr1\t0\t5\t1\nchr1\t5\t7\t2.5\n"
    assert (chunk.rows.columns[-1], chunk.lines.tolist()) == ("value", [4, 5])
    assert chunk.rows.decimals("value").tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chromosome\tstart\tend\t1\nchr1\t0\t1\t1\n",
        "chrom\tstart\tend\t1\n",
        "chromosome\tstart\tend\tSRR1\n",
        "chromosome\tstart\tend\t٣\n",
        "chromosome\tstart\tend\t1234567890123456789\n",
    ],
)
def test_a_header_of_other_columns_is_refused(tmp_path, text):
    (tmp_path / "h.tsv").write_text(text)
    with (
        open_source(tmp_path / "h.tsv") as source,
        pytest.raises(BadSource, match="expected one line: chromosome, start, end and rail_ids"),
    ):
        read_bases_header(source)


def test_a_header_that_names_a_sample_twice_is_refused(tmp_path):
    (tmp_path / "h.tsv").write_text("chromosome\tstart\tend\t1\t2\t1\n")
    with (
        open_source(tmp_path / "h.tsv") as source,
        pytest.raises(BadSource, match="expected every sample once, got 1 again"),
    ):
        read_bases_header(source)


def test_the_golden_bases_come_back(shared):
    folder = shared / "golden" / "data"
    with open_source(folder / "bases.header.tsv") as source:
        samples = read_bases_header(source)
    assert samples == (0, 1, 2, 3, 4, 5, 7, 10, 11, 100)
    text = (folder / "bases.tsv").read_bytes()
    assert b"".join(chunk.rows.text for chunk in read(text, samples=samples)) == text


def test_real_coverage_of_one_sample_comes_back(shared):
    path = shared / "data" / "coverage" / "gtex_lung_SRR660824.chr21_22.hg38.bedGraph.gz"
    with open_source(path) as source:
        text = b"".join(
            chunk.rows.text for chunk in read_bedgraph(source, source.name, errors=ErrorBudget())
        )
    assert text == gzip.decompress(path.read_bytes())
