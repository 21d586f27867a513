"""Every view of the page, light and dark: axe finds no serious or critical barrier, and the browser has
nothing to complain of under the strict Content-Security-Policy (the fixture checks that).
"""

import gzip
from pathlib import Path
from urllib.parse import quote

import axe_playwright_python
import pytest
from looking import GENE, api
from playwright.sync_api import expect

from snapshard_ui.web.layout import VIEWS

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
STATES = {
    "start": ("?compilation=sim", ".start"),
    "gene": (GENE, ".figure .arc"),
    "region": ("?compilation=sim&q=chr1:1-9,000,000", ".figure .arc"),
    "chromosome": ("?compilation=sim&q=chr1", ".figure .bin"),
    "junction": ("?compilation=sim&q=SIMG00001&junction={name}", "#evidence .by-group"),
    "absent": ("?compilation=sim&q=SIMG00001&junction=chr1:5-900:%2B", "#evidence .absent"),
    "variant": ("?compilation=sim&q={variant}", "#variant .site"),
    "miss": ("?compilation=sim&q=SIMG0000X", ".problem .choices"),
    "ambiguous": ("?compilation=sim&q=SIMG00003", ".problem .choices"),
    "wrong": ("?compilation=sim&q=chr1:9-2", ".problem"),
    "nothing": ("?compilation=sim&q=SIMG00001&filter=samples_count%3E%3D999", ".empty"),
    "compare": (
        "compare?compilation=sim&q=SIMG00001&min_samples=1&min_reads=1",
        ".comparison-table",
    ),
    "samples": ("samples?compilation=sim&field=SMTS", ".sample-table"),
    "annotate": ("annotate?compilation=sim", "#annotate"),
    "about": ("about?compilation=sim", ".compilations"),
}
"""By name: the address, with the name of a junction and a variant beside it, and what must be there."""
STATIC = Path(__file__).parents[2] / "ui-docker" / "snapshard_ui" / "static"


@pytest.fixture(scope="module")
def known(url):
    """A junction of a gene that many samples have, and a variant near its first base."""
    row = api(url, "sim/junctions?gene=SIMG00001&filter=samples_count>=20")["rows"][0]
    variant = f"{row['chromosome']}-{row['start'] + 4}-N-A"
    return {"name": quote(row["name"]), "variant": variant}


def serious_barriers(page):
    """The rules of axe that the page breaks, serious and critical ones, with some of the places."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_every_view_is_among_the_states():
    names = {view.name.lower() for view in VIEWS} - {"search"}
    assert names <= set(STATES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_no_view_has_a_serious_barrier(open_page, known, state, scheme):
    address, content = STATES[state]
    page = open_page(address.format(**known), color_scheme=scheme)
    expect(page.locator(content).first).to_be_visible()
    assert serious_barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neither_an_outage_nor_a_part_has_a_serious_barrier(open_page, url_without_s2, scheme):
    address = "?compilation=sim&q=chr1:1-200000000"
    page = open_page(address, at=url_without_s2, color_scheme=scheme)
    expect(page.locator(".problem")).to_be_visible()
    assert serious_barriers(page) == []
    page.goto(f"{url_without_s2}{address}&allow_partial=true")
    expect(page.locator("tbody tr").first).to_be_visible()
    assert serious_barriers(page) == []


def test_scripts_and_styles_are_small():
    files = [*STATIC.glob("*.js"), *STATIC.glob("*.css")]
    assert len(files) > 5
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= 150_000
