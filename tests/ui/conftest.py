"""A real server over a small simulated compilation, and a real Chromium that looks at it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from snapshard.connections import Embedded, ShardMap
from snapshard.layout import read_layout
from snapshard_populate.loading import Compilation, LoadPlan, load_compilation, read_folder
from snapshard_populate.simulate import simulate

LAYOUT = read_layout(["chr1\t60000000\ts1", "chr1\t-\ts2", "*\t-\ts3"])


@dataclass(frozen=True)
class Data:
    """What was loaded, and where."""

    folder: Path
    shards: ShardMap


@pytest.fixture(scope="session")
def data():
    """A data folder with `sim` (3,000 junctions, 60 samples) and `bare`, which has neither samples
    nor genes.
    """
    folder = Path(tempfile.mkdtemp(prefix="snapshard-ui-"))
    simulate(folder / "sim", junctions=3_000, samples=60, seed=3)
    _make_ambiguous(folder / "sim" / "gencode.gff3")
    server = Embedded(folder / "data")
    shards = server.ensure_shards({one.shard for one in LAYOUT})
    compilation = read_folder(folder / "sim", name="sim")
    load_compilation(shards, LoadPlan(compilation, LAYOUT, "r1"))
    load_compilation(
        shards,
        LoadPlan(
            Compilation("bare", compilation.junctions, assembly="GRCh38"),
            read_layout(["*\t-\ts1"]),
            "r1",
        ),
    )
    yield Data(folder / "data", shards)
    server.close()
    shutil.rmtree(folder, ignore_errors=True)


def _make_ambiguous(annotation):
    """Two genes of one symbol, as annotations have them."""
    text = annotation.read_text(encoding="utf-8")
    assert "SIMG00002" in text
    annotation.write_text(text.replace("SIMG00002", "SIMG00003"), encoding="utf-8")


@pytest.fixture(scope="session")
def url(data):
    """The address of `snapshard serve` over the folder."""
    with _serving(data.folder, SNAPSHARD_DATA=str(data.folder)) as address:
        yield address


@pytest.fixture
def url_without_s2(data, tmp_path):
    """The address of a server whose shard s2 refuses."""
    addresses = {
        "catalog": data.shards.catalog,
        **data.shards.addresses,
        "s2": "host=127.0.0.1 port=1 dbname=away",
    }
    shards = tmp_path / "shards.tsv"
    shards.write_text(
        "".join(f"{name}\t{address}\n" for name, address in addresses.items()), encoding="utf-8"
    )
    with _serving(tmp_path / "away", SNAPSHARD_SHARDS=str(shards)) as address:
        yield address


@contextmanager
def _serving(place, **settings):
    """The server as shipped, in a process of its own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SNAPSHARD_")
    } | settings
    command = [sys.executable, "-m", "snapshard", "serve", "--port", str(port), "--workers", "1"]
    log = place.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(address + "livez", log)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(address, log):
    until = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(address, timeout=5).read()
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.2)


@pytest.fixture(scope="session")
def chromium():
    """Chromium: the system's, else playwright's own."""
    expect.set_options(timeout=15_000)
    installed = next(
        (
            path
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (path := shutil.which(name))
        ),
        None,
    )
    with sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        except Error as exc:
            pytest.skip(
                "no Chromium (apt install chromium, or playwright install chromium): "
                f"{exc.message.splitlines()[0]}"
            )
        yield browser
        browser.close()


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
