"""`snapshard load --check` lists what a load would refuse or let pass, and loads nothing."""

import pysam
import pytest
from click.testing import CliRunner
from odd_sources import SAMPLES, row, write_sources

from snapshard.__main__ import snapshard


@pytest.fixture
def check(tmp_path, monkeypatch):
    """A function that checks sources with these texts; returns exit code and lines without their
    folder. The shards that a load would need do not exist.
    """
    monkeypatch.setenv("SNAPSHARD_SHARDS", str(tmp_path / "absent.tsv"))

    def run(*options, **texts):
        compilation = write_sources(tmp_path, **texts)
        files = []
        for name in texts.keys() | {"samples"}:
            if name != "junctions":
                files += [f"--{name.replace('_', '-')}", getattr(compilation, name)]
        arguments = ["load", "--check", compilation.junctions, "--assembly", "GRCh38"]
        arguments += [*files, *options]
        result = CliRunner().invoke(snapshard, arguments)
        return result.exit_code, result.stdout.replace(f"{tmp_path}/", "").splitlines()

    return run


def test_good_sources_are_reported_as_good(check):
    assert check() == (0, ["junctions.txt: a load would succeed; 1 good junctions"])


def test_new_names_of_chromosomes_and_an_unknown_assembly_are_reported(check, tmp_path):
    code, lines = check(junctions=row(1, "1", 1, 9) + row(2, "chr1", 2, 9))
    assert (code, lines[:-1]) == (
        0,
        [
            "notice: junctions.txt: chromosomes were renamed in 1 row: 1 to chr1",
            "notice: junctions.txt: chr1 is named 1 and chr1",
        ],
    )
    command = ["load", "--check", str(tmp_path / "junctions.txt")]
    result = CliRunner().invoke(snapshard, command)
    assert "the assembly is unknown" in result.stdout


def test_a_file_of_a_list_of_bases_that_shares_no_chromosome_is_refused(check, tmp_path):
    for name, chrom in (("one", "1"), ("two", "scaffold7")):
        (tmp_path / f"{name}.bedgraph").write_text(f"{chrom}\t100\t200\t5\n")
    code, lines = check(bases_files="1\tone.bedgraph\n2\ttwo.bedgraph\n")
    assert code == 1
    assert lines[0] == (
        "refused: two.bedgraph: expected chromosomes named as in the junctions (chr1), "
        "got scaffold7: none is the same"
    )
    assert "notice: one.bedgraph: chromosomes were renamed in 1 row: 1 to chr1" in lines


def test_new_names_of_chromosomes_in_an_annotation_are_reported(check):
    code, lines = check(
        annotation='1\tx\tgene\t9\t99\t.\t+\t.\tgene_id "G"\n'
        'CM000663.2\tx\tgene\t9\t99\t.\t+\t.\tgene_id "H"\n',
        refflat="G\tT\tchr1\t+\t9\t99\t9\t9\t1\t9,\t99,\n",
    )
    assert (code, lines[:-1]) == (
        0,
        [
            "notice: annotation.txt: chromosomes were renamed in 2 lines: 1 to chr1, CM000663.2 to chr1",
            "notice: annotation.txt: chr1 is named 1 and CM000663.2",
        ],
    )


def test_every_bad_row_and_every_bad_file_is_listed(check):
    code, lines = check(
        junctions=row(1, "chr1", 1, 9).replace("\t+\t", "\tx\t")
        + row(2, "chr1", 1, 9, ",1:5,8:1")
        + row(3, "chr1", 1, 9)
        + row(3, "chr1", 2, 9),
        samples="\ufeff" + SAMPLES,
        exons=row(1, "scaffold", 1, 9),
    )
    assert code == 1
    assert lines == [
        "refused: junctions.txt: lines 3 and 4: expected every snaptron_id once, got 3 twice",
        "refused: exons.txt: expected chromosomes named as in the junctions (chr1), got scaffold: "
        "none is the same",
        "refused: junctions.txt, line 1: strand: expected one of + - ? * ., got 'x'",
        "refused: junctions.txt, line 2: samples: expected samples of the samples file, got 8",
        "notice: samples.txt: the byte order mark in front was passed over",
        "junctions.txt: a load would fail; 2 good junctions",
    ]


def test_bad_rows_that_a_load_would_tolerate_do_not_fail(check):
    text = row(1, "chr1", 1, 9).replace("\t+\t", "\tx\t") + row(2, "chr1", 1, 9)
    assert check(junctions=text)[0] == 1
    code, lines = check("--max-errors", "1", junctions=text)
    assert (code, len(lines)) == (0, 2)


def test_only_the_first_hundred_bad_rows_are_listed(check):
    bad = "".join(row(n, "chr1", n, n + 5).replace("\t+\t", "\tx\t") for n in range(1, 151))
    code, lines = check(junctions=bad + row(999, "chr1", 900, 909))
    assert (code, len(lines), lines[100]) == (1, 102, "refused: 50 more rows")


def test_a_row_outside_the_layout_and_an_index_that_hides_rows_are_listed(check, tmp_path):
    (tmp_path / "layout.tsv").write_text("chr2\t-\ts1\n")
    code, lines = check("--layout", str(tmp_path / "layout.tsv"))
    assert (code, "expected a chromosome of the layout (chr2), got chr1" in lines[0]) == (1, True)
    path = tmp_path / "junctions.gz"
    for chrom in ("chr1", "chr2"):
        with pysam.BGZFile(str(path), "wb0") as stream:
            text = row(1, "chr1", 1, 9) + row(2, chrom, 5, 9) + row(3, "chr2", 7, 9)
            stream.write(text.encode())
        if chrom == "chr1":
            pysam.tabix_index(str(path), force=True, seq_col=1, start_col=2, end_col=3)
    result = CliRunner().invoke(snapshard, ["load", "--check", str(path), str(path)])
    assert result.exit_code == 1
    assert result.stdout.count("has 3 rows, but its tabix index gave 2") == 2
