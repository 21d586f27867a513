"""`snapshard load` of junction files as aligners write them, into a real database."""

from collections import Counter
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest
from click.testing import CliRunner
from odd_sources import row

from snapshard.__main__ import snapshard
from snapshard_populate.releases import release_statuses


def star(*places, reads=5):
    return "".join(f"{c}\t{s}\t{e}\t1\t1\t0\t{reads}\t1\t30\n" for c, s, e in places)


@pytest.fixture
def star_output(tmp_path):
    """A folder of three samples, and their metadata beside it."""
    folder = tmp_path / "star"
    folder.mkdir()
    (folder / "A.SJ.out.tab").write_text(star(("1", 101, 200), ("2", 101, 200)))
    (folder / "B.SJ.out.tab").write_text(star(("1", 101, 200), reads=8))
    (folder / "C.SJ.out.tab").write_text(star(("1", 101, 200), ("MT", 7, 90), reads=2))
    (tmp_path / "samples.csv").write_text("name,tissue\nA,Liver\nB,Blood\nC,Liver\n")
    return folder


@pytest.fixture
def run(embedded, monkeypatch):
    """A function that runs the command line on the test server; returns exit code and output."""
    monkeypatch.setenv("SNAPSHARD_DATA", str(embedded.folder))

    def command(*arguments):
        result = CliRunner().invoke(snapshard, list(map(str, arguments)))
        error = result.exception
        text = "" if error is None or isinstance(error, SystemExit) else str(error)
        return result.exit_code, result.output + text

    return command


def load(run, folder, *options):
    """Loads the folder; on three shards, because other tests give the server more than chromosomes."""
    known = ("--samples", folder.parent / "samples.csv", "--assembly", "GRCh38", "--shards", 3)
    return run("load", folder, *known, *options)


def test_a_folder_of_star_output_is_served(run, star_output, embedded):
    code, output = load(run, star_output, "--compilation", "own", "--group-by", "tissue")
    assert (code, output) == (0, "own/r1: published, 3 junctions, 26 of 26 intervals\n")
    code, output = run("query", "chr1", "--compilation", "own")
    cells = dict(zip(*[line.split("\t") for line in output.splitlines()[1:3]], strict=True))
    assert (cells["start"], cells["end"], cells["left_motif"]) == ("101", "200", "GT")
    assert (cells["samples_count"], cells["coverage_sum"]) == ("3", "15")
    assert (cells["coverage_avg"], cells["coverage_median"]) == ("5.000", "5.000")
    code, output = run("evidence", "chr1:101-200:+", "--compilation", "own")
    assert code == 0
    assert "3 of 3" in output
    assert [line for line in output.splitlines() if line.split()[:3] == ["Liver", "2", "2"]]
    status = release_statuses(embedded.shard_map().catalog, "own")[-1]
    assert status.source == str(star_output)


def test_a_bad_file_stops_the_load_and_can_be_left_out(run, star_output, embedded):
    (star_output / "B.SJ.out.tab").write_text("")
    code, output = load(run, star_output, "--compilation", "ownbad")
    assert code == 1
    assert (
        "1 file cannot be used (B.SJ.out.tab), and nothing was loaded; --skip-bad leaves" in output
    )
    assert "B.SJ.out.tab: expected junctions, got an empty file" in output
    assert not list(release_statuses(embedded.shard_map().catalog, "ownbad"))
    code, output = load(run, star_output, "--compilation", "ownbad", "--skip-bad")
    assert code == 0
    (status,) = release_statuses(embedded.shard_map().catalog, "ownbad")
    assert status.sample_count == 2
    assert "left out: B.SJ.out.tab: expected junctions, got an empty file" in status.notices


def test_a_dry_run_says_what_it_understood(run, star_output):
    (star_output / "B.SJ.out.tab").write_text("1\t5\n")
    code, output = load(run, star_output, "--check")
    assert code == 1
    assert output.replace(f"{star_output}", "FOLDER").splitlines() == [
        "samples: 3 of 3 files matched by column 'name'",
        "format: STAR's SJ.out.tab, 2 files; positions: first and last base of the intron, 1-based",
        "junctions of samples: 4; reads: 14",
        "chromosomes: 3; renamed: 1 is chr1, 2 is chr2, MT is chrM",
        "assembly: GRCh38; names and lengths fit: GRCh38, GRCh37, GRCm39, GRCm38, MGSCv37, "
        "T2T-CHM13v2.0",
        "refused: B.SJ.out.tab: expected a format that is recognised by its content, got 2 columns: "
        "'1 5'; name the format (star, bed12, leafcutter, fraser, rmats, majiq, portcullis, tcga, "
        "bed, plain, table); three columns are `bed` if they count from 0, `plain` if they are the first "
        "and last base of the intron",
        "FOLDER: a load would fail",
    ]
    assert load(run, star_output, "--check", "--skip-bad")[0] == 0


def test_a_folder_in_snaptrons_layout_is_not_merged(run, tmp_path):
    (tmp_path / "junctions.tsv").write_text(row(1, "chr1", 100, 200))
    code, output = run("load", "--check", tmp_path, "--assembly", "GRCh38")
    assert (code, output) == (0, f"{tmp_path}: a load would succeed; 1 good junctions\n")


class Counting(SimpleHTTPRequestHandler):
    """Serves a folder, and counts the requests for each path."""

    counts: ClassVar[Counter[str]] = Counter()

    def do_GET(self):
        self.counts[self.path] += 1
        super().do_GET()


def test_the_annotation_is_read_once(run, star_output, embedded):
    exon = 'chr1\tx\texon\t{}\t{}\t.\t+\t.\tgene_id "G"; transcript_id "T"; gene_name "ONE";\n'
    (star_output.parent / "genes.gtf").write_text(
        exon.format(1, 100) + exon.format(201, 300) + "chr1\tx\texon\tbroken\n"
    )
    handler = partial(Counting, directory=star_output.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        address = f"http://127.0.0.1:{server.server_port}/genes.gtf"
        code, output = load(run, star_output, "--compilation", "ownonce", "--annotation", address)
        server.shutdown()
    assert code == 0, output
    assert Counting.counts["/genes.gtf"] == 1
    assert "notice: genes.gtf: 1 line could not be used and was left out" in output
    code, output = run(
        "query", "--gene", "ONE", "--compilation", "ownonce", "--columns", "start,annotated"
    )
    assert output.splitlines()[1:] == ["start\tannotated", "101\t1"]
