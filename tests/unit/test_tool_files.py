"""Files for other tools: what is written from merged rows, and read and merged again, is the same."""

import gzip

import anndata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.rows import Rows
from snapshard.tool_files import write_tool_files
from snapshard_populate.merging import Merge, OwnData

COLUMNS = {
    "star": (*range(1, 11), *range(11, 16)),
    "regtools": (*range(1, 6), *range(11, 16)),
    "leafcutter": (*range(1, 6), *range(11, 16)),
    "recount3": (*range(1, 6), 7, 8, *range(11, 16)),
    "fraser": (*range(1, 6), *range(11, 16)),
}
"""The columns that each tool's files keep; those of the annotation need an annotation again."""


@st.composite
def row_texts(draw):
    """Rows of one to nine junctions in up to five samples, whose numbers are 3, 6, 9, 12 and 15."""
    place = st.tuples(st.integers(2, 40), st.integers(1, 30), st.sampled_from("+-"))
    lines = []
    for number, (start, length, strand) in enumerate(
        sorted(draw(st.lists(place, min_size=1, max_size=9, unique=True))), 1
    ):
        samples = sorted(draw(st.sets(st.sampled_from([3, 6, 9, 12, 15]), min_size=1)))
        counts = [draw(st.integers(1, 99)) for _ in samples]
        ordered = sorted(counts)
        middle = (ordered[(len(counts) - 1) // 2] + ordered[len(counts) // 2]) / 2
        motif = ("GT", "AG") if strand == "+" else ("CT", "AC")
        pairs = "".join(f",{sample}:{reads}" for sample, reads in zip(samples, counts, strict=True))
        mean = int(1000 * sum(counts) / len(counts) + 0.5) / 1000
        fields = (number, "chr2", start, start + length - 1, length, strand, 0, *motif, 0, 0, pairs)
        statistics = (len(counts), sum(counts), f"{mean:.3f}", f"{middle:.3f}", "")
        lines.append("\t".join(map(str, (*fields, *statistics))) + "\n")
    return "".join(lines)


def cells(text, columns):
    rows = [line.split("\t") for line in text.splitlines()]
    return sorted([row[column] for column in columns] for row in rows)


@given(text=row_texts(), tool=st.sampled_from(sorted(COLUMNS)))
@settings(max_examples=60, deadline=None)
def test_files_of_a_tool_give_the_same_rows_again(tmp_path_factory, text, tool):
    folder = tmp_path_factory.mktemp("files")
    write_tool_files(tool, folder / "written", Rows(text.encode()))
    (folder / "merged").mkdir()
    data = OwnData(str(folder / "written"), assembly="GRCh38")
    merged = Merge(data, folder / "merged", jobs=1, report=lambda *_: None).merged()
    columns = COLUMNS[tool]
    assert cells(merged.junctions.read_text(), columns) == cells(text, columns)


ROW = "1\tchr1\t101\t200\t100\t+\t1\tGT\tAG\t1\t1\t,3:5,4:6\t2\t11\t5.500\t5.500\t\n"


def test_star_and_regtools_count_as_their_manuals_say(tmp_path):
    names = {3: "a", 4: "b"}
    paths = write_tool_files("star", tmp_path / "star", Rows(ROW.encode()), names)
    assert [path.name for path in paths] == ["a.SJ.out.tab", "b.SJ.out.tab"]
    assert paths[1].read_text() == "chr1\t101\t200\t1\t1\t1\t6\t0\t0\n"
    (first, _) = write_tool_files("regtools", tmp_path / "regtools", Rows(ROW.encode()), names)
    assert first.read_text() == (
        "chr1\t99\t201\tJUNC00000001\t5\t+\t99\t201\t255,0,0\t2\t1,1\t0,101\n"
    )


@pytest.mark.parametrize(
    ("tool", "names", "reason"),
    [
        (
            "majiq",
            {},
            "expected one of star, regtools, leafcutter, recount3, fraser, anndata, got 'majiq'",
        ),
        ("star", {3: "../x"}, "a name for the file of sample 3"),
        ("star", {3: "x", 4: "x"}, "a name that sample 3 does not have, too"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, tool, names, reason):
    with pytest.raises(BadQuery, match=reason):
        write_tool_files(tool, tmp_path / "new", Rows(ROW.encode()), names)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_files_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(BadQuery, match="a new or an empty folder"):
        write_tool_files("star", tmp_path, Rows(ROW.encode()))


TABLES = ("k_j", "n_psi5", "n_psi3", "k_theta", "n_theta")


def naive_fraser(text):
    """The tables of FRASER, a row at a time, from its definitions."""
    rows = [line.split("\t") for line in text.splitlines()]
    samples = sorted({int(pair.split(":")[0]) for row in rows for pair in row[11].split(",")[1:]})
    reads = [dict(pair.split(":") for pair in row[11].split(",")[1:]) for row in rows]

    def counted(numbers):
        return [sum(int(reads[n].get(str(sample), 0)) for n in numbers) for sample in samples]

    tables = {name: [["seqnames", "start", "end", "strand", *map(str, samples)]] for name in TABLES}
    sites = set()
    for number, (_, chrom, start, end, _, strand, *_) in enumerate(rows):
        place = [chrom, start, end, strand]
        same_strand = [n for n, row in enumerate(rows) if row[5] == strand]
        donor, acceptor = (2, 3) if strand == "+" else (3, 2)
        with_donor = [n for n in same_strand if rows[n][donor] == rows[number][donor]]
        with_acceptor = [n for n in same_strand if rows[n][acceptor] == rows[number][acceptor]]
        tables["k_j"].append([*place, *map(str, counted([number]))])
        tables["n_psi5"].append([*place, *map(str, counted(with_donor))])
        tables["n_psi3"].append([*place, *map(str, counted(with_acceptor))])
        sites |= {(chrom, int(start) - 1, strand), (chrom, int(end), strand)}
    for chrom, first, strand in sorted(sites):
        place = [chrom, str(first), str(first + 1), strand]
        at = [n for n, row in enumerate(rows) if row[5] == strand and int(row[2]) == first + 1]
        at += [n for n, row in enumerate(rows) if row[5] == strand and int(row[3]) == first]
        tables["n_theta"].append([*place, *map(str, counted(at))])
        tables["k_theta"].append([*place, *["0" for _ in samples]])
    return tables


@given(text=row_texts())
@settings(max_examples=40, deadline=None)
def test_the_tables_of_fraser_equal_its_definitions(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("files") / "fraser"
    paths = write_tool_files("fraser", folder, Rows(text.encode()))
    assert [path.name for path in paths] == [f"{name}_counts.tsv.gz" for name in TABLES]
    tables = {
        name: [
            line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines()
        ]
        for name, path in zip(TABLES, paths, strict=True)
    }
    assert tables == naive_fraser(text)


@given(text=row_texts())
@settings(max_examples=20, deadline=None)
def test_anndata_has_the_reads_and_the_junctions(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("files") / "anndata"
    (path,) = write_tool_files("anndata", folder, Rows(text.encode()))
    table = anndata.read_h5ad(path)
    rows = [line.split("\t") for line in text.splitlines()]
    expected = {
        (f"{row[1]}:{row[2]}-{row[3]}:{row[5]}", *pair.split(":"))
        for row in rows
        for pair in row[11].split(",")[1:]
    }
    entries = table.X.tocoo()
    reads = zip(entries.row, entries.col, entries.data, strict=True)
    assert {
        (table.var_names[column], table.obs_names[row], str(count)) for row, column, count in reads
    } == expected
    assert [str(number) for number in table.obs["rail_id"]] == list(table.obs_names)
    for name, column in (("start", 2), ("end", 3), ("strand", 5), ("left_motif", 7)):
        assert [str(cell) for cell in table.var[name]] == [row[column] for row in rows]
