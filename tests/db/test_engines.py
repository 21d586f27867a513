"""Jobs in DuckDB: their answers are those of the shards, row for row. tests/spark asks Spark the same."""

import pytest
from engine_jobs import (
    check_groups,
    check_prevalence,
    check_studies,
    check_transposed_release,
    published_release,
    write_studies,
)

from snapshard.engines import DuckDBEngine, PublishedFolder, find_studies
from snapshard.errors import BadQuery, BadSource


@pytest.fixture(scope="module")
def world(worlds):
    return worlds("sim", 5)


@pytest.fixture(scope="module")
def release(world, tmp_path_factory):
    return published_release(world, tmp_path_factory.mktemp("engines"))


@pytest.fixture
def engine():
    with DuckDBEngine() as engine:
        yield engine


def test_group_summaries_are_those_of_the_release(engine, world, release, tmp_path):
    check_groups(engine, world, release, tmp_path / "out")


@pytest.mark.parametrize("min_reads", [1, 5])
def test_the_comparison_is_that_of_the_shards(engine, world, release, min_reads):
    check_prevalence(engine, world, release, min_reads)


def test_studies_of_recount3_become_junctions(engine, shared, tmp_path):
    check_studies(engine, shared / "data" / "recount3", tmp_path)


def test_the_transposed_matrices_of_a_release_are_its_rows(engine, world, tmp_path):
    check_transposed_release(engine, world, tmp_path)


def test_a_folder_without_a_manifest_or_a_matrix_is_refused(tmp_path):
    with pytest.raises(BadSource, match=r"manifest\.json"):
        PublishedFolder.open(tmp_path)
    with pytest.raises(BadSource, match=r"\*\.MM\.gz"):
        find_studies(tmp_path)


def test_a_matrix_that_does_not_fit_its_junctions_is_refused(engine, world, tmp_path):
    write_studies(world, tmp_path)
    (study, *_) = find_studies(tmp_path)
    other = tmp_path / f"{study.path}.RR.gz"
    other.write_bytes((tmp_path / f"{find_studies(tmp_path)[1].path}.RR.gz").read_bytes())
    with pytest.raises(BadSource, match="as in RR and ID"):
        list(study.cells())


def test_an_unknown_field_is_named(release):
    from snapshard.engines import field_members

    with pytest.raises(BadQuery, match="study_accession"):
        field_members(release, "planet")
