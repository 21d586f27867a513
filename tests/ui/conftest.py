"""A real server over a small simulated compilation, and a real Chromium that looks at it."""

import re

import pytest
from data_folders import data_folder

from analysis.serving import start_server
from snapshard_populate.loading import Compilation, LoadPlan, read_folder
from snapshard_populate.releases import read_layout
from snapshard_populate.simulate import simulate

LAYOUT = read_layout(["chr1\t60000000\ts1", "chr1\t-\ts2", "*\t-\ts3"])


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A data folder with `sim` (3,000 junctions, 60 samples) and `bare`, which has neither samples
    nor genes.
    """
    source = tmp_path_factory.mktemp("source") / "sim"
    simulate(source, junctions=3_000, samples=60, seed=3)
    _make_ambiguous(source / "gencode.gff3")
    with (source / "gencode.gff3").open("a", encoding="utf-8") as annotation:
        annotation.write("a line of another kind\n")
    compilation = read_folder(source, name="sim")
    bare = Compilation("bare", compilation.junctions, assembly="GRCh38")
    with data_folder() as folder:
        folder.load(LoadPlan(compilation, LAYOUT, "r1"))
        folder.load(LoadPlan(bare, read_layout(["*\t-\ts1"]), "r1"))
        yield folder


def _make_ambiguous(annotation):
    """Two genes of one symbol, as annotations have them."""
    text = annotation.read_text(encoding="utf-8")
    assert "SIMG00002" in text
    annotation.write_text(text.replace("SIMG00002", "SIMG00003"), encoding="utf-8")


@pytest.fixture(scope="session")
def url(data, tmp_path_factory):
    """The address of `snapshard serve` over the folder."""
    log = tmp_path_factory.mktemp("serve") / "log"
    server = start_server("--data", str(data.path), "--workers", "1", log=log)
    yield server.url + "/"
    server.stop()


@pytest.fixture
def url_without_s2(data, tmp_path):
    """The address of a server whose shard s2 refuses connections."""
    addresses = {
        "catalog": data.shards.catalog,
        **data.shards.addresses,
        "s2": "host=127.0.0.1 port=1 dbname=away",
    }
    shards = tmp_path / "shards.tsv"
    shards.write_text(
        "".join(f"{name}\t{address}\n" for name, address in addresses.items()), encoding="utf-8"
    )
    server = start_server("--workers", "1", log=tmp_path / "log", shards=shards)
    yield server.url + "/"
    server.stop()


@pytest.fixture
def open_page(chromium, url):
    """Opens the page with a query string. At the end: nothing was complained of and no other host
    was asked.
    """
    contexts, complaints, strangers = [], [], set()

    def opened(query="", *, at=url, **options):
        context = chromium.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: strangers.add(request.url) if not request.url.startswith(at) else None,
        )
        page.goto(at + query)
        return page

    yield opened
    for context in contexts:
        context.close()
    # Chromium says of every answer above 399 that it "failed to load", also of a page that explains
    # what was wrong.
    assert [
        text
        for text in complaints
        if not re.search("server responded with a status of (4..|503)", text)
    ] == []
    assert strangers == set()
