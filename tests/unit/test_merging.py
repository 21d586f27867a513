"""Merging junction files of samples: the lines equal those of a naive merge."""

import gzip
from collections import defaultdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from snapshard.errors import BadQuery, BadSource
from snapshard.junction_files import ReadOptions
from snapshard_populate.merging import Merge, OwnData, is_file_list, summary_lines

STAR_MOTIFS = ("NNNN", "GTAG", "CTAC", "GCAG", "CTGC", "ATAC", "GTAT")
EXONS = ((100, 200), (301, 400), (501, 600))


def star(*junctions):
    """The text of a SJ.out.tab; a junction is chromosome, start, end, strand, motif, unique, multi."""
    return "".join(
        f"{chrom}\t{start}\t{end}\t{strand}\t{motif}\t0\t{unique}\t{multi}\t30\n"
        for chrom, start, end, strand, motif, unique, multi in junctions
    )


def write_files(folder, texts):
    """Writes these texts by the names of their files."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def gtf(chrom="chr1", strand="+", exons=EXONS, head="##description: a genome (GRCh38)\n"):
    """The text of an annotation with one transcript."""
    attributes = 'gene_id "G1"; transcript_id "T1"; gene_name "ONE";'
    return head + "".join(
        f"{chrom}\tx\texon\t{start}\t{end}\t.\t{strand}\t.\t{attributes}\n" for start, end in exons
    )


def merge(data, folder, *, batch=1 << 19, jobs=1):
    """The lines of junctions, the lines of samples and the notices of a merge."""
    folder.mkdir(exist_ok=True)
    merged = Merge(data, folder, jobs=jobs, report=lambda *_: None).merged(batch=batch)
    lines = merged.junctions.read_text().splitlines()
    return [line.split("\t") for line in lines], merged


def naive_lines(files, introns=(), reads_of=lambda unique, multi: unique):
    """The 17 columns, without numbers, of STAR's junctions by file, in the order of samples."""
    pairs, motifs = defaultdict(dict), {}
    for sample, junctions in enumerate(files, 1):
        for chrom, start, end, strand, motif, unique, multi in junctions:
            if not (reads := reads_of(unique, multi)):
                continue
            if strand == 0:
                strand = {0: 0, 1: 1, 2: 2, 3: 1, 4: 2, 5: 1, 6: 2}[motif]
            key = (chrom, start, end, "?+-"[strand])
            pairs[key][sample] = pairs[key].get(sample, 0) + reads
            motifs[key[:3]] = STAR_MOTIFS[motif]
    lines = []
    for (chrom, start, end, strand), of_key in sorted(
        pairs.items(), key=lambda item: (item[0][:3], "?+-".index(item[0][3]))
    ):
        strands = "+-" if strand == "?" else strand
        of_chrom = [(s, e) for c, t, s, e in introns if c == chrom and t in strands]
        counts, motif = list(of_key.values()), motifs[chrom, start, end]
        lines.append(
            [
                *map(str, (chrom, start, end, end - start + 1, strand)),
                str(int((start, end) in of_chrom)),
                *(motif[:2], motif[2:]),
                str(int(start in [s for s, _ in of_chrom])),
                str(int(end in [e for _, e in of_chrom])),
                "".join(f",{sample}:{reads}" for sample, reads in sorted(of_key.items())),
                *(str(len(counts)), str(sum(counts))),
                f"{int(sum(counts) / len(counts) * 1000 + 0.5) / 1000:.3f}",
                f"{median(counts):.3f}",
                "",
            ]
        )
    return lines


@st.composite
def star_files(draw):
    """Junctions of one to six samples, many of them shared; a place has one motif in all files."""
    place = st.tuples(st.sampled_from(["chr1", "chr2", "chrX"]), st.integers(1, 12))
    files = []
    for _ in range(draw(st.integers(1, 6))):
        junctions = {}
        for chrom, number in draw(st.lists(place, min_size=1, max_size=30, unique=True)):
            start, end = 100 + number // 2, 200 + 7 * number
            motif = number % 7
            strand = (
                draw(st.sampled_from([0, 1, 2])) if motif == 0 else (0 if number % 5 == 0 else 1)
            )
            if motif in (2, 4, 6) and strand:
                strand = 2
            reads = draw(st.integers(0, 40)), draw(st.integers(0, 5))
            junctions[chrom, start, end, strand] = (chrom, start, end, strand, motif, *reads)
        files.append(list(junctions.values()))
    return files


