"""Readers of junction files: each format written by its convention and read back, real junctions in
two formats, and files that are not as they should be.
"""

import gzip
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.errors import BadQuery, BadRow, BadSource
from snapshard.junction_files import FORMATS, JunctionFile, ReadOptions

CHROMS = ("chr1", "chr2", "X", "MT", "NC_000001.11", "HLA-A*01:01", "KI270728.1")
STAR_STRANDS = {"?": 0, "+": 1, "-": 2}


@st.composite
def junctions(draw):
    """(chromosome, first base, last base, strand, reads), as 1-based closed introns."""
    start = draw(st.integers(200, 200_000_000))
    end = start + draw(st.integers(0, 600_000))
    strand = draw(st.sampled_from("+-?"))
    return draw(st.sampled_from(CHROMS)), start, end, strand, draw(st.integers(0, 10**6))


def star_line(chrom, start, end, strand, reads):
    return f"{chrom}\t{start}\t{end}\t{STAR_STRANDS[strand]}\t1\t0\t{reads}\t7\t31"


def bed12_line(chrom, start, end, strand, reads, left=30, right=12):
    first, last = start - 1 - left, end + right
    sizes, starts = f"{left},{right}", f"0,{end - first}"
    span = f"{first}\t{last}"
    return f"{chrom}\t{span}\tJ1\t{reads}\t{strand}\t{span}\t255,0,0\t2\t{sizes}\t{starts}"


def bed_line(chrom, start, end, strand, reads):
    return f"{chrom}\t{start - 1}\t{end}\t.\t{reads}\t{strand}"


def leafcutter_line(chrom, start, end, strand, reads):
    sign = "NA" if strand == "?" else strand
    return f"{chrom}:{start - 1}:{end + 1}:clu_7_{sign} {reads}/{reads + 5} 0/5"


def fraser_line(chrom, start, end, strand, reads):
    sign = "*" if strand == "?" else strand
    return f"{chrom}\t{start}\t{end}\t{end - start + 1}\t{sign}\tS1\tpsi5\t1e-9\t0.01\t{reads}\t{reads}"


def portcullis_line(chrom, start, end, strand, reads):
    return f"0\t0\t{chrom}\t999\t{start - 1}\t{end - 1}\t{end - start + 1}\t1\t9\t+\t+\t{strand}\tGT\t{reads}"


def tcga_line(chrom, start, end, strand, reads):
    return f"{chrom}:{start - 1}:{strand},{chrom}:{end + 1}:{strand}\t{reads}"


def plain_line(chrom, start, end, strand, reads):
    return f"{chrom}\t{start}\t{end}\t{strand}\t{reads}"


FRASER_HEADER = (
    "seqnames\tstart\tend\twidth\tstrand\tsampleID\ttype\tpValue\tpsiValue\tcounts\ttotalCounts"
)
PORTCULLIS_HEADER = (
    "index\trefid\trefname\treflen\tstart\tend\tsize\tleft\tright\tread-strand\tss-strand"
    "\tconsensus-strand\tss1\tnb_raw_aln\t"
)
WRITERS = {
    "star": ("", star_line),
    "bed12": ("track name=junctions", bed12_line),
    "bed": ("", bed_line),
    "leafcutter": ("chrom sample1 sample2", leafcutter_line),
    "fraser": (FRASER_HEADER, fraser_line),
    "portcullis": (PORTCULLIS_HEADER, portcullis_line),
    "tcga": ("junction\traw_counts", tcga_line),
    "plain": ("", plain_line),
}


def read(text, **options):
    """The introns of a file as tuples, and the file."""
    stored = text if isinstance(text, bytes) else text.encode()
    file = JunctionFile(io.BytesIO(stored), "sample.txt", **options)
    introns = []
    for batch in file.batches():
        columns = batch.introns
        introns += zip(
            columns.chroms,
            columns.starts.tolist(),
            columns.ends.tolist(),
            columns.strands,
            columns.reads.tolist(),
            strict=True,
        )
    return introns, file


def refusal(text, **options):
    with pytest.raises((BadRow, BadSource, BadQuery)) as error:
        read(text, **options)
    return str(error.value)


