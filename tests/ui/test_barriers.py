"""Every view of the page, light and dark: axe finds no serious or critical barrier, and the browser has
nothing to complain of under the strict Content-Security-Policy (the fixture checks that).
"""

import gzip
from pathlib import Path

import axe_playwright_python
import pytest
from looking import GENE

from snapshard_ui.web.layout import VIEWS

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
STATES = {
    "start": "?compilation=sim",
    "gene": GENE,
    "region": "?compilation=sim&q=chr1:1-9,000,000",
    "chromosome": "?compilation=sim&q=chr1",
    "junction": "?compilation=sim&q=SIMG00001&junction=chr1:1000000-1000500",
    "variant": "?compilation=sim&q=chr1-1000000-A-G",
    "miss": "?compilation=sim&q=NOSUCHGENE",
    "wrong": "?compilation=sim&q=chr1:9-2",
    "compare": "compare?compilation=sim&q=SIMG00001&min_samples=1&min_reads=1",
    "samples": "samples?compilation=sim&field=SMTS",
    "annotate": "annotate?compilation=sim",
    "about": "about?compilation=sim",
}
STATIC = Path(__file__).parents[2] / "ui-docker" / "snapshard_ui" / "static"


def test_every_view_is_among_the_states():
    names = {view.name.lower() for view in VIEWS} - {"search"}
    assert names <= set(STATES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_no_view_has_a_serious_barrier(open_page, state, scheme):
    page = open_page(STATES[state], color_scheme=scheme)
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document)).violations")
    serious = [
        (one["id"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_scripts_and_styles_are_small():
    files = [*STATIC.glob("*.js"), *STATIC.glob("*.css")]
    assert len(files) > 5
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= 150_000
