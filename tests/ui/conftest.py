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
    _add_large_gene(source)
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


def _add_large_gene(source):
    """LARGE1 on chr9, which spans 2.6 Mb and has two transcripts of 3 and of 2 exons."""
    exons = [(10_000_001, 10_001_000), (11_000_001, 11_000_500), (12_599_001, 12_600_000)]
    names = "gene_id=ENSG99999999999.1;gene_name=LARGE1"
    lines = [("gene", 10_000_001, 12_600_000, f"ID=ENSG99999999999.1;{names}")]
    for name, parts in (("ENST99999999991.1", exons), ("ENST99999999992.1", exons[::2])):
        parent = f"ID={name};Parent=ENSG99999999999.1;transcript_id={name};{names}"
        lines.append(("transcript", parts[0][0], parts[-1][1], parent))
        lines += [("exon", *part, f"Parent={name};transcript_id={name};{names}") for part in parts]
    with (source / "gencode.gff3").open("a", encoding="utf-8") as annotation:
        for kind, start, end, attributes in lines:
            annotation.write(f"chr9\ttest\t{kind}\t{start}\t{end}\t.\t-\t.\t{attributes}\n")


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
