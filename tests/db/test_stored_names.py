"""Chromosomes are stored under one name, however a source spells them and however it is read."""

import gzip
import json
import re
import subprocess
import sys

import psycopg
import pysam
import pytest
import zstandard
from psycopg import sql
from stored import stored_lines

from snapshard.errors import BadQuery, BadRow, BadSource
from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.query import Query
from snapshard.region import Region
from snapshard_populate.loading import Compilation, LoadPlan, load_compilation, verify_release
from snapshard_populate.releases import find_release, read_layout

SPELLINGS = {
    "canonical": ("chr1", "chr2", "chrM", "chrUn_KI270302v1", "chrX"),
    "ensembl": ("1", "2", "MT", "KI270302.1", "X"),
    "refseq": ("NC_000001.11", "NC_000002.12", "NC_012920.1", "NT_187396.1", "NC_000023.11"),
    "capitals": ("Chr1", "CHR2", "chrMT", "CHRUN_KI270302V1", "chrx"),
}
STARTS = (100, 200, 200, 5_000)
LAYOUTS = {1: ["*\t-\ts1"], 3: ["chr1\t150\ts1", "chr1\t-\ts2", "chrM\t-\ts2", "*\t-\ts3"]}


def rows_of(chromosomes, starts=STARTS, first=0):
    """The lines of a junction file: for each chromosome a row per start, numbered from the first."""
    places = [(chromosome, start) for chromosome in chromosomes for start in starts]
    return [
        f"{number}\t{chromosome}\t{start}\t{start + 49 + number}\t{50 + number}\t+\t0\tGT\tAG\t0\t0"
        f"\t,1:5,2:3\t2\t8\t4.000\t4.000\t0\n"
        for number, (chromosome, start) in enumerate(places, first)
    ]


