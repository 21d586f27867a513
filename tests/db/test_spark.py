"""Jobs in Spark on two cores: the checks that DuckDB passes in test_engines.py (make test-spark)."""

import pytest
from engine_jobs import (
    check_groups,
    check_prevalence,
    check_studies,
    check_transposed_release,
    published_release,
)

from snapshard.engines import SparkEngine

pytestmark = [
    pytest.mark.spark,
    # pyspark's own: pandas and sockets of its gateway.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def world(worlds):
    return worlds("sim", 5)


@pytest.fixture(scope="module")
def release(world, tmp_path_factory):
    return published_release(world, tmp_path_factory.mktemp("engines"))


@pytest.fixture(scope="module")
def engine():
    options = {"spark.sql.shuffle.partitions": "4", "spark.driver.memory": "1g"}
    with SparkEngine("local[2]", options) as engine:
        yield engine


def test_group_summaries_are_those_of_the_release(engine, world, release, tmp_path):
    check_groups(engine, world, release, tmp_path / "out")


def test_the_comparison_is_that_of_the_shards(engine, world, release):
    check_prevalence(engine, world, release, min_reads=1)


def test_studies_of_recount3_become_junctions(engine, shared, tmp_path):
    check_studies(engine, shared / "data" / "recount3", tmp_path)


def test_the_transposed_matrices_of_a_release_are_its_rows(engine, world, tmp_path):
    check_transposed_release(engine, world, tmp_path)
