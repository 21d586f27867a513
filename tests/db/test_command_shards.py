"""The shards that `snapshard load` and `snapshard releases` use: a folder named on the command line
beats every variable; without one they follow the variables as `snapshard serve` does.
"""

import json

import pytest
from click.testing import CliRunner
from data_folders import data_folder

from snapshard.__main__ import snapshard
from snapshard.errors import BadShardMap, SnapshardError
from snapshard_populate.simulate import simulate


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "sim"
    simulate(folder, junctions=200, samples=5, seed=3)
    return folder / "junctions.bgz"


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Variables that name shards which do not exist."""
    monkeypatch.setenv("SNAPSHARD_SHARDS", str(tmp_path / "absent.tsv"))
    monkeypatch.setenv("SNAPSHARD_DISCOVER", "component=shard")
    monkeypatch.setenv("SNAPSHARD_DATA", str(tmp_path / "other"))


def run(*arguments):
    result = CliRunner().invoke(snapshard, [str(argument) for argument in arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_a_named_folder_beats_every_variable_for_load_and_releases(source, elsewhere, tmp_path):
    with data_folder() as folder:
        arguments = ["--compilation", "named", "--shards", 2, "--data", folder.path]
        assert "named/r1: published" in run("load", source, *arguments)
        assert sorted(folder.shards.addresses) == ["shard-01", "shard-02"]
        status = json.loads(run("releases", "--json", "--data", folder.path))
        assert (status["compilation"], status["name"]) == ("named", "r1")
        served = run("releases", "--data", folder.path, "publish", "named", "r1")
        assert served == "named/r1: served\n"
    assert not (tmp_path / "other").exists()


def test_without_a_folder_load_and_releases_use_discovery_before_the_shard_map(source, elsewhere):
    for command, arguments in (
        ("load", (source, "--compilation", "found")),
        ("releases", ()),
        ("releases", ("publish", "found", "r1")),
    ):
        with pytest.raises(SnapshardError, match="discovery needs a pod with a service account"):
            run(command, *arguments)


def test_a_shard_map_has_as_many_shards_as_it_has(source, monkeypatch, tmp_path):
    (tmp_path / "shards.tsv").write_text("catalog\thost=127.0.0.1 port=1\n")
    monkeypatch.setenv("SNAPSHARD_SHARDS", str(tmp_path / "shards.tsv"))
    with pytest.raises(BadShardMap, match="--shards is only for the embedded server"):
        run("load", source, "--compilation", "counted", "--shards", 2)