@given(
    files=star_files(), kind=st.sampled_from(["unique", "multi", "both"]), batch=st.integers(1, 9)
)
@settings(max_examples=60, deadline=None)
def test_merged_lines_equal_those_of_a_naive_merge(files, kind, batch):
    reads_of = {
        "unique": lambda unique, multi: unique,
        "multi": lambda unique, multi: multi,
        "both": lambda unique, multi: unique + multi,
    }[kind]
    usable = [file for file in files if any(reads_of(*junction[5:]) for junction in file)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "files"
        texts = {f"s{number}.SJ.out.tab": star(*file) for number, file in enumerate(usable, 1)}
        write_files(source, {**texts, "genes.gtf": gtf(exons=((1, 100), (215, 300)))})
        data = OwnData(
            str(source),
            annotation=str(source / "genes.gtf"),
            assembly="GRCh38",
            options=ReadOptions(star_reads=kind),
        )
        if not usable:
            with pytest.raises(BadSource, match="junction files"):
                merge(data, folder / "merged", batch=batch)
            return
        introns = [("chr1", "+", 101, 214)]
        expected = naive_lines(usable, introns, reads_of)
        # Equal files of ten junctions and more are taken for copies.
        if len({tuple(map(tuple, file)) for file in usable}) == len(usable):
            lines, _ = merge(data, folder / "merged", batch=batch)
            assert [line[1:] for line in lines] == expected
            assert [int(line[0]) for line in lines] == list(range(1, len(lines) + 1))


def junctions_of(seed, count, chrom="chr1"):
    """Junctions of one sample: introns of the annotation `many_exons` and a few others."""
    return [
        (chrom, 1001 + 100 * number, 1060 + 100 * number, 1, 1, 1 + (seed * number) % 9, 0)
        for number in range(count)
    ]


MANY_EXONS = tuple((961 + 100 * number, 1000 + 100 * number) for number in range(301))


def test_batches_divide_long_chromosomes_between_places(tmp_path):
    files = [junctions_of(seed, 6_000) for seed in range(1, 8)]
    texts = {f"s{number}.SJ.out.tab": star(*file) for number, file in enumerate(files, 1)}
    source = write_files(tmp_path / "files", texts)
    lines, _ = merge(OwnData(str(source)), tmp_path / "merged", batch=5_000, jobs=2)
    assert [line[1:] for line in lines] == naive_lines(files)


@pytest.fixture
def bad_folder(tmp_path):
    """A folder with good files and one of every bad kind, and the metadata of its samples."""
    good = {f"S{number}.SJ.out.tab": star(*junctions_of(number, 300)) for number in (1, 2)}
    texts = {
        **good,
        "broken.SJ.out.tab": star(*junctions_of(3, 300)) + "chr1\t5000\t6",
        "empty.SJ.out.tab": "",
        "copy.SJ.out.tab": good["S2.SJ.out.tab"],
        "hg19.SJ.out.tab": star(
            *((c, s + 31, e + 31, *rest) for c, s, e, *rest in junctions_of(4, 300))
        ),
        "S9-final.SJ.out.tab": star(*junctions_of(5, 300)),
        "damaged.SJ.out.tab.gz": gzip.compress(star(*junctions_of(6, 300)).encode())[:-9],
        "S1.junctions.bed": star(*junctions_of(7, 300)),
        "Log.final.out": "not junctions",
    }
    write_files(tmp_path, {f"files/{name}": text for name, text in texts.items()})
    names = ["S1", "S2", "broken", "empty", "copy", "hg19", "S9", "damaged"]
    metadata = "Run;Tissue\n" + "".join(f"{name};{'LB'[at % 2]}\n" for at, name in enumerate(names))
    write_files(tmp_path, {"metadata.csv": metadata, "genes.gtf": gtf(exons=MANY_EXONS)})
    return tmp_path


def own_data(folder, **options):
    defaults = {"samples": str(folder / "metadata.csv"), "annotation": str(folder / "genes.gtf")}
    return OwnData(str(folder / "files"), assembly="GRCh38", **(defaults | options))


BAD_FILES = (
    "S9-final.SJ.out.tab: expected a sample of column 'Run' of metadata.csv, got 'S9-final'",
    "S1.junctions.bed: names the sample 'S1' again; S1.SJ.out.tab names it, too",
    "broken.SJ.out.tab: line 301: expected 9 columns, as in the first row, got 3",
    "copy.SJ.out.tab: has the same junctions and reads as S2.SJ.out.tab",
    "damaged.SJ.out.tab.gz: is cut: the gzip stream is incomplete",
    "empty.SJ.out.tab: expected junctions, got an empty file",
    "hg19.SJ.out.tab: expected junctions in the coordinates of the annotation, got 0 of 300",
)


def test_every_bad_file_is_named_and_nothing_is_merged(bad_folder):
    (bad_folder / "merged").mkdir()
    bad = Merge(own_data(bad_folder), bad_folder / "merged", jobs=1, report=lambda *_: None)
    lines = [f"{name}: {reason}" for name, reason in bad.problems().items()]
    assert all(
        line.startswith(problem) for line, problem in zip(lines, sorted(BAD_FILES), strict=True)
    )
    with pytest.raises(
        BadSource, match=r"7 files cannot be used \(S1.jun.*\), and nothing was loaded"
    ):
        bad.merged()
    assert not (bad_folder / "merged/junctions.tsv").exists()


def test_bad_files_can_be_left_out_and_are_named(bad_folder):
    data = own_data(bad_folder, skip_bad=True, group_by=("Tissue",))
    lines, merged = merge(data, bad_folder / "merged")
    files = [junctions_of(1, 300), junctions_of(2, 300)]
    introns = [("chr1", "+", s, e) for _, s, e, *_ in junctions_of(1, 300)]
    assert [line[1:] for line in lines] == naive_lines(files, introns)
    for problem in BAD_FILES:
        assert any(f"left out: {problem}" in notice for notice in merged.notices)
    assert merged.samples.read_text() == (
        "rail_id\tRun\tTissue\tjunction_file\n1\tS1\tL\tS1.SJ.out.tab\n2\tS2\tB\tS2.SJ.out.tab\n"
    )
    assert merged.groups.read_text().splitlines()[1:] == [
        "B\tTissue: B\t1\t2",
        "L\tTissue: L\t1\t1",
    ]


def test_numbers_of_samples_count_the_rows_of_the_metadata(tmp_path):
    write_files(tmp_path, {"files/b.SJ.out.tab": star(*junctions_of(1, 3))})
    write_files(tmp_path, {"metadata.tsv": "id\tage\nz\t5\na\t6\nb\t7\n"})
    data = OwnData(str(tmp_path / "files"), samples=str(tmp_path / "metadata.tsv"))
    lines, merged = merge(data, tmp_path / "merged")
    assert [line[11] for line in lines] == [",3:1", ",3:2", ",3:3"]
    assert merged.notices == (
        "2 samples of the metadata without a junction file were left out: z, a",
    )


def test_the_names_of_files_give_samples(tmp_path):
    text = star(*junctions_of(1, 3))
    names = {
        "aSJ.out.tab": "a",
        "b_SJ.out.tab": "b",
        "c.SJ.out.tab": "c",
        "d/SJ.out.tab": "d",
        "e.junctions.bed": "e",
        "f.junc": "f",
        "g.v2.SJ.out.tab": "g.v2",
    }
    write_files(tmp_path / "files", dict.fromkeys([*names, "d/_STARpass1/SJ.out.tab"], text))
    merged = Merge(OwnData(str(tmp_path / "files")), tmp_path, jobs=1, report=lambda *_: None)
    assert {file.name: file.sample for file in merged.files} == names
    data = OwnData(str(tmp_path / "files"), sample_pattern=r"([a-z])[._/]?(SJ|j|v2)")
    samples = [file.sample for file in Merge(data, tmp_path, jobs=1, report=lambda *_: None).files]
    assert samples == list("abcdefg")
    with pytest.raises(BadQuery, match="a group in brackets"):
        Merge(OwnData(str(tmp_path / "files"), sample_pattern="x"), tmp_path, jobs=1, report=print)


def test_a_list_names_samples_and_files(tmp_path):
    write_files(
        tmp_path, {"x/1.tab": star(*junctions_of(1, 3)), "2.tab": star(*junctions_of(2, 3))}
    )
    write_files(tmp_path, {"list.tsv": "one\tx/1.tab\ntwo\t2.tab\n", "junctions.tsv": "1\tchr1\t2"})
    assert is_file_list(str(tmp_path / "list.tsv"))
    assert not is_file_list(str(tmp_path / "junctions.tsv"))
    lines, merged = merge(OwnData(str(tmp_path / "list.tsv")), tmp_path / "merged")
    assert lines[2][11] == ",1:3,2:5"
    assert merged.samples.read_text() == (
        "rail_id\tsample\tjunction_file\n1\tone\tx/1.tab\n2\ttwo\t2.tab\n"
    )


def test_the_genome_gives_motifs_and_strands(tmp_path):
    sequence = "A" * 100 + "GT" + "C" * 96 + "AG" + "A" * 100 + "CT" + "G" * 96 + "AC" + "A" * 104
    write_files(tmp_path, {"genome.fa": f">1\n{sequence}\n"})
    bed = "1\t100\t200\tj\t4\t.\n1\t300\t400\tj\t5\t.\n1\t310\t400\tj\t6\t.\n"
    star_text = star(("chr1", 101, 200, 1, 1, 2, 0))
    source = write_files(tmp_path / "files", {"a.bed": bed, "b.SJ.out.tab": star_text})
    data = OwnData(str(source), genome=tmp_path / "genome.fa", assembly="GRCh38")
    lines, _ = merge(data, tmp_path / "merged")
    assert [(*line[2:4], line[5], *line[7:9], line[11]) for line in lines] == [
        ("101", "200", "+", "GT", "AG", ",1:4,2:2"),
        ("301", "400", "-", "CT", "AC", ",1:5"),
        ("311", "400", "?", "GG", "AC", ",1:6"),
    ]


def problem_of(tmp_path, text):
    """What is wrong with a file of this text."""
    source = write_files(tmp_path / "files", {"a.SJ.out.tab": text})
    data = OwnData(str(source), assembly="GRCh38")
    return Merge(data, tmp_path, jobs=1, report=lambda *_: None).problems()["a.SJ.out.tab"]


def test_a_position_behind_the_end_of_its_chromosome_is_refused(tmp_path):
    assert problem_of(tmp_path, star(("chr21", 46_709_900, 46_709_984, 1, 1, 5, 0))) == (
        "line 1: expected junctions of GRCh38, where chr21 has 46,709,983 bases, got one that ends at "
        "46,709,984: is it of another assembly?"
    )


def test_a_junction_that_occurs_twice_in_a_file_is_refused(tmp_path):
    text = star(("chr1", 10, 20, 1, 1, 5, 0), ("1", 10, 20, 1, 1, 6, 0))
    assert problem_of(tmp_path, text) == "expected every junction once, got chr1:10-20:+ again"


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("Run\tx\nS1\t1\nS1\t2\n", "rows 2 and 3: expected every 'Run' once, got 'S1' twice"),
        ("Run\tRun\nS1\t1\n", "expected unique, non-empty column names"),
        ("Run\tx\nS1\n", "row 2: expected 2 cells"),
        ("Run\n", "expected a line of column names and a row per sample"),
        ("Run\tx\nS7\t1\n", "expected a column with the samples of the files"),
        ("rail_id\tRun\n1\tS1\n1\tS2\n", "rail_id: expected a whole number of its own, got '1'"),
    ],
)
def test_metadata_that_cannot_be_used_are_refused(tmp_path, metadata, reason):
    write_files(tmp_path, {"files/S1.SJ.out.tab": star(*junctions_of(1, 3)), "m.tsv": metadata})
    data = OwnData(str(tmp_path / "files"), samples=str(tmp_path / "m.tsv"))
    with pytest.raises(BadSource, match=reason):
        merge(data, tmp_path / "merged")