@pytest.mark.parametrize("name", WRITERS)
@given(st.lists(junctions(), min_size=1, max_size=30))
@settings(max_examples=300, deadline=None)
def test_junctions_written_by_the_convention_of_a_format_are_read_back(name, rows):
    header, write = WRITERS[name]
    lines = ([header] if header else []) + [write(*row) for row in rows]
    introns, file = read("\n".join(lines) + "\n")
    assert (file.format.name, introns) == (name, rows)


@given(
    st.lists(junctions(), min_size=1, max_size=20),
    st.sampled_from(sorted(WRITERS)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_line_ends_marks_and_gzip_do_not_change_what_is_read(rows, name, windows, mark, zipped):
    header, write = WRITERS[name]
    rows = [("chr3", *row[1:]) for row in rows]
    lines = ([header] if header else []) + [write(*row) for row in rows]
    text = ("\r\n" if windows else "\n").join([*lines, ""]).encode()
    text = (b"\xef\xbb\xbf" if mark else b"") + text
    introns, file = read(gzip.compress(text) if zipped else text)
    assert (file.format.name, introns) == (name, rows)


@given(st.lists(junctions(), min_size=2, max_size=400), st.integers(1, 5_000))
@settings(max_examples=100, deadline=None)
def test_the_size_of_the_pieces_that_arrive_does_not_change_what_is_read(rows, size):
    class Pieces(io.BytesIO):
        def read(self, limit=-1):
            return super().read(min(size, limit) if limit > 0 else size)

    text = "".join(star_line(*row) + "\n" for row in rows).encode()
    file = JunctionFile(Pieces(text), "x")
    assert b"".join(batch.text for batch in file.batches()) == text


# WASH7P's intron of recount3, chr1:17056-17232 on -, as each tool writes it.
REAL = ("chr1", 17056, 17232, "-")
IN_FORMATS = {
    "star": "chr1\t17056\t17232\t2\t2\t1\t9\t4\t38",
    "bed12": "chr1\t17025\t17282\tJUNC00000001\t9\t-\t17025\t17282\t255,0,0\t2\t30,50\t0,207",
    "bed": "chr1\t17055\t17232\t.\t9\t-",
    "leafcutter": "chr1:17055:17233:clu_1_- 9/20",
    "plain": "chr1\t17056\t17232\t-\t9",
}


@pytest.mark.parametrize("name", IN_FORMATS)
def test_a_real_junction_is_the_same_in_every_format(name):
    introns, file = read(IN_FORMATS[name] + "\n")
    assert (file.format.name, introns) == (name, [(*REAL, 9)])


def rmats(header, line):
    common = "ID\tGeneID\tgeneSymbol\tchr\tstrand\t"
    introns, file = read(f'{common}{header}\tID\n1\t"G"\t"g"\tchr9\t-\t{line}\t1\n')
    assert file.format.name == "rmats"
    return [intron[1:4] for intron in introns]


def test_the_junctions_of_rmats_lie_between_its_exons():
    ends = "\tupstreamES\tupstreamEE\tdownstreamES\tdownstreamEE"
    assert rmats("exonStart_0base\texonEnd" + ends, "200\t300\t50\t100\t400\t500") == [
        (101, 200, "-"),
        (301, 400, "-"),
        (101, 400, "-"),
    ]
    assert rmats("riExonStart_0base\triExonEnd" + ends, "50\t500\t50\t100\t400\t500") == [
        (101, 400, "-")
    ]
    mutually = "1stExonStart_0base\t1stExonEnd\t2ndExonStart_0base\t2ndExonEnd" + ends
    assert rmats(mutually, "150\t180\t250\t280\t50\t100\t400\t500") == [
        (101, 150, "-"),
        (181, 400, "-"),
        (101, 250, "-"),
        (281, 400, "-"),
    ]
    sites = "longExonStart_0base\tlongExonEnd\tshortES\tshortEE\tflankingES\tflankingEE"
    # A real event of the minus strand whose flanking exon lies behind: rmats-turbo issue 432.
    values = "19709450\t19710260\t19709450\t19709800\t19710375\t19710472"
    assert rmats(sites, values) == [(19710261, 19710375, "-"), (19709801, 19710375, "-")]


def test_the_junctions_of_majiq_start_behind_one_exon_and_end_before_the_next():
    header = "gene_id\tlsv_id\tjunctions_coords\tseqid\tstrand"
    line = "g\tt:94585565-94585737\t94573393-94585565;94576034-94585565\tchr4\t+"
    introns, file = read(f"{header}\n{line}\n")
    assert file.format.name == "majiq"
    assert [intron[:4] for intron in introns] == [
        ("chr4", 94573394, 94585564, "+"),
        ("chr4", 94576035, 94585564, "+"),
    ]


def test_a_splice_site_of_fraser_is_no_junction():
    site = fraser_line("chr1", 500, 501, "+", 3).replace("psi5", "theta")
    introns, _ = read(f"{FRASER_HEADER}\n{fraser_line('chr1', 300, 400, '+', 5)}\n{site}\n")
    assert introns == [("chr1", 300, 400, "+", 5)]


def test_star_counts_unique_or_multi_mapped_reads_and_leaves_out_short_overhangs():
    text = "chr1\t17056\t17232\t2\t2\t1\t9\t4\t38\nchr1\t17369\t17605\t0\t0\t0\t1\t0\t5\n"
    counts = {
        kind: [row[4] for row in read(text, options=ReadOptions(star_reads=kind))[0]]
        for kind in ("unique", "multi", "both")
    }
    assert counts == {"unique": [9, 1], "multi": [4, 0], "both": [13, 1]}
    assert read(text, options=ReadOptions(min_overhang=6))[0] == [(*REAL, 9)]
    batch = next(JunctionFile(io.BytesIO(text.encode()), "x").batches())
    assert batch.introns.motifs == ["CT/AC", ""]


def test_a_table_is_read_by_the_names_of_its_columns_and_its_convention():
    text = "gene,where,from,to\n A,chr1,17055,17233\n"
    columns = {"chromosome": "where", "start": "from", "end": "to"}
    options = ReadOptions(columns=columns, positions="exons")
    assert read(text, options=options)[0] == [("chr1", 17056, 17232, "?", -1)]
    options = ReadOptions(columns=columns | {"end": "until"})
    assert "expected one of gene, where, from, to, got 'until'" in refusal(text, options=options)


def test_a_table_of_r_with_row_names_and_quotes_is_read():
    text = '"chr" "start" "end" "strand"\n"1" "chr1" 17056 17232 "-"\n'
    assert read(text)[0] == [(*REAL, -1)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("an empty file",)),
        ("\n\n", ("an empty file",)),
        ("#only a remark\n", ("a file without a row",)),
        (FRASER_HEADER + "\n", ("the header alone",)),
        ("chr1\t100\t200\n", ("three columns", "name the format")),
        ("hello world\n", ("expected junctions", "'hello world'")),
        ("a,b,c\n1,2,3\n", ("name the format",)),
        (star_line(*REAL, 1) + "\nchr1\t17369\t17605\t0\n", ("line 2", "9 columns", "got 4")),
        (
            "\n".join([star_line(*REAL, 1)] * 3 + ["chr1\t1\t2\t3\t1\t1\t1\t1\t1", ""]),
            ("line 4", "strand", "0 1 2", "'3'"),
        ),
        (
            "\n".join([star_line(*REAL, 1)] * 3 + ["chr1\t1\tx\t1\t1\t1\t1\t1\t1", ""]),
            ("line 4", "end", "a whole number", "'x'"),
        ),
        (
            "\n".join([star_line(*REAL, 1)] * 3 + ["chr1\t9\t2\t1\t1\t1\t1\t1\t1", ""]),
            ("line 4", "got 9-2"),
        ),
        (bed12_line(*REAL, 1).replace("0,207", "0,9") + "\n", ("line 1", "blocks")),
        ("chr1\t1\t2\x00\t+\n", ("line 1", "control character 0x00")),
        ("chr1\t1\t2\t+\rchr1\t1\t2\t+\n", ("line 1", "control character 0x0d")),
        (b"chr1\t1\t2\t+\nchr\xff\t1\t2\t+\n", ("line 2", "UTF-8")),
        (b"\xff\xfec\x00h\x00r\x00", ("UTF-16",)),
        (b"PK\x03\x04abcd", ("Excel",)),
        (gzip.compress(b"chr1\t1\t2\t+\n" * 999, mtime=0)[:-9], ("is cut",)),
        (gzip.compress(b"chr1\t1\t2\t+\n", mtime=0) + b"rest", ("is damaged",)),
    ],
)
def test_a_bad_file_is_refused_with_what_was_expected_and_what_came(text, words):
    message = refusal(text)
    assert message.startswith("sample.txt")
    assert [word for word in words if word not in message] == []


