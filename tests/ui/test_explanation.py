"""The line below the search box: what the server understands, while the reader types."""

import json
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from looking import api
from playwright.sync_api import expect


def words(url, text):
    return json.load(urlopen(f"{url}explanation?compilation=sim&q={quote(text)}"))["words"]


def test_the_meaning_is_told_while_the_text_is_typed(open_page, url):
    page = open_page("?compilation=sim")
    line = page.locator("#meaning")
    before = line.bounding_box()
    gene = api(url, "sim/genes/SIMG00001")["gene"]
    page.locator("#q").press_sequentially("SIMG00001")
    place = f"{gene['chromosome']}:{gene['start']:,}-{gene['end']:,} {gene['strand']}"
    expect(line).to_have_text(f"gene SIMG00001 at {place}")
    assert line.bounding_box()["height"] == before["height"]
    assert page.locator("#q").get_attribute("aria-describedby").split()[0] == "meaning"
    page.locator("#q").fill("chr1:864,000-890,300")
    expect(line).to_have_text("region chr1:864000-890300, 26,301 bases")
    page.locator("#q").fill("")
    expect(line).to_have_text("")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENSG99000000001", "gene ENSG99000000001 at chr1:"),
        ("ENSG99000000001.1", "gene ENSG99000000001.1 at chr1:"),
        ("SIMG00003", "2 places of SIMG00003: chr1:"),
        ("SIMG0000Q", "no gene is called SIMG0000Q; similar: SIMG00001"),
        ("SIMG", "no gene is called SIMG; similar: SIMG00001"),
        ("chr2", "chromosome chr2"),
        ("chr1:864259-864720:+", "the junction GRCh38:chr1:864259-864720:+"),
        ("chr1-864263-N-A", "junctions over the variant"),
        ("1234567; 7654321", "junction number 1234567, junction number 7654321"),
        ("chr1:9-2", "start not after end"),
        ("chr77:1-5", "region chr77:1-5"),
        ("", ""),
    ],
)
def test_every_kind_of_text_is_explained(url, text, expected):
    explanation = words(url, text)
    assert expected in explanation
    assert bool(explanation) == bool(text)