def test_metadata_may_be_a_workbook(tmp_path):
    workbook = Workbook()
    for row in (["Run", "Age", "Note"], ["S1", 40, None], [None, None, None], ["S2", 5.5, "a\nb"]):
        workbook.active.append(row)
    workbook.save(tmp_path / "m.xlsx")
    texts = {f"files/S{number}.SJ.out.tab": star(*junctions_of(number, 3)) for number in (1, 2)}
    write_files(tmp_path, texts)
    data = OwnData(str(tmp_path / "files"), samples=str(tmp_path / "m.xlsx"))
    _, merged = merge(data, tmp_path / "merged")
    assert merged.samples.read_text().splitlines()[1:] == [
        "1\tS1\t40\t\tS1.SJ.out.tab",
        "2\tS2\t5.5\ta b\tS2.SJ.out.tab",
    ]
    (tmp_path / "m.xlsx").write_text("Run,x")
    with pytest.raises(BadSource, match=r"expected an \.xlsx workbook"):
        merge(data, tmp_path / "merged2")


def test_the_summary_says_what_was_understood(bad_folder):
    data = own_data(bad_folder, skip_bad=True)
    text = (bad_folder / "files/S2.SJ.out.tab").read_text().replace("chr1\t", "1\t")
    write_files(bad_folder, {"files/S2.SJ.out.tab": text})
    (bad_folder / "merged").mkdir()
    lines = list(summary_lines(Merge(data, bad_folder / "merged", jobs=1, report=lambda *_: None)))
    assert lines == [
        "samples: 7 of 9 files matched by column 'Run'",
        "samples without a file: 1 (S9)",
        "format: STAR's SJ.out.tab, 2 files; positions: first and last base of the intron, 1-based",
        "junctions of samples: 600; reads: 2,985",
        "chromosomes: 1; renamed: 1 is chr1",
        "chromosomes: the files name chr1 1 and chr1",
        "assembly: GRCh38; names and lengths fit: GRCh38, GRCh37, GRCm39, GRCm38, MGSCv37, "
        "T2T-CHM13v2.0",
        "annotated: 100.0 % of the junctions of samples",
    ]


