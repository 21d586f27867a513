"""A simulated compilation on 1, 5 and 25 shards of one embedded server, and the real server over it
in a process of its own.
"""

import gzip
from dataclasses import dataclass
from pathlib import Path

import httpx
import pysam
import pytest
from data_folders import data_folder

from analysis.serving import start_server as start_process
from snapshard.arrays import build_arrays
from snapshard.index import Index
from snapshard.junction import NAMES
from snapshard.release import Release
from snapshard.settings import Settings
from snapshard_populate.loading import Compilation, LoadPlan, read_folder
from snapshard_populate.releases import default_layout, read_layout
from snapshard_populate.simulate import simulate

CUT = [
    "chr1\t60000000\ts1",
    "chr1\t-\ts2",
    *[f"chr{n}\t-\ts3" for n in range(2, 6)],
    *[f"chr{n}\t-\ts4" for n in range(6, 20)],
]
LAYOUTS = {
    1: read_layout(["*\t-\ts1"]),
    25: default_layout([f"s{number}" for number in range(1, 26)]),
    5: read_layout([*CUT, *[f"chr{n}\t-\ts5" for n in (20, 21, 22, "X", "Y", "M")], "*\t-\ts5"]),
}
"""The current release is the one of five shards, of which two share chr1."""


@dataclass(frozen=True)
class World:
    """What was loaded: the server's folder, an index over it, the release of each number of shards,
    and the source's rows.
    """

    folder: Path
    index: Index
    releases: dict[int, Release]
    lines: list[str]
    source: Path

    @property
    def release(self):
        """The current release."""
        return self.releases[5]

    @property
    def rows(self):
        """The source's rows as dicts of text."""
        return [dict(zip(NAMES, line.rstrip("\n").split("\t"), strict=True)) for line in self.lines]


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """`sim` with every file on 1, 5 and 25 shards, and `bare`, of which there is only the file of
    junctions.
    """
    source = tmp_path_factory.mktemp("world") / "source"
    simulate(source, junctions=3_000, samples=60, seed=11)
    add_twin(source / "junctions.bgz")
    compilation = read_folder(source, name="sim")
    bare = Compilation("bare", compilation.junctions, assembly="GRCh38")
    with gzip.open(compilation.junctions, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    with data_folder() as folder:
        names = {
            count: folder.load(LoadPlan(compilation, layout, f"cut{count}"))
            for count, layout in LAYOUTS.items()
        }
        folder.load(LoadPlan(bare, LAYOUTS[1]))
        shards = folder.shards
        index = Index(lambda: shards, Settings(catalog_seconds=0.01))
        releases = {count: index.catalog.release("sim", name) for count, name in names.items()}
        for release in releases.values():
            build_arrays(index, release, folder.path / "arrays")
        yield World(folder.path, index, releases, in_genome_order(lines, releases[5]), source)
        index.close()


def add_twin(path):
    """Writes one junction a second time, on the other strand: names without a strand must not take
    the one for the other.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [line.split("\t") for line in file]
    place = next(place for place, row in enumerate(rows) if row[1] == "chr2")
    twin = [str(max(int(row[0]) for row in rows) + 1), *rows[place][1:]]
    twin[5] = {"+": "-", "-": "+"}[twin[5]]
    rows.insert(place + 1, twin)
    plain = path.with_suffix(".tsv")
    plain.write_text("".join("\t".join(row) for row in rows), encoding="utf-8")
    pysam.tabix_compress(str(plain), str(path), force=True)
    pysam.tabix_index(str(path), seq_col=1, start_col=2, end_col=3, force=True)
    plain.unlink()


def in_genome_order(lines, release):
    """The lines by interval, and in the order of the file within each."""
    named = release.named_chroms

    def interval(line):
        chrom, start = line.split("\t", 3)[1:3]
        return next(
            one.number for one in release.intervals if one.holds_start(chrom, int(start), named)
        )

    return sorted(lines, key=interval)


@pytest.fixture(scope="session")
def start_server(tmp_path_factory):
    """Starts servers, and stops those that still run at the end."""
    servers = []

    def start(*options, **settings):
        log = tmp_path_factory.mktemp("serve") / "log"
        servers.append(start_process(*options, log=log, **settings))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def server(world, start_server):
    """The server over the world, as shipped."""
    return start_server("--data", str(world.folder))


@pytest.fixture(scope="session")
def http(server):
    """A client of that server."""
    with httpx.Client(base_url=server.url + "/api/v1/compilations/sim", timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def root(server):
    """The same, from the server's root."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client