def written(path, lines, form):
    """A file of the lines: plain, gzip, or bgzip with an index."""
    path.write_text("".join(lines))
    if form == "gzip":
        packed = path.with_suffix(".gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
        return str(packed)
    if form == "indexed":
        pysam.tabix_index(str(path), seq_col=1, start_col=2, end_col=3, force=True)
        return f"{path}.gz"
    return str(path)


@pytest.fixture
def load(embedded, tmp_path):
    """Loads a compilation of such files, and returns its status and what the shards hold."""

    def load_files(name, count=3, release=None, **files):
        layout = read_layout(LAYOUTS[count])
        shards = embedded.ensure_shards(sorted({interval.shard for interval in layout}))
        status = load_compilation(
            shards, LoadPlan(Compilation(name, **files), layout, release, jobs=2)
        )
        return shards, status

    return load_files


def lines_of(shards, status, kind="junction"):
    return [line for lines in stored_lines(shards, status.schema, kind).values() for line in lines]


@pytest.mark.parametrize("form", ["plain", "gzip", "indexed"])
@pytest.mark.parametrize("count", [1, 3])
def test_every_spelling_is_stored_as_the_one_name(form, count, load, tmp_path, index):
    expected = rows_of(SPELLINGS["canonical"])
    for spelling, chromosomes in SPELLINGS.items():
        path = written(tmp_path / spelling, rows_of(chromosomes), form)
        shards, status = load("spelt", count, junctions=path, assembly="GRCh38")
        assert sorted(lines_of(shards, status)) == sorted(expected), spelling
        release = index.catalog.release("spelt", status.name)
        for name, text in zip(SPELLINGS["canonical"], chromosomes, strict=True):
            whole = tuple(Region(spelled, 1, 10_000) for spelled in (name, text))
            assert [index.count(release, Query((region,))) for region in whole] == [4, 4]
            condition = Filter("chromosome", "!=", text)
            assert index.count(release, Query(filters=(condition,))) == 16
            spans = [
                Region(text, 200, int(line.split("\t")[3]))
                for line in expected
                if f"\t{name}\t200\t" in line
            ]
            found = index.find(release, spans, columns=("chromosome", "start"))
            assert b"".join(rows.text for rows in found) == f"{name}\t200\n".encode() * 2


def test_a_file_with_two_spellings_of_a_chromosome_loads_if_its_rows_are_in_order(load, tmp_path):
    lines = rows_of(["1"], (100, 200)) + rows_of(["chr1"], (300, 400), 2) + rows_of(["2"], first=4)
    for form in ("plain", "indexed"):
        path = written(tmp_path / form, lines, form)
        shards, status = load("twice", junctions=path)
        assert {line.split("\t")[1] for line in lines_of(shards, status)} == {"chr1", "chr2"}
        assert status.row_count == 8


@pytest.mark.parametrize("form", ["plain", "indexed"])
def test_rows_of_a_chromosome_that_are_apart_are_refused_with_both_spellings(form, load, tmp_path):
    lines = rows_of(["1", "2"]) + rows_of(["chr1"], (6_000,), first=8)
    path = written(tmp_path / "apart", lines, form)
    expected = r"line 9: .* chr1 occurs again after chr2, because the file names it 1 and chr1"
    with pytest.raises(BadSource, match=expected):
        load("apart", junctions=path)


@pytest.mark.parametrize("form", ["plain", "indexed"])
def test_a_row_of_another_assembly_is_refused_with_its_line(form, load, tmp_path):
    path = written(tmp_path / "foreign", rows_of(["chr1", "NC_000002.11"]), form)
    expected = (
        "chromosome: expected a chromosome of GRCh38, but this is chr2 of GRCh37, "
        "got 'NC_000002.11'"
    )
    with pytest.raises(BadRow, match=expected):
        load("foreign", junctions=path, assembly="GRCh38")


def test_other_names_are_kept_and_found_with_and_without_chr(load, tmp_path, index):
    path = written(tmp_path / "flies", rows_of(["2L", "spike-1", "HLA-A*01:01:01:01"]), "plain")
    _, status = load("flies", junctions=path)
    release = index.catalog.release("flies", status.name)
    for spelled in ("2L", "chr2L", "CHR2l", "spike-1", "HLA-A*01:01:01:01"):
        assert index.count(release, Query((Region(spelled),))) == 4, spelled
    assert index.count(release, Query((Region("3L"),))) == 0


def test_a_release_with_raw_names_is_still_found(load, tmp_path, index):
    path = written(tmp_path / "old", rows_of(["chr1", "chr2"]), "plain")
    shards, status = load("old", 1, junctions=path)
    schema = sql.Identifier(status.schema)
    # This is what earlier versions stored for a file that names its chromosomes 1 and 2.
    with psycopg.connect(shards.address("s1")) as connection:
        connection.execute(
            sql.SQL("UPDATE {}.junction SET chromosome = substr(chromosome, 4)").format(schema)
        )
        blocks = sql.SQL("SELECT block, payload FROM {}.junction_block").format(schema)
        for block, payload in connection.execute(blocks).fetchall():
            text = zstandard.ZstdDecompressor().decompress(payload).replace(b"\tchr", b"\t")
            connection.execute(
                sql.SQL("UPDATE {}.junction_block SET payload = %s WHERE block = %s").format(
                    schema
                ),
                [zstandard.ZstdCompressor().compress(text), block],
            )
    release = index.catalog.release("old", status.name)
    for spelled in ("1", "chr1", "Chr1"):
        query = Query((Region(spelled, 1, 400),))
        assert index.count(release, query) == 3
        lines = b"".join(rows.text for rows in index.rows(release, query)).decode().splitlines()
        assert [line.split("\t")[1] for line in lines] == ["1"] * 3
        exact = Query((Region(spelled, 100, 149),), match=Match.EXACT)
        assert index.count(release, exact) == 1
        condition = Filter("chromosome", "=", spelled)
        assert index.count(release, Query(filters=(condition,))) == 4


GTF = 'x\t.\t{}\t100\t900\t.\t+\t.\tgene_id "G"; transcript_id "T"; gene_name "G";\n'


def annotation(path, chromosome):
    lines = [GTF.format(kind).replace("x", chromosome, 1) for kind in ("gene", "exon")]
    path.write_text("".join(lines))
    return str(path)


def test_an_annotation_is_stored_under_the_names_of_the_junctions(load, tmp_path):
    path = written(tmp_path / "j", rows_of(["1", "2"]), "plain")
    for number, spelling in enumerate(("NC_000001.11", "1", "Chr1", "chr1", "CM000663.2")):
        gtf = annotation(tmp_path / f"{number}.gtf", spelling)
        shards, status = load("annotated", junctions=path, annotation=gtf, assembly="hg38")
        with psycopg.connect(shards.catalog) as connection:
            for table in ("gene", "transcript"):
                names = sql.SQL("SELECT chromosome FROM {}.{}").format(
                    sql.Identifier(status.schema), sql.Identifier(table)
                )
                assert connection.execute(names).fetchall() == [("chr1",)]


def test_tables_that_share_no_chromosome_with_the_junctions_stop_the_load(load, tmp_path, embedded):
    junctions = written(tmp_path / "j", rows_of(["1", "KI270302.1"]), "plain")
    gtf = annotation(tmp_path / "a.gtf", "chr3")
    genes = written(tmp_path / "genes", rows_of(["chr3"]), "plain")
    header = tmp_path / "bases.header"
    header.write_text("chromosome\tstart\tend\t1\t2\n")
    bases = tmp_path / "bases"
    bases.write_text("chr3\t5\t9\t1.0\t2.0\n")
    for number, files in enumerate(
        (
            {"annotation": gtf},
            {"genes": genes},
            {"exons": genes},
            {"bases": str(bases), "bases_header": str(header)},
        )
    ):
        source = next(iter(files.values()))
        source = "annotation" if number == 0 else source
        expected = (
            f"{source}: expected chromosomes named as in the junctions (chr1, chrUn_KI270302v1), "
            "got chr3: none is the same"
        )
        name = f"apart{number}"
        with pytest.raises(BadSource, match=re.escape(expected)):
            load(name, junctions=junctions, assembly="GRCh38", release="r1", **files)
        with pytest.raises(Exception, match=r"no compilation|no release"):
            find_release(embedded.shard_map().catalog, name, "r1")


def test_a_file_of_a_list_that_shares_no_chromosome_stops_the_load(load, tmp_path):
    junctions = written(tmp_path / "j", rows_of(["chr1"]), "plain")
    (tmp_path / "1.bedgraph").write_text("1\t5\t9\t1\n")
    (tmp_path / "2.bedgraph").write_text("Chr1\t5\t9\t2\n")
    listing = tmp_path / "bases.files.tsv"
    listing.write_text("1\t1.bedgraph\n2\t2.bedgraph\n")
    shards, status = load("listed", junctions=junctions, bases_files=str(listing))
    assert lines_of(shards, status, "base") == ["chr1\t5\t9\t1.0\t2.0\n"]
    (tmp_path / "2.bedgraph").write_text("chr3\t5\t9\t2\n")
    with pytest.raises(BadSource, match=r"2\.bedgraph: expected chromosomes named as in"):
        load("listed", junctions=junctions, bases_files=str(listing))


def test_verification_finds_an_annotation_of_another_genome(load, tmp_path):
    junctions = written(tmp_path / "j", rows_of(["chr1"]), "plain")
    gtf = annotation(tmp_path / "a.gtf", "chr1")
    shards, status = load("renamed", junctions=junctions, annotation=gtf)
    with psycopg.connect(shards.catalog) as connection:
        for table in ("gene", "transcript"):
            connection.execute(
                sql.SQL("UPDATE {}.{} SET chromosome = 'scaffold_1'").format(
                    sql.Identifier(status.schema), sql.Identifier(table)
                )
            )
    with pytest.raises(
        Exception, match="annotation: expected chromosomes named as in the junctions"
    ):
        verify_release(shards, "renamed", status.name)


@pytest.mark.parametrize(
    ("first", "second", "assembly"),
    [
        (None, None, None),
        (None, "GRCh38", "GRCh38"),
        ("GRCh38", None, "GRCh38"),
        ("GRCh38", "GRCh38.p13", "GRCh38"),
        ("hg38", "GRCh38", "hg38"),
        ("TAIR10", "TAIR10", "TAIR10"),
    ],
)
def test_an_assembly_is_what_was_named_and_a_patch_is_the_same(
    first, second, assembly, load, tmp_path, index
):
    path = written(tmp_path / "j", rows_of(["chr1"]), "plain")
    name = f"named_{first}_{second}".lower().replace(".", "_")
    for named in (first, second):
        _, status = load(name, junctions=path, assembly=named)
    release = index.catalog.release(name, status.name)
    assert (status.assembly, release.assembly) == (assembly, assembly)
    [rows] = index.summaries(release, Query(), columns=("name",), limit=1)
    prefix = {None: "", "hg38": "GRCh38:"}.get(assembly, f"{assembly}:")
    assert rows.text.decode() == f"{prefix}chr1:100-149:+\n"


def test_another_assembly_is_refused(load, tmp_path):
    path = written(tmp_path / "j", rows_of(["chr1"]), "plain")
    load("human", junctions=path, assembly="GRCh38")
    with pytest.raises(Exception, match="has assembly 'GRCh38', this release would have 'GRCm39'"):
        load("human", junctions=path, assembly="GRCm39")
    # The compilation's assembly also holds if a release does not name it.
    foreign = written(tmp_path / "k", rows_of(["NC_000001.10"]), "plain")
    with pytest.raises(BadRow, match="chr1 of GRCh37"):
        load("human", junctions=foreign)


def test_the_command_asks_for_an_assembly_that_nobody_named(tmp_path):
    path = written(tmp_path / "j.tsv", rows_of(["1"]), "plain")
    command = [sys.executable, "-m", "snapshard"]
    data = ["--data", str(tmp_path / "data")]
    load = [*command, "load", path, "--compilation", "x", "--shards", "1", *data]
    loaded = subprocess.run(load, capture_output=True, text=True, check=True)
    assert "the assembly is unknown" in loaded.stderr
    evidence = [*command, "evidence", "GRCh38.p13:1:100-149:+", "--json", *data]
    answer = subprocess.run(evidence, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["name"] == "chr1:100-149:+"
    assert json.loads(answer.stdout)["about"]["assembly"] is None
    loaded = subprocess.run(
        [*load, "--assembly", "GRCh38"], capture_output=True, text=True, check=True
    )
    assert "unknown" not in loaded.stderr
    answer = subprocess.run(evidence, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["name"] == "GRCh38:chr1:100-149:+"


def test_a_filter_that_names_another_assembly_is_refused(load, tmp_path, index):
    path = written(tmp_path / "j", rows_of(["chr1"]), "plain")
    _, status = load("filtered", junctions=path, assembly="GRCh38")
    release = index.catalog.release("filtered", status.name)
    condition = Filter("chromosome", "!=", "NC_000001.10")
    with pytest.raises(BadQuery, match=r"NC_000001\.10"):
        index.count(release, Query(filters=(condition,)))
