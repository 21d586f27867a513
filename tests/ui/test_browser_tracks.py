"""The tracks for genome browsers that the page offers: igv.js itself, in Chromium, shows the junctions of
the API; the lines for the UCSC browser are BED12 as it accepts it.
"""

import re
import shutil
import subprocess
import tarfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from looking import GENE, api
from playwright.sync_api import expect

IGV = "igv@3.8.10"
CHROMOSOMES = "chr1\t248956422\nchr2\t242193529\n"
FEATURES = """async ({ chr, start, end }) => {
  const { track } = globalThis.browser.trackViews.find((view) => view.track.type === "junction");
  const place = { chr, start, end, bpPerPixel: 1, visibilityWindow: 1e6 };
  const features = await track.featureSource.getFeatures(place);
  return features.map(({ chr, start, end, strand, isVisible, attributes }) => ({
    chr, start, end, strand, isVisible,
    reads: attributes.label,
    samples: attributes.num_samples_with_this_junction,
  }));
}"""


@pytest.fixture(scope="module")
def igv(tmp_path_factory):
    """The script of igv.js from the npm registry."""
    folder = tmp_path_factory.mktemp("igv")
    if shutil.which("npm") is None:
        pytest.skip("no npm, which downloads igv.js")
    command = ["npm", "pack", "--silent", IGV]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.skip(f"the npm registry does not respond: {result.stderr.strip()[:200]}")
    with tarfile.open(folder / result.stdout.split()[-1]) as package:
        return package.extractfile("package/dist/igv.min.js").read()


def snippet(page, name):
    """The code that the page offers to copy."""
    page.get_by_text("Show these junctions in igv.js or the UCSC browser").click()
    code = page.get_by_label(name, exact=True)
    expect(code).to_be_visible()
    return code.text_content()


@pytest.fixture
def site(igv, tmp_path):
    """The address of another site, which has igv.js, an empty element for it, and a genome."""
    (tmp_path / "index.html").write_text(
        '<meta charset="utf-8"><script src="igv.js"></script><div id="igv"></div>'
    )
    (tmp_path / "igv.js").write_bytes(igv)
    (tmp_path / "chrom.sizes").write_text(CHROMOSOMES)
    handler = partial(QuietHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Files of a folder, without a log."""

    def log_message(self, *values):
        pass


@pytest.fixture
def igv_page(chromium, site):
    """The page of the other site."""
    page = chromium.new_page(viewport={"width": 1_000, "height": 700})
    page.goto(site)
    yield page
    page.close()


def rows_by_place(rows):
    return {(row["start"] - 1, row["end"]): row for row in rows}


def test_igv_draws_the_junctions_of_the_window_with_the_filters_of_the_page(
    open_page, url, igv_page
):
    code = snippet(open_page(GENE + "&filter=samples_count>=3&filter=class=DA"), "igv.js")
    query = "gene=SIMG00001&limit=1000&filter=samples_count>=3&filter=class=DA"
    expected = rows_by_place(api(url, f"sim/junctions?{query}")["rows"])
    assert len(expected) > 3
    # The genome of igv.js is downloaded from its own site, which is not reached from a test.
    genome = (
        f'reference: {{ id: "hg38", format: "chromsizes", fastaURL: "{igv_page.url}chrom.sizes" }}'
    )
    assert code.count('genome: "hg38"') == 1
    code = code.replace('genome: "hg38"', genome).strip().removesuffix(";")
    igv_page.evaluate(f"async () => {{ window.browser = await {code}; }}")
    region = re.search(r'locus: "(chr\w+):(\d+)-(\d+)"', code)
    place = {"chr": region[1], "start": int(region[2]) - 1, "end": int(region[3])}
    igv_page.wait_for_function(
        f"async () => (await ({FEATURES})({place})).some((each) => each.isVisible)"
    )
    features = igv_page.evaluate(FEATURES, place)
    inside = [
        each for each in features if each["end"] > place["start"] and each["start"] < place["end"]
    ]
    assert {(each["start"], each["end"]) for each in inside} == set(expected)
    for each in inside:
        row = expected[each["start"], each["end"]]
        counts = (row["strand"], str(row["coverage_sum"]), str(row["samples_count"]))
        assert (each["strand"], each["reads"], each["samples"]) == counts
    assert any(each["isVisible"] for each in inside)


def test_igv_loads_the_first_bases_of_a_chromosome(open_page, url, igv_page):
    code = snippet(open_page("?compilation=sim&q=chr1:1-200,000"), "igv.js")
    address = re.search(r"url: (.*),\n", code)[1]
    first = igv_page.evaluate(f"({address})({{ chr: 'chr1', start: 0, end: 200000 }})")
    text = urlopen(first).read().decode()
    places = {
        tuple(map(int, line.split("\t")[1:3])) for line in text.splitlines() if line[0] != "#"
    }
    expected = api(url, "sim/junctions?region=chr1:1-200000&limit=1000")["rows"]
    assert places == set(rows_by_place(expected))


def test_the_address_for_ucsc_loads_bed12_as_its_format_says(open_page, url):
    address = snippet(open_page(GENE + "&filter=coverage_sum>=20"), "UCSC").strip()
    assert address.startswith("https://genome.ucsc.edu/cgi-bin/hgTracks?")
    query = parse_qs(urlsplit(address).query)
    assert query["db"] == ["hg38"]
    assert re.fullmatch(r"chr1:\d+-\d+", query["position"][0])
    (track,) = query["hgct_customText"]
    lines = urlopen(track).read().decode().splitlines()
    data = [line.split("\t") for line in lines if not line.startswith("#")]
    expected = api(url, "sim/junctions?gene=SIMG00001&limit=1000&filter=coverage_sum>=20")["rows"]
    assert len(data) == len(expected) > 3
    for fields, row in zip(data, expected, strict=True):
        (
            chrom,
            start,
            end,
            name,
            score,
            strand,
            thick_start,
            thick_end,
            color,
            count,
            sizes,
            starts,
        ) = fields
        assert (chrom, name, strand) == (
            row["chromosome"],
            row["name"],
            row["strand"].replace("?", "."),
        )
        assert 0 <= int(score) <= 1_000
        assert int(start) <= int(thick_start) <= int(thick_end) <= int(end)
        assert color == "0"
        blocks = list(zip(map(int, starts.split(",")), map(int, sizes.split(",")), strict=True))
        assert len(blocks) == int(count) == 2
        # The first block begins where the feature does, the last ends where it does; the gap is the intron.
        assert blocks[0][0] == 0
        assert int(start) + sum(blocks[1]) == int(end)
        assert int(start) + sum(blocks[0]) == row["start"] - 1
        assert int(start) + blocks[1][0] == row["end"]


def test_a_search_without_a_picture_offers_no_tracks(open_page):
    page = open_page("?compilation=sim&q=chr1;chr2")
    expect(page.get_by_text("Show these junctions in igv.js")).to_have_count(0)