# The skipped exon of a MATS.JC.txt (rMATS), and a junction per line as MAJIQ counts positions.
RMATS = (
    "ID\tchr\tstrand\texonStart_0base\texonEnd\tupstreamES\tupstreamEE\tdownstreamES\tdownstreamEE"
    "\tIJC_SAMPLE_1\tSJC_SAMPLE_1\n1\tchr1\t+\t200\t300\t50\t100\t400\t500\t9\t7\n"
)
MAJIQ = "seqid\tstrand\tjunction_start\tjunction_end\treads\nchr1\t+\t100\t401\t7\n"


@pytest.mark.parametrize(
    ("text", "columns", "positions"),
    [
        (
            RMATS,
            {
                "chromosome": "chr",
                "start": "upstreamEE",
                "end": "downstreamES",
                "reads": "SJC_SAMPLE_1",
            },
            "bed",
        ),
        (
            MAJIQ,
            {
                "chromosome": "seqid",
                "start": "junction_start",
                "end": "junction_end",
                "reads": "reads",
            },
            "exons",
        ),
    ],
)
def test_tables_of_rmats_and_majiq_are_sources_by_a_map_of_their_columns(
    tmp_path, text, columns, positions
):
    write_files(tmp_path / "files", {"a.txt": text})
    options = ReadOptions(columns={**columns, "strand": "strand"}, positions=positions)
    data = OwnData(str(tmp_path / "files"), assembly="GRCh38", options=options)
    (line,), _ = merge(data, tmp_path / "merged")
    # The exon before ends at 100, and the one behind begins at 401.
    assert line[1:6] == ["chr1", "101", "400", "300", "+"]
    assert line[11:14] == [",1:7", "1", "7"]