def test_a_named_format_is_not_replaced_by_another():
    assert "expected the columns of results of FRASER" in refusal(
        "chr1\t17056\t17232\t-\n", format_name="fraser"
    )
    assert "one of star, bed12" in refusal("chr1\t17056\t17232\t-\n", format_name="tophat3")
    assert read("chr1\t17055\t17232\n", format_name="bed")[0] == [("chr1", 17056, 17232, "?", -1)]
    assert read("chr1\t17056\t17232\n", format_name="plain")[0] == [("chr1", 17056, 17232, "?", -1)]


def test_a_last_line_without_a_line_end_is_noted():
    for text, cut in (("chr1\t1\t2\t+\nchr1\t4\t5\t+", True), ("chr1\t1\t2\t+\n", False)):
        _, file = read(text)
        assert file.may_be_cut is cut


def test_names_of_bed_columns_bring_its_convention():
    text = "#chrom\tchromStart\tchromEnd\tname\tscore\tstrand\nchr1\t17055\t17232\tx\t9\t-\n"
    assert read(text)[0] == [(*REAL, 9)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_how_it_counts_and_where_that_is_written(name):
    assert FORMATS[name].positions
    assert FORMATS[name].source


def test_the_junctions_of_dasper_and_recount3_count_as_the_annotation_does(shared):
    """Real files in the plain format: most of what they call annotated is in the annotation as it
    stands, and nothing if it is moved by one.
    """
    data = shared / "data"
    known = set(introns_of(data / "annotation/hg38_annotated_junctions.nellore.tsv.gz"))
    for path in ("other/dasper_junctions_chr21_22.tsv.gz", "recount3/recount3.DRP004088.ALL.RR.gz"):
        introns = introns_of(data / path, annotated=True)
        hits = [sum((c, s + by, e) in known for c, s, e in introns) for by in (-1, 0, 1)]
        assert hits[1] > 0.9 * len(introns)
        assert max(hits[0], hits[2]) < 0.05 * len(introns)


def introns_of(path, *, annotated=False):
    with path.open("rb") as stream:
        file = JunctionFile(stream, path.name)
        found = []
        for batch in file.batches():
            rows = batch.introns
            introns = list(zip(rows.chroms, rows.starts.tolist(), rows.ends.tolist(), strict=True))
            if annotated:
                column = file.columns.index("annotated")
                flags = [line.split(b"\t")[column] != b"0" for line in batch.lines()]
                introns = [intron for intron, flag in zip(introns, flags, strict=True) if flag]
            found += introns
    return found


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(content):
    # Any other error would fail the test.
    with suppress(BadRow, BadSource):
        read(content)


@given(
    st.sampled_from(sorted(WRITERS)),
    st.lists(junctions(), min_size=1, max_size=5),
    st.integers(0, 400),
    st.sampled_from('\t\n,. x-9"'),
)
@settings(max_examples=300, deadline=None)
def test_a_file_with_a_wrong_letter_is_read_or_refused(name, rows, position, letter):
    header, write = WRITERS[name]
    text = "\n".join([header, *[write("chr5", *row[1:]) for row in rows], ""])
    place = position % len(text)
    with suppress(BadRow, BadSource):
        read(text[:place] + letter + text[place + 1 :])
