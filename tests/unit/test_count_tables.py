"""Tables with the counts of many samples: the merged lines equal those of a naive reader."""

import csv
import gzip
import shutil
from collections import defaultdict
from statistics import median

import pytest

from snapshard.errors import BadRow, BadSource
from snapshard_populate.merging import Merge, OwnData


def merge(source, folder, **options):
    folder.mkdir()
    data = OwnData(str(source), assembly="GRCh38", **options)
    merged = Merge(data, folder, jobs=1, report=lambda *_: None).merged()
    lines = [line.split("\t") for line in merged.junctions.read_text().splitlines()]
    return lines, merged


def read_lines(path):
    with gzip.open(path, "rt") as lines:
        return lines.read().splitlines()


def naive_recount3(folder, project):
    """Each junction's place, strand, motifs, reads by rail_id, number, sum, mean and median."""
    rows = list(csv.DictReader(read_lines(folder / f"{project}.RR.gz"), delimiter="\t"))
    rail_ids = list(map(int, read_lines(folder / f"{project}.ID.gz")[1:]))
    reads = defaultdict(dict)
    matrix = read_lines(folder / f"{project}.MM.gz")
    for line in [line for line in matrix if not line.startswith("%")][1:]:
        row, column, count = map(int, line.split())
        reads[row - 1][rail_ids[column - 1]] = count
    lines = []
    for number, pairs in reads.items():
        row, counts = rows[number], list(pairs.values())
        place = [row[name] for name in ("chromosome", "start", "end", "length", "strand")]
        motifs = [row[name].upper() for name in ("left_motif", "right_motif")]
        text = "".join(f",{rail_id}:{pairs[rail_id]}" for rail_id in sorted(pairs))
        middles = sum(counts) / len(counts), median(counts)
        decimals = [f"{int(1000 * value + 0.5) / 1000:.3f}" for value in middles]
        line = (*place, *motifs, text, str(len(counts)), str(sum(counts)), *decimals)
        lines.append(line)
    return sorted(lines)


@pytest.mark.parametrize("project", ["recount3.SRP014565.ALL", "recount3.DRP004088.ALL"])
def test_matrices_of_recount3_equal_a_naive_reader(shared, tmp_path, project):
    folder = shared / "data/recount3"
    source = tmp_path / "files"
    source.mkdir()
    for part in ("MM", "RR", "ID"):
        shutil.copyfile(folder / f"{project}.{part}.gz", source / f"{project}.{part}.gz")
    lines, merged = merge(source, tmp_path / "merged")
    columns = (*range(1, 6), 7, 8, *range(11, 16))
    assert sorted(tuple(line[at] for at in columns) for line in lines) == naive_recount3(
        folder, project
    )
    rail_ids = read_lines(folder / f"{project}.ID.gz")[1:]
    samples = merged.samples.read_text().splitlines()[1:]
    assert [line.split("\t")[0] for line in samples] == sorted(rail_ids, key=int)


def test_several_matrices_become_one_compilation(shared, tmp_path):
    lines, merged = merge(shared / "data/recount3", tmp_path / "merged")
    naive = [*naive_recount3(shared / "data/recount3", "recount3.SRP014565.ALL")]
    naive += naive_recount3(shared / "data/recount3", "recount3.DRP004088.ALL")
    assert len(lines) == len({line[:5] for line in naive})
    assert sum(int(line[13]) for line in lines) == sum(int(line[9]) for line in naive)
    assert len(merged.samples.read_text().splitlines()) == 4


def write_unique(folder, project):
    """Writes the UNIQUE matrix beside the ALL one: of its rows every third has fewer reads, and every
    fourth none; recount3 gives both with the same names of files but for this word.
    """
    unique = project.replace("ALL", "UNIQUE")
    for part in ("RR", "ID"):
        shutil.copyfile(folder / f"{project}.{part}.gz", folder / f"{unique}.{part}.gz")
    head, *lines = [
        line for line in read_lines(folder / f"{project}.MM.gz") if not line.startswith("%")
    ]
    entries = [tuple(map(int, line.split())) for line in lines]
    entries = [(row, column, max(1, reads - row % 3)) for row, column, reads in entries if row % 4]
    size = " ".join(head.split()[:2])
    with gzip.open(folder / f"{unique}.MM.gz", "wt") as file:
        file.write(f"%%MatrixMarket matrix coordinate integer general\n%\n{size} {len(entries)}\n")
        file.writelines(f"{row} {column} {reads}\n" for row, column, reads in entries)
    return unique


