"""The pipeline: its steps are repeated without harm, and what fails publishes nothing."""

import json
import zipfile
from contextlib import suppress

import duckdb
import psycopg
import pytest
from data_folders import data_folder
from psycopg import sql
from stored import read_lines

from snapshard.errors import BadSource, ShardUnavailable, StepFailed
from snapshard.index import Index
from snapshard.query import Query
from snapshard.settings import Settings
from snapshard_populate.pipeline import STEPS, Record, Run, read_spec, run_pipeline
from snapshard_populate.releases import default_layout, find_release, release_statuses
from snapshard_populate.simulate import simulate

NAMES = [step.name for step in STEPS]


@pytest.fixture(scope="module")
def folder():
    with data_folder() as folder:
        folder.embedded.ensure_shards(["s1", "s2"])
        yield folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A zip archive of a simulated compilation."""
    source = tmp_path_factory.mktemp("source")
    simulate(source / "sim", junctions=1_000, samples=20, seed=3)
    path = source / "sim.zip"
    with zipfile.ZipFile(path, "w") as members:
        for file in (source / "sim").iterdir():
            members.write(file, f"inside/{file.name}")
    return path


def spec_file(path, sources, **members):
    lines = {"compilation": "piped", "release": "r1", "sources": list(map(str, sources)), **members}
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items()))
    return path


def run_of(folder, spec, work):
    shards = folder.shards
    layout = default_layout(sorted(shards.addresses))
    return Run(read_spec(spec), work, shards, layout, Settings())


def steps_of(run):
    """Runs the pipeline and returns what it reported."""
    reports = []
    run_pipeline(run, report=lambda step, what: reports.append((step, what)), pause=0)
    return reports


def rows_of(shards, compilation, release):
    index = Index(lambda: shards, Settings())
    try:
        found = index.catalog.release(compilation, release)
        return b"".join(rows.text for rows in index.rows(found, Query()))
    finally:
        index.close()


def test_an_archive_becomes_a_published_release_with_views(folder, archive, tmp_path):
    files = tmp_path / "files"
    members = {"files": str(files), "view_fields": ["SMTS"], "samples": 20}
    spec = spec_file(tmp_path / "spec.toml", [archive], **members)
    run = run_of(folder, spec, tmp_path / "work")
    assert [step for step, what in steps_of(run) if what == "is done"] == NAMES
    assert find_release(folder.shards.catalog, "piped", "r1").current
    source = "".join(read_lines(archive.parent / "sim" / "junctions.bgz")).encode()
    assert sorted(rows_of(folder.shards, "piped", "r1").splitlines()) == sorted(source.splitlines())
    summaries = duckdb.sql(
        f"SELECT count(*) FROM '{files}/views/release=r1/field=SMTS/*/*.parquet'"
    )
    assert summaries.fetchall()[0][0] > 1_000
    # A second run finds every record; one without records does every step again, to the same end.
    assert steps_of(run) == [(name, "was done") for name in NAMES]
    for name in NAMES:
        (run.work / f"{name}.json").unlink()
    assert [step for step, what in steps_of(run) if what == "is done"] == NAMES
    assert len(release_statuses(folder.shards.catalog, "piped")) == 1


def test_matrices_of_recount3_are_transposed_and_loaded(folder, shared, tmp_path):
    sources = sorted((shared / "data" / "recount3").glob("*.gz"))
    members = {"compilation": "studies", "assembly": "GRCh38", "minimum_junctions": 8_405}
    run = run_of(folder, spec_file(tmp_path / "s.toml", sources, **members), tmp_path / "work")
    steps_of(run)
    status = find_release(folder.shards.catalog, "studies", "r1")
    assert status.current
    assert status.row_count == 8_405


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"minimum_junctions": 2_000}, "piped2/r1: expected 2,000 or more junctions, got 1,000"),
        ({"samples": 21}, "piped2/r1: expected 21 samples, got 20"),
    ],
)
def test_a_failed_validation_names_step_and_object_and_publishes_nothing(
    folder, archive, tmp_path, members, message
):
    release = f"r{len(release_statuses(folder.shards.catalog, 'piped2')) + 1}"
    message = message.replace("r1", release)
    spec = spec_file(
        tmp_path / "spec.toml", [archive], compilation="piped2", release=release, **members
    )
    run = run_of(folder, spec, tmp_path / "work")
    for _ in range(2):
        with pytest.raises(StepFailed, match=f"^step validate failed: {message}$"):
            steps_of(run)
    assert not find_release(folder.shards.catalog, "piped2", release).current
    assert Record.read(run.work, "validate").error == message
    assert Record.read(run.work, "publish") is None


def test_a_shard_that_lost_a_row_is_named_and_nothing_is_published(folder, archive, tmp_path):
    spec = spec_file(
        tmp_path / "spec.toml", [archive], compilation="piped3", minimum_junctions=5_000
    )
    run = run_of(folder, spec, tmp_path / "work")
    for step in STEPS[:3]:
        step.run(run)
    delete = sql.SQL("DELETE FROM {} WHERE ctid = (SELECT min(ctid) FROM {})")
    table = sql.Identifier("piped3@r1", "junction")
    with psycopg.connect(folder.shards.address("s2"), autocommit=True) as connection:
        connection.execute(delete.format(table, table))
    with pytest.raises(StepFailed, match=r"^step validate failed: .*s2"):
        steps_of(run)
    assert not find_release(folder.shards.catalog, "piped3", "r1").current


def test_a_source_without_junctions_or_that_is_missing_is_named(folder, tmp_path):
    (tmp_path / "notes.txt").write_text("no junctions")
    spec = spec_file(tmp_path / "a.toml", [tmp_path / "notes.txt"], compilation="piped4")
    with pytest.raises(StepFailed, match=r"^step transform failed: .*notes\.txt"):
        steps_of(run_of(folder, spec, tmp_path / "a"))
    spec = spec_file(tmp_path / "b.toml", [tmp_path / "missing.gz"], compilation="piped4")
    with pytest.raises(StepFailed, match=r"^step fetch failed: .*missing\.gz"):
        steps_of(run_of(folder, spec, tmp_path / "b"))


def test_a_shard_that_is_unavailable_for_a_moment_is_tried_again(
    folder, archive, tmp_path, monkeypatch
):
    failures = iter([ShardUnavailable("s1", "away"), ShardUnavailable("s1", "away")])

    def load(run):
        for error in failures:
            raise error
        return []

    monkeypatch.setattr("snapshard_populate.pipeline.run.STEPS", (type(STEPS[0])("load", load),))
    spec = spec_file(tmp_path / "spec.toml", [archive], tries=3)
    steps_of(run_of(folder, spec, tmp_path / "work"))
    assert Record.read(tmp_path / "work", "load").tries == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('compilation = "x"', "expected release, sources"),
        ('compilation = "x"\nrelease = "r1"\nsources = "one"', "sources: expected a list"),
        ('compilation = "x"\nrelease = "r1"\nsources = []', "at least one path"),
        ('compilation = "x"\nrelease = "r1"\nsources = ["a"]\ncolour = 1', "got 'colour'"),
        ('compilation = "x"\nrelease = "r1"\nsources = ["a"]\ntries = 0', "tries: expected 1"),
        ("compilation", "Expected '='"),
    ],
)
def test_a_spec_that_cannot_be_used_is_refused(tmp_path, text, message):
    path = tmp_path / "spec.toml"
    path.write_text(text)
    with pytest.raises(BadSource, match=message):
        read_spec(path)


class Interrupted(Exception):
    """Raised in place of the end of a process."""


def test_a_run_that_is_interrupted_at_ten_instants_ends_with_the_same_release(
    folder, archive, tmp_path
):
    spec = spec_file(tmp_path / "spec.toml", [archive], compilation="piped5")
    run = run_of(folder, spec, tmp_path / "work")
    reached = set()
    for instant in range(10):
        countdown = iter(range(instant + 1))

        def stop(step, what, countdown=countdown):
            reached.add(step)
            if next(countdown, None) is None:
                raise Interrupted

        with suppress(Interrupted):
            run_pipeline(run, report=stop, pause=0)
    steps_of(run)
    assert reached == set(NAMES)
    (status,) = release_statuses(folder.shards.catalog, "piped5")
    assert status.current
    source = "".join(read_lines(archive.parent / "sim" / "junctions.bgz")).encode()
    assert sorted(rows_of(folder.shards, "piped5", "r1").splitlines()) == sorted(
        source.splitlines()
    )
