"""The picture on the page: it shows what the API draws, links to the evidence, and needs no script."""

import re
from urllib.request import urlopen

import pytest
from looking import GENE, asked, rows, search
from playwright.sync_api import expect


def arcs(page):
    return page.locator(".figure .arc")


@pytest.mark.parametrize("script", [True, False])
def test_a_gene_is_drawn_and_an_arc_leads_to_its_evidence(open_page, url, script):
    page = open_page(GENE, java_script_enabled=script)
    drawing = urlopen(f"{url}api/v1/compilations/sim/junctions.svg?gene=SIMG00001").read().decode()
    names = re.findall(r'class="arc [^"]*" data-name="([^"]*)"', drawing)
    assert names
    expect(arcs(page)).to_have_count(len(names))
    arcs(page).last.locator(".hit").dispatch_event("click")
    expect(page.locator("#evidence .name")).to_contain_text(names[-1])
    expect(page.locator(".figure .arc.chosen")).to_have_attribute("data-name", names[-1])


def test_a_whole_chromosome_is_drawn_as_bars_that_lead_to_their_region(open_page):
    page = open_page("?compilation=sim&q=chr1")
    bars = page.locator(".figure .bin")
    expect(bars.first).to_be_visible()
    expect(arcs(page)).to_have_count(0)
    page.locator(".figure .bars a .bar").first.dispatch_event("click")
    expect(page.locator(".figure .arcs.above")).to_be_attached()
    expect(page.locator("#q")).to_have_value(re.compile(r"chr1:[\d,]+-[\d,]+"))


def test_the_picture_follows_the_filters_of_the_table(open_page):
    page = open_page(GENE + "&filter=samples_count%3E%3D1&rows=1000")
    expect(arcs(page)).to_have_count(rows(page).count())


def test_dark_and_light_colours_follow_the_reader(open_page):
    grounds = [
        open_page(GENE, color_scheme=scheme)
        .locator(".figure .ground")
        .evaluate("ground => getComputedStyle(ground).fill")
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 24, 27)"]


def test_a_narrow_screen_scrolls_the_picture_and_not_the_page(open_page):
    page = open_page(GENE, viewport={"width": 360, "height": 800})
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    assert page.locator(".figure svg").bounding_box()["width"] >= 700


@pytest.mark.parametrize("script", [True, False])
def test_the_picture_moves_and_zooms_and_back_returns(open_page, script):
    page = open_page("?compilation=sim&q=chr1:1,000,001-2,000,000", java_script_enabled=script)
    moves = page.get_by_role("navigation", name="Move the picture")
    for name, window in (
        ("Zoom in", "chr1:1,250,001-1,750,000"),
        ("Right →", "chr1:1,500,001-2,000,000"),
        ("Zoom out", "chr1:1,250,001-2,250,000"),
        ("← Left", "chr1:750,001-1,750,000"),
    ):
        moves.get_by_role("link", name=name).click()
        expect(page.locator("#q")).to_have_value(window)
        expect(page.locator(".figure text.heading")).to_contain_text(window)
    page.go_back()
    expect(page.locator("#q")).to_have_value("chr1:1,250,001-2,250,000")


def test_the_picture_does_not_move_beyond_the_chromosome(open_page):
    names = {
        "chr1:1-1,000,000": ["Zoom in", "Zoom out", "Right →"],
        "chr1:400,001-1,400,000": ["← Left", "Zoom in", "Zoom out", "Right →"],
        "chr1": ["Zoom in"],
    }
    for text, expected in names.items():
        page = open_page(f"?compilation=sim&q={text}")
        moves = page.get_by_role("navigation", name="Move the picture").get_by_role("link")
        expect(moves).to_have_text(expected)
        if "Left" in expected[0]:
            moves.first.click()
            expect(page.locator("#q")).to_have_value("chr1:1-1,000,000")


LARGE = "?compilation=sim&q=LARGE1"
MAIN = ".figure .transcript.main"


def test_a_gene_of_more_than_two_megabases_has_its_transcripts(open_page):
    page = open_page(LARGE)
    expect(page.locator(".figure .transcript")).to_have_count(2)
    expect(page.locator(MAIN)).to_have_attribute("data-name", "ENST99999999991.1")
    # The gene is on the reverse strand: its first exon is the last on the chromosome.
    numbers = page.locator(f"{MAIN} text.soft")
    assert numbers.all_text_contents() == ["3", "2", "1"]
    assert "zoom in to see other genes" in page.locator(".figure .remarks").text_content()


@pytest.mark.parametrize("script", [True, False])
def test_the_reader_chooses_the_transcript_whose_exons_are_numbered(open_page, script):
    page = open_page(LARGE, java_script_enabled=script)
    choice = page.get_by_label("Transcript")
    assert choice.locator("option").count() == 2
    choice.select_option("ENST99999999992.1")
    if not script:
        page.get_by_role("button", name="Apply").click()
    expect(page.locator(MAIN)).to_have_attribute("data-name", "ENST99999999992.1")
    assert page.locator(f"{MAIN} text.soft").all_text_contents() == ["2", "1"]
    assert asked(page)["transcript"] == ["ENST99999999992.1"]
    # The choice stays while the window moves, and ends with another search.
    page.get_by_role("link", name="Zoom in").click()
    expect(page.locator(MAIN)).to_have_attribute("data-name", "ENST99999999992.1")
    search(page, "SIMG00001")
    expect(page.locator(MAIN)).not_to_have_attribute("data-name", "ENST99999999992.1")
    assert "transcript" not in asked(page)
