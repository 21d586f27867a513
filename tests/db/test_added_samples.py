"""`snapshard load --add-to`: the new release equals one that was loaded from all files at once."""

import shutil
from itertools import count

import pytest
from command_line import run_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from own_samples import gtf, sample_files, write_samples
from release_tables import release_tables

from snapshard_populate.releases import release_statuses

_numbers = count(1)


@pytest.fixture
def run(embedded, monkeypatch):
    """A function that runs the command line on the test server; returns exit code and output."""
    monkeypatch.setenv("SNAPSHARD_DATA", str(embedded.folder))
    return run_command


@given(files=sample_files(), first=st.integers(1, 4), has_all_rows=st.booleans())
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_added_samples_give_the_tables_of_a_load_from_scratch(
    run, embedded, tmp_path, files, first, has_all_rows
):
    number = next(_numbers)
    folder = tmp_path / str(number)
    folder.mkdir()
    first = min(first, len(files) - 1)
    parts = dict(list(files.items())[:first]), dict(list(files.items())[first:])
    lines = [f"{name},{'LB'[at % 2]},{at}\n" for at, name in enumerate(files)]
    for name, rows in (("all", lines), ("new", lines[first:])):
        (folder / f"{name}.csv").write_text("patient,tissue,age\n" + "".join(rows))
    (folder / "genes.gtf").write_text(gtf())
    options = ("--group-by", "tissue", "--annotation", folder / "genes.gtf", "--shards", 3)

    def load(name, files, table, *more):
        source = write_samples(folder / name, files)
        code, output = run("load", source, "--samples", folder / f"{table}.csv", *more)
        assert code == 0, output

    load("first", parts[0], "all", "--compilation", f"grown{number}", *options)
    load("second", parts[1], "all" if has_all_rows else "new", "--add-to", f"grown{number}")
    load("scratch", files, "all", "--compilation", f"scratch{number}", *options)
    shards = embedded.shard_map()
    tables = release_tables(shards, f"grown{number}@r2")
    assert tables == release_tables(shards, f"scratch{number}@r1")
    assert len(tables["catalog", "sample"]) == len(files)
    assert len(tables["catalog", "gene"]) == 1


def test_samples_of_real_matrices_are_added(run, embedded, shared, tmp_path):
    data = shared / "data/recount3"
    for project in ("SRP014565", "DRP004088"):
        (tmp_path / project).mkdir()
        for path in data.glob(f"*{project}*"):
            shutil.copy(path, tmp_path / project)
    known = ("--assembly", "GRCh38", "--shards", 3)
    assert run("load", tmp_path / "SRP014565", "--compilation", "grownreal", *known)[0] == 0
    code, output = run("load", tmp_path / "DRP004088", "--add-to", "grownreal")
    assert code == 0, output
    assert run("load", data, "--compilation", "scratchreal", *known)[0] == 0
    shards = embedded.shard_map()
    tables = release_tables(shards, "grownreal@r2")
    assert tables == release_tables(shards, "scratchreal@r1")
    status = release_statuses(shards.catalog, "grownreal")[-1]
    assert status.source == f"grownreal/r1 and {tmp_path / 'DRP004088'}"


@pytest.fixture
def two_samples(run, tmp_path):
    """A compilation of two samples, and a function that adds files to it."""
    name = f"refusing{next(_numbers)}"
    junctions = [("chr1", 111, 210, 1, 1, 0, 5, 0, 30)]
    (tmp_path / "samples.csv").write_text("patient,tissue\nP1,Liver\nP2,Blood\n")
    source = write_samples(tmp_path / "first", {"P1": junctions, "P2": junctions})
    known = ("--assembly", "GRCh38", "--shards", 3, "--group-by", "tissue")
    known = ("--samples", tmp_path / "samples.csv", *known)
    code, output = run("load", source, "--compilation", name, *known)
    assert code == 0, output

    def add(files, table, *options):
        (tmp_path / "more.csv").write_text(table)
        folder = tmp_path / f"more{next(_numbers)}"
        source = write_samples(folder, dict.fromkeys(files, junctions))
        code, output = run(
            "load", source, "--add-to", name, "--samples", tmp_path / "more.csv", *options
        )
        return code, output.replace(name, "NAME")

    add.name = name
    return add


@pytest.mark.parametrize(
    ("files", "table", "options", "message"),
    [
        (
            ["P2", "P3"],
            "patient,tissue\nP2,Skin\nP3,Skin\n",
            (),
            "refused: P2.SJ.out.tab: names the sample 'P2', which NAME/r1 has",
        ),
        (
            ["P3"],
            "run,tissue\nP3,Skin\n",
            (),
            "NAME/r1: expected a column 'run', which names the samples of the new files, got patient, "
            "tissue, junction_file",
        ),
        (
            ["P3"],
            "rail_id,patient\n2,P3\n",
            (),
            "more.csv: rail_id: expected numbers that the release lacks, got 2",
        ),
        (
            ["P3"],
            "patient,tissue\nP3,Skin\n",
            ("--assembly", "GRCh37"),
            "has assembly 'GRCh38', this release would have 'GRCh37'",
        ),
        (["P3"], "patient\nP3\n", ("--compilation", "x"), "leave out --compilation"),
        (["P3"], "patient\nP3\n", ("--genes", "x"), "leave out --genes"),
    ],
)
def test_what_cannot_be_added_is_refused(two_samples, embedded, files, table, options, message):
    code, output = two_samples(files, table, *options)
    assert code != 0
    assert message in output
    assert len(release_statuses(embedded.shard_map().catalog, two_samples.name)) == 1


def test_new_samples_are_numbered_behind_those_of_the_release(two_samples, embedded, run):
    code, output = two_samples(["P9", "P3"], "patient,sex\nP3,m\nP9,f\n")
    assert code == 0, output
    code, output = run("samples", "--compilation", two_samples.name)
    assert [line.split("\t") for line in output.splitlines() if line[0] != "#"] == [
        ["rail_id", "patient", "tissue", "sex", "junction_file"],
        ["1", "P1", "Liver", "NA", "P1.SJ.out.tab"],
        ["2", "P2", "Blood", "NA", "P2.SJ.out.tab"],
        ["3", "P3", "NA", "m", "P3.SJ.out.tab"],
        ["4", "P9", "NA", "f", "P9.SJ.out.tab"],
    ]


def test_a_dry_run_of_an_addition_changes_nothing(two_samples, embedded):
    code, output = two_samples(["P3"], "patient\nP3\n", "--check")
    assert code == 0, output
    assert "samples: 1 of 1 files matched by column 'patient'" in output
    assert "assembly: GRCh38" in output
    assert len(release_statuses(embedded.shard_map().catalog, two_samples.name)) == 1
