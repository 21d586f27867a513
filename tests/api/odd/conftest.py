"""The compilation of odd_source.py in a data folder, asked in process and through the server as shipped."""

import httpx
import pytest
from data_folders import data_folder
from odd_source import write_odd_source

from analysis.serving import start_server
from snapshard.client import Client
from snapshard_populate.loading import Compilation, LoadPlan
from snapshard_populate.releases import default_layout


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The folder of the source files."""
    return write_odd_source(tmp_path_factory.mktemp("odd") / "source")


@pytest.fixture(scope="session")
def folder(source):
    """The data folder; its PostgreSQL runs as long as the tests do."""
    files = {name: str(source / f"{name}.tsv") for name in ("junctions", "samples")}
    groups, annotation = str(source / "samples.groups.tsv"), str(source / "a.gtf")
    compilation = Compilation(
        "odd", **files, groups=groups, annotation=annotation, assembly="GRCh38"
    )
    with data_folder() as folder:
        folder.load(LoadPlan(compilation, default_layout(["s1", "s2", "s3"]), release="r1"))
        yield folder.path


@pytest.fixture(scope="session")
def server(folder, tmp_path_factory):
    """`snapshard serve` over that folder. It stops before the folder's PostgreSQL does."""
    log = tmp_path_factory.mktemp("serve") / "log"
    server = start_server("--data", str(folder), log=log, workers=1)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def http(server):
    """A client of the compilation's part of the API."""
    base = f"{server.url}/api/v1/compilations/odd"
    with httpx.Client(base_url=base, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def root(server):
    """A client of the server's root."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def local(folder):
    with Client.local(folder, compilation="odd") as client:
        yield client


@pytest.fixture(scope="session")
def remote(server):
    with Client(server.url, compilation="odd") as client:
        yield client


@pytest.fixture(params=["folder", "server"])
def client(request):
    """The compilation, asked in both ways."""
    return request.getfixturevalue({"folder": "local", "server": "remote"}[request.param])
