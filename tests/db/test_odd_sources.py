"""Sources that are wrong or odd: they are refused with the file and the line, or loaded as they
mean.
"""

from dataclasses import replace

import pysam
import pytest
from odd_sources import SAMPLES, load, row, write_sources

from snapshard.catalog import gene_places
from snapshard.client import Client
from snapshard.errors import BadQuery, BadRow, BadSource
from snapshard.pairs import SampleSet
from snapshard.query import Query


@pytest.fixture
def refused(embedded, tmp_path):
    """A function that loads texts, which must fail; returns the message."""

    def message(**texts):
        with pytest.raises((BadRow, BadSource)) as caught:
            load(embedded, write_sources(tmp_path, **texts))
        return str(caught.value).removeprefix(f"{tmp_path}/")

    return message


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            {"junctions": row(1, "chr1", 100, 200) + row(2, "chr2", 5, 9, ",1:5,7:1,9:2")},
            "junctions.txt, line 2: samples: expected samples of the samples file, got 7 and 1 more",
        ),
        (
            {"bases": "chr1\t0\t9\t1\n", "bases_header": "chromosome\tstart\tend\t9\n"},
            "bases_header.txt: expected samples of the samples file, got 9",
        ),
        (
            {"junctions": row(1, "chr1", 100, 200) + row(2, "chr1", 100, 200)},
            "junctions.txt, line 2: expected every junction once, got chr1:100-200:+ (id 2) again; "
            "line 1 has it",
        ),
        (
            {"junctions": row(1, "chr1", 100, 200, ",1:0")},
            "junctions.txt, line 1: samples: expected a sample with 1 or more reads, got 1 with 0",
        ),
        (
            {"junctions": row(1, "chr1", 100, 200).replace("GT", "G\x1b")},
            "junctions.txt, line 1: expected printable text, got a control character (0x1b)",
        ),
        (
            {"samples": SAMPLES.replace("Brain", "Bra\rin")},
            "samples.txt, line 4: expected printable text, got a control character (0x0d)",
        ),
        (
            {"samples": SAMPLES.encode("utf-16")},
            "samples.txt: expected UTF-8 text, got UTF-16",
        ),
        (
            {"annotation": "chr1\tx\texon\t100\t199\t.\t+\t.\tgene_id AB1\n"},
            "annotation.txt: expected genes or transcripts, got 1 line of no use; the first is line 1",
        ),
    ],
)
def test_a_wrong_source_is_refused_with_file_and_line(refused, texts, expected):
    assert refused(**texts).startswith(expected)


def test_marks_and_windows_line_ends_are_no_obstacle(embedded, index, tmp_path):
    mark = "\ufeff"
    compilation = write_sources(
        tmp_path,
        junctions=mark + row(1, "chr1", 100, 200).replace("\n", "\r\n"),
        samples=mark + SAMPLES.replace("\n", "\r\n"),
        groups=mark + "name\tlong\tn\tids\r\nLiver\tLiver\t2\t1,4\r\n",
        annotation=mark + 'chr1\tx\tgene\t9\t99\t.\t+\t.\tgene_id "G"\r\n',
        refflat=mark + "G\tT\tchr1\t+\t9\t99\t9\t9\t1\t9,\t99,\r\n",
    )
    status = load(embedded, compilation)
    assert (status.row_count, status.sample_count) == (1, 4)
    facts = index.facts.of(index.catalog.release("odd", status.name))
    assert facts.samples.find(1).rstrip(b"\n") == b"1\tR1\tLiver"
    assert [group.members.tolist() for group in facts.groups] == [[1, 4]]


TRANS_SPLICED = """\
chrM	RefSeq	gene	74631	74744	.	-	.	ID=gene1;Name=rps12;part=1/2
chrM	RefSeq	gene	146276	147073	.	+	.	ID=gene1;Name=rps12;part=2/2
"""


