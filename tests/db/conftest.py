"""One embedded PostgreSQL server for the whole test session, and compilations loaded into it when a
test first asks for them.
"""

from typing import NamedTuple

import psycopg
import pytest
from data_folders import data_folder
from stored import FIVE, read_lines

from snapshard.index import Index
from snapshard.release import Release
from snapshard.settings import Settings
from snapshard_populate.loading import Compilation, LoadPlan, load_compilation, read_folder
from snapshard_populate.releases import default_layout, read_layout
from snapshard_populate.simulate import simulate


class World(NamedTuple):
    """A release that was loaded, an index to ask it, and the lines of its source in genome order."""

    index: Index
    release: Release
    lines: list[str]


@pytest.fixture(scope="session")
def embedded():
    with data_folder() as folder:
        with psycopg.connect(folder.shards.catalog, autocommit=True) as connection:
            # These tests kill processes but never the machine.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield folder.embedded


@pytest.fixture(scope="session")
def index(embedded):
    settings = Settings(catalog_seconds=0.01)
    index = Index(embedded.shard_map, settings)
    yield index
    index.close()


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    """The folder of a small simulated compilation with every kind of file."""
    folder = tmp_path_factory.mktemp("simulated") / "sim"
    simulate(folder, junctions=4_000, samples=80, seed=7)
    return folder


@pytest.fixture(scope="session")
def compilations(simulated, shared):
    """Real and simulated compilations by name."""
    data = shared / "data"
    known = {
        "samples": str(data / "samples/gtex.samples.tsv.gz"),
        "groups": str(data / "samples/gtex.samples.groups.tsv"),
    }
    real = {name: str(data / name / "junctions.tsv.gz") for name in ("gtex", "gtex17", "gtexv2")}
    found = {
        name: Compilation(name, junctions, **(known if name != "gtexv2" else {}))
        for name, junctions in real.items()
    }
    return found | {"sim": read_folder(simulated, name="sim")}


def layout_of(count):
    """One shard, five of which two are cut inside chr1, or a chromosome a shard."""
    return (
        read_layout(FIVE)
        if count == 5
        else default_layout([f"s{number}" for number in range(1, count + 1)])
    )


@pytest.fixture(scope="session")
def worlds(embedded, index, compilations):
    """Gives a compilation on so many shards; each is loaded once."""
    known = {}

    def world(name, count):
        if (name, count) not in known:
            intervals = layout_of(count)
            shards = embedded.ensure_shards(sorted({one.shard for one in intervals}))
            compilation = compilations[name]
            status = load_compilation(
                shards, LoadPlan(compilation, intervals, release=f"cut{count}")
            )
            lines = read_lines(compilation.junctions)
            known[name, count] = World(index, index.catalog.release(name, status.name), lines)
        return known[name, count]

    return world