@pytest.fixture
def served(tmp_path):
    """The address of a server of the folder `files`."""
    (tmp_path / "files").mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "files")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_list_at_an_address_names_the_files_beside_it(tmp_path, served):
    files = {"a.SJ.out.tab": junctions_of(1, 20), "b.SJ.out.tab": junctions_of(2, 20)}
    texts = {name: star(*junctions) for name, junctions in files.items()}
    texts |= {
        "list.txt": f"first\ta.SJ.out.tab\n\nsecond\t{served}/b.SJ.out.tab\n",
        "samples.csv": "name,age\nfirst,5\nsecond,6\n",
        "junctions.tsv": "1\tchr1\t100\t200\n",
    }
    write_files(tmp_path / "files", texts)
    assert is_file_list(f"{served}/list.txt")
    assert not is_file_list(f"{served}/junctions.tsv")
    data = OwnData(f"{served}/list.txt", samples=f"{served}/samples.csv", assembly="GRCh38")
    lines, merged = merge(data, tmp_path / "merged")
    assert [line[1:] for line in lines] == naive_lines(list(files.values()))
    assert merged.samples.read_text().splitlines()[1:] == [
        "1\tfirst\t5\ta.SJ.out.tab",
        f"2\tsecond\t6\t{served}/b.SJ.out.tab",
    ]