def test_a_gene_at_two_places_is_asked_for_as_one(embedded, index, tmp_path):
    junctions = "".join(
        row(number, "chrM", start, start + 50)
        for number, start in enumerate((74650, 100_000, 146_600), 1)
    )
    status = load(embedded, write_sources(tmp_path, junctions=junctions, annotation=TRANS_SPLICED))
    release = index.catalog.release("odd", status.name)
    places = gene_places(index.catalog, release, "rps12")
    assert [(place.start, place.end) for place in places] == [(74631, 74744), (146276, 147073)]
    with Client(data=embedded.folder, compilation="odd") as client:
        gene = client.gene("RPS12")
        assert (gene["start"], gene["end"], gene["strand"]) == (None, None, "?")
        assert gene["parts"] == [
            {"start": 74631, "end": 74744, "strand": "-"},
            {"start": 146276, "end": 147073, "strand": "+"},
        ]
        assert client.junctions(gene="gene1")["snaptron_id"].tolist() == [1, 3]


def test_samples_without_reads_count_in_no_n_and_unknown_samples_in_no_N(embedded, tmp_path):
    groups = "name\tlong\tn\tids\nLiver\tLiver\t3\t1,4,9\n"
    junctions = row(1, "chr1", 100, 200, ",1:0,2:3,4:2")
    load(embedded, write_sources(tmp_path, junctions=junctions, groups=groups))
    with Client(data=embedded.folder, compilation="odd") as client:
        evidence = client.evidence("chr1:100-200:+")
    assert evidence.attrs["summary"] == "chr1:100-200:+ is seen in 2 of 4 samples, 5 reads"
    assert evidence.loc["Liver", ["n", "N"]].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("last_rows", "message"),
    [
        (row(3, "chr3", 5, 9) + row(4, "chr3", 5, 9), "line 4: .* line 3 has it"),
        (row(3, "chr3", 5, 9).replace("GT", ""), "line 3: left_motif: expected a value"),
        (row(3, "chr3", 5, 9) + row(4, "chr3", 5, 8), "line 4: expected rows sorted"),
    ],
)
def test_an_indexed_file_has_the_line_numbers_of_the_file(embedded, tmp_path, last_rows, message):
    rows = row(1, "chr1", 5, 9) + row(2, "chr2", 5, 9) + last_rows
    compilation = write_sources(tmp_path, junctions=rows)
    pysam.tabix_compress(compilation.junctions, f"{tmp_path}/junctions.bgz")
    indexed = replace(compilation, junctions=f"{tmp_path}/junctions.bgz")
    pysam.tabix_index(indexed.junctions, seq_col=1, start_col=2, end_col=3)
    with pytest.raises((BadRow, BadSource), match=message):
        load(embedded, indexed)


def test_bad_lines_of_all_files_share_one_budget_and_are_noted(embedded, tmp_path):
    junctions = row(1, "chr1", 100, 200) + row(2, "chr1", 300, 200)
    compilation = write_sources(tmp_path, junctions=junctions, samples=SAMPLES + "4\tR4\tLiver\n")
    with pytest.raises(BadRow, match="bad row number 2; --max-errors allows 1"):
        load(embedded, compilation, max_errors=1)
    status = load(embedded, compilation, max_errors=2)
    assert (status.row_count, status.sample_count) == (1, 4)
    assert "samples.txt: 1 line was refused and left out, as --max-errors allows" in status.notices
    assert "junctions.txt: 1 row was refused and left out, as --max-errors allows" in status.notices


def test_samples_that_a_release_lacks_are_refused_by_the_library(embedded, index, tmp_path):
    status = load(embedded, write_sources(tmp_path))
    release = index.catalog.release("odd", status.name)
    query = Query(samples=SampleSet([1, 9, 8]))
    expected = r"samples: expected samples of odd r\d+ \(rail_id\), got '8,9'"
    for ask in (index.count, index.candidate_bytes, lambda *about: list(index.rows(*about))):
        with pytest.raises(BadQuery, match=expected):
            ask(release, query)
    assert index.count(release, Query(samples=SampleSet([1]))) == 1
