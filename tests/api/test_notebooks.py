"""Every notebook runs from its first cell to the last, and a server, a data folder and published files
give it the same results.
"""

import json
import subprocess
import sys
from pathlib import Path
from shutil import which

import anndata
import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.io import mmread

import snapshard
from snapshard.files import publish
from snapshard.junction import NAMES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = ("gene", "pipeline", "study")
KINDS = ("server", "folder", "files")


def read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def run(name, folder, parameters, results=()):
    """Runs a notebook in a folder with other parameters; returns these tables of its last state."""
    notebook = read(name)
    [cell] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    cell.source += "\n" + parameters
    for table in results:
        last = f"{table}.to_pickle({f'{table}.pickle'!r})"
        notebook.cells.append(nbformat.v4.new_code_cell(last))
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    # In a process of its own, nbclient leaves no sockets behind.
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", "--timeout=300", path]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=400)
    assert process.returncode == 0, process.stderr[-5_000:]
    return [pd.read_pickle(folder / f"{table}.pickle") for table in results]


@pytest.fixture(scope="module")
def server(world, start_server):
    return start_server("--data", world.folder, "--workers", "1").url


@pytest.fixture(scope="module")
def sources(world, server, tmp_path_factory):
    """The line that opens each kind of source."""
    target = tmp_path_factory.mktemp("published")
    publish(world.index, world.release, str(target))
    return {
        "server": f'source = Client({server!r}, compilation="sim")',
        "folder": f'source = Client.local({str(world.folder)!r}, compilation="sim")',
        "files": f"source = snapshard.open({str(target)!r})",
    }


@pytest.fixture(scope="module")
def genes(sources, tmp_path_factory):
    """The tables of gene.ipynb from each kind of source."""
    return {
        kind: run("gene", tmp_path_factory.mktemp(kind), source, ("share", "mean"))
        for kind, source in sources.items()
    }


@pytest.fixture(scope="module")
def studies(sources, tmp_path_factory):
    """The folder that study.ipynb writes from each kind of source."""
    folders = {}
    for kind, source in sources.items():
        folders[kind] = tmp_path_factory.mktemp(kind) / "study"
        run("study", folders[kind].parent, source)
    return folders


def pairs_of(line):
    return [tuple(map(int, pair.split(":"))) for pair in line["samples"].split(",")[1:]]


def test_the_tissues_of_a_gene_are_those_of_the_rows(world, genes, server):
    with snapshard.Client(server, compilation="sim") as client:
        tissues = client.samples()["SMTS"].to_dict()
        ids = set(client.junctions(gene="SIMG00001", filter="samples_count>=5")["snaptron_id"])
    share, mean = genes["server"]
    sizes = pd.Series(tissues).value_counts()
    rows = [row for row in world.rows if int(row["snaptron_id"]) in ids]
    assert len(rows) == len(share) > 3
    for row in rows:
        key = row["chromosome"], int(row["start"]), int(row["end"]), row["strand"]
        for tissue, size in sizes.items():
            reads = [number for sample, number in pairs_of(row) if tissues[sample] == tissue]
            assert share.loc[key, tissue] == pytest.approx(len(reads) / size)
            assert mean.loc[key, tissue] == pytest.approx(sum(reads) / size)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_gene_is_the_same_from_every_source(genes, kind):
    for table, expected in zip(genes[kind], genes["server"], strict=True):
        pd.testing.assert_frame_equal(table, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_the_counts_of_a_study_are_those_of_the_rows(world, studies, kind):
    counts = mmread(studies[kind] / "counts.mtx").toarray()
    junctions = pd.read_csv(studies[kind] / "junctions.tsv", sep="\t", quoting=3)
    samples = pd.read_csv(studies[kind] / "samples.tsv", sep="\t", quoting=3)
    columns = {rail_id: column for column, rail_id in enumerate(samples["rail_id"])}
    expected = np.zeros_like(counts)
    for number, row in enumerate(world.rows):
        for sample, reads in pairs_of(row):
            expected[number, columns[sample]] = reads
    assert junctions["snaptron_id"].tolist() == [int(row["snaptron_id"]) for row in world.rows]
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_anndata_has_the_counts_with_their_keys(studies, kind):
    table = anndata.read_h5ad(studies[kind] / "counts.h5ad")
    junctions = pd.read_csv(studies[kind] / "junctions.tsv", sep="\t", quoting=3)
    samples = pd.read_csv(studies[kind] / "samples.tsv", sep="\t", quoting=3)
    counts = mmread(studies[kind] / "counts.mtx").toarray()
    np.testing.assert_array_equal(table.X.toarray().T, counts)
    assert table.obs_names.tolist() == samples["rail_id"].astype(str).tolist()
    assert table.obs["SMTS"].tolist() == samples["SMTS"].tolist()
    assert table.var["start"].tolist() == junctions["start"].tolist()


R_CHECK = r"""
suppressPackageStartupMessages(library(SummarizedExperiment))
experiment <- readRDS("experiment.rds")
ranges <- rowRanges(experiment)
stopifnot(is(experiment, "RangedSummarizedExperiment"))
table <- data.frame(seqnames(ranges), start(ranges), end(ranges), strand(ranges),
                    Matrix::rowSums(assay(experiment)), mcols(ranges)$coverage_sum)
write.table(table, "ranges.tsv", sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
cat(colnames(experiment), colData(experiment)$SMTS[1], sep = "\n")
"""


@pytest.mark.parametrize("kind", KINDS)
def test_r_has_the_counts_at_their_ranges(studies, kind):
    if which("Rscript") is None:
        pytest.skip("Rscript is not installed (Debian: r-bioc-summarizedexperiment)")
    folder = studies[kind]
    (folder / "check.R").write_text(R_CHECK)
    process = subprocess.run(
        ["Rscript", "check.R"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert process.returncode == 0, process.stderr
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", quoting=3)
    names = [*samples["rail_id"].astype(str), samples["SMTS"][0]]
    assert process.stdout.splitlines() == names
    junctions = pd.read_csv(folder / "junctions.tsv", sep="\t", quoting=3)
    for line, junction in zip(
        (folder / "ranges.tsv").read_text().splitlines(), junctions.itertuples(), strict=True
    ):
        strand = junction.strand if junction.strand in "+-" else "*"
        reads = str(junction.coverage_sum)
        place = [junction.chromosome, str(junction.start), str(junction.end), strand]
        assert line.split("\t") == [*place, reads, reads]


def test_the_pipeline_publishes_what_it_fetched(world, server, tmp_path):
    run("pipeline", tmp_path, f'address = "{server}/data/sim"')
    run("pipeline", tmp_path, f'address = "{server}/data/sim"')
    with snapshard.open(tmp_path / "pipeline/published") as files:
        frame = files.junctions(columns=[name for name in NAMES if name != "samples"])
        assert files.manifest.provenance["simulated"] is True
    assert frame["snaptron_id"].tolist() == [int(row["snaptron_id"]) for row in world.rows]
    assert frame["coverage_sum"].tolist() == [int(row["coverage_sum"]) for row in world.rows]


def test_notebooks_are_kept_without_outputs_and_the_readme_links_them():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == list(NOTEBOOKS)
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in NOTEBOOKS:
        cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
        assert f"({name}.ipynb)" in text


def test_the_environment_names_extras_that_exist():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    [own] = environment["dependencies"][-1]["pip"]
    extras = own.removeprefix("-e .[").removesuffix("]").split(",")
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert [name for name in extras if f"\n{name} = [" not in text] == []