@pytest.mark.parametrize("project", ["recount3.SRP014565.ALL", "recount3.DRP004088.ALL"])
def test_a_unique_matrix_is_read_beside_the_one_of_all_reads(shared, tmp_path, project):
    source = tmp_path / "files"
    source.mkdir()
    for part in ("MM", "RR", "ID"):
        shutil.copyfile(
            shared / f"data/recount3/{project}.{part}.gz", source / f"{project}.{part}.gz"
        )
    unique = write_unique(source, project)
    columns = (*range(1, 6), 7, 8, *range(11, 16))
    for kind, name in (("ALL", project), ("UNIQUE", unique)):
        lines, merged = merge(source, tmp_path / kind, files=f"*.{kind}.MM.gz")
        assert sorted(tuple(line[at] for at in columns) for line in lines) == naive_recount3(
            source, name
        )
        samples = merged.samples.read_text().splitlines()[1:]
        rail_ids = read_lines(source / f"{name}.ID.gz")[1:]
        assert [line.split("\t")[0] for line in samples] == sorted(rail_ids, key=int)
    with pytest.raises(BadSource, match="and nothing was loaded"):
        merge(source, tmp_path / "both")


@pytest.fixture
def matrix(tmp_path):
    """The texts of a small matrix, and a function that writes and merges it."""
    texts = {
        "RR": "chromosome\tstart\tend\tstrand\nchr1\t10\t20\t+\nchr1\t15\t30\t-\n",
        "ID": "rail_id\n7\n9\n",
        "MM": "%%MatrixMarket matrix coordinate integer general\n%\n2 2 3\n1 1 4\n1 2 5\n2 2 6\n",
    }

    def merged(**changes):
        for part, text in (texts | changes).items():
            (tmp_path / f"files/p.{part}").parent.mkdir(exist_ok=True)
            (tmp_path / f"files/p.{part}").write_text(text)
        return merge(tmp_path / "files", tmp_path / "merged")[0]

    return texts, merged


def test_a_small_matrix(matrix):
    _, merged = matrix
    assert [(line[2], line[11]) for line in merged()] == [("10", ",7:4,9:5"), ("15", ",9:6")]


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        ({"MM": "2 2 3\n1 1 4\n1 2 5\n"}, BadRow, "line 1: expected '%%MatrixMarket"),
        (
            {"ID": "rail_id\n7\n"},
            BadSource,
            r"2 junctions \(RR\) and 1 samples \(ID\), got .* 2 and 2",
        ),
        ({"end": "1 2 5\n"}, BadSource, "expected 3 counts, got 2: the file is truncated"),
        ({"end": "1 2 5\n3 2 6\n"}, BadRow, "line 6: expected a row up to 2 .* got 3 and 2"),
        ({"end": "1 2 5\n2 2 x\n"}, BadRow, "line 6: .*reads: expected a whole number, got 'x'"),
    ],
)
def test_damaged_matrices_are_refused(matrix, change, error, reason):
    texts, merged = matrix
    if "end" in change:
        change = {"MM": texts["MM"].replace("1 2 5\n2 2 6\n", change["end"])}
    with pytest.raises(error, match=reason):
        merged(**change)


def test_junctions_of_gtex(tmp_path):
    (tmp_path / "files").mkdir()
    text = (
        "#1.2\n2\t3\nName\tDescription\tGTEX-1\tGTEX-2\tGTEX-3\n"
        "chr1_14829_14970_ENSG00000227232.5\tENSG00000227232.5\t3\t0\t12\n"
        "chr1_KI270706v1_random_45289_45830_ENSG1\tENSG1\t0\t0\t1\n"
    )
    (tmp_path / "files/junctions.v8.gct.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "m.tsv").write_text("SAMPID\tSMTS\nGTEX-1\tLiver\nGTEX-3\tBlood\nGTEX-2\tLung\n")
    lines, merged = merge(
        tmp_path / "files", tmp_path / "merged", samples=str(tmp_path / "m.tsv"), skip_bad=True
    )
    assert [line[1:6] + line[11:12] for line in lines] == [
        ["chr1", "14830", "14969", "140", "?", ",1:3,2:12"],
        ["chr1_KI270706v1_random", "45290", "45829", "540", "?", ",2:1"],
    ]
    assert merged.notices == (
        "left out: junctions.v8.gct.gz (GTEX-2): expected junctions with reads, got none",
    )


def test_counts_of_leafcutter(tmp_path):
    (tmp_path / "files").mkdir()
    text = "chrom a.bam b.bam\nchr1:17055:17233:clu_1_- 5/8 0/0\nchr1:17055:17606:clu_1_- 3/8 2/2\n"
    (tmp_path / "files/x_perind.counts.gz").write_bytes(gzip.compress(text.encode()))
    lines, merged = merge(tmp_path / "files", tmp_path / "merged")
    assert [line[2:4] + line[5:6] + line[11:12] for line in lines] == [
        ["17056", "17232", "-", ",1:5"],
        ["17056", "17605", "-", ",1:3,2:2"],
    ]
    assert "1\ta.bam\t" in merged.samples.read_text()


def test_a_wide_table_with_a_missing_cell_is_refused(tmp_path):
    (tmp_path / "files").mkdir()
    text = "chrom a b\nchr1:17055:17233:clu_1_- 5/8 0/0\nchr1:17055:17606:clu_1_- 3/8\n"
    (tmp_path / "files/x_perind.counts").write_text(text)
    with pytest.raises(BadRow, match="line 3: expected 3 columns, got 2"):
        merge(tmp_path / "files", tmp_path / "merged")
