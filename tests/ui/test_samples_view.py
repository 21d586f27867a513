"""The view of the samples: it shows what the API finds, and leads to the search for junctions."""

import json
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import urlopen

import pytest
from looking import api
from playwright.sync_api import expect

HEADING = "#results-heading"


@pytest.fixture(scope="module")
def tissue(url):
    """The most frequent value of SMTS and its number of samples."""
    return api(url, "sim/samples/facets?field=SMTS")["values"][0]


def ids(page):
    return [int(text) for text in page.locator(".sample-table tbody th").all_inner_texts()]


@pytest.mark.parametrize("script", [True, False])
def test_a_value_of_a_field_leads_to_its_samples_and_they_to_junctions(
    open_page, url, tissue, script
):
    page = open_page("samples?compilation=sim", java_script_enabled=script)
    expect(page.locator(HEADING)).to_have_text("1–60 of 60 samples")
    page.get_by_label("Values of field").select_option("SMTS")
    page.get_by_role("button", name="Search").click()
    page.locator(".chips a").first.click()
    condition = f"SMTS={tissue['value']}"
    expect(page.get_by_label("Condition", exact=True)).to_have_value(condition)
    found = api(url, f"sim/samples?filter={quote(condition)}")
    assert ids(page) == [row["rail_id"] for row in found["rows"]]
    page.get_by_role("link", name="Search junctions in").click()
    expect(page.locator("#results-heading")).to_contain_text("junction")
    sample_ids = parse_qs(urlsplit(page.url).query)["sample_ids"][0].split(",")
    assert [int(text) for text in sample_ids] == [row["rail_id"] for row in found["rows"]]
    page.go_back()
    expect(page.get_by_label("Condition", exact=True)).to_have_value(condition)


def test_values_are_counted_in_the_samples_that_match(open_page, url):
    page = open_page("samples?compilation=sim&field=SMTS&filter=SMRIN%3E%3D7")
    found = api(url, "sim/samples?filter=SMRIN%3E%3D7&fields=SMTS")["rows"]
    counts = [int(text) for text in page.locator(".chips small").all_inner_texts()]
    assert sum(counts) == len(found)
    tissues = [row["SMTS"] for row in found]
    expect(page.locator(".chips a").first).to_have_text(
        f"{max(tissues, key=tissues.count)} {max(map(tissues.count, tissues))}"
    )


def test_words_and_conditions_hold_together(open_page, url, tissue):
    page = open_page("samples?compilation=sim")
    page.get_by_label("Words in any field").fill(tissue["value"].split()[0])
    page.get_by_label("Condition", exact=True).fill("SMRIN>=7")
    page.get_by_role("button", name="Search").click()
    query = f"q={quote(tissue['value'].split()[0])}&filter=SMRIN%3E%3D7"
    found = [row["rail_id"] for row in api(url, f"sim/samples?{query}")["rows"]]
    expect(page.locator(HEADING)).to_contain_text(f"of {len(found)} sample")
    assert ids(page) == found
    href = page.get_by_role("link", name="JSON").get_attribute("href")
    assert [row["rail_id"] for row in json.load(urlopen(url + href.lstrip("/")))["rows"]] == found


def test_what_no_sample_has_and_what_is_wrong_is_said(open_page):
    page = open_page("samples?compilation=sim&q=nosuchword")
    expect(page.locator(HEADING)).to_have_text("No sample matches")
    page.get_by_role("link", name="Show all samples").click()
    expect(page.locator(HEADING)).to_have_text("1–60 of 60 samples")
    page = open_page("samples?compilation=sim&filter=NOSUCH%3E7")
    expect(page.locator(".problem .detail")).to_contain_text("NOSUCH")


def test_a_release_without_samples_says_so(open_page):
    page = open_page("samples?compilation=bare")
    expect(page.locator("#results")).to_contain_text("sample")


@pytest.mark.parametrize("width", [360, 1920])
def test_the_samples_fit_the_screen(open_page, width):
    page = open_page("samples?compilation=sim", viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
