"""A data folder that compilations are loaded into one after another, the server over it, and a page."""

from itertools import count

import pytest
from data_folders import data_folder

from analysis.serving import start_server


@pytest.fixture(scope="module")
def folder():
    """The data folder, with three shards."""
    with data_folder() as folder:
        folder.embedded.ensure_shards(["s1", "s2", "s3"])
        yield folder


@pytest.fixture(scope="module")
def url(folder, tmp_path_factory):
    """The address of `snapshard serve` over the folder; it reads the catalog for every request."""
    log = tmp_path_factory.mktemp("serve") / "log"
    options = ("--data", str(folder.path), "--workers", "1")
    # A busy machine must not look like a refusal.
    patience = {"connect_seconds": 30, "read_seconds": 60}
    server = start_server(*options, log=log, catalog_seconds=0.001, **patience)
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def page(chromium):
    """A page of Chromium."""
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def numbers():
    """Numbers of the compilations."""
    return count(1)
