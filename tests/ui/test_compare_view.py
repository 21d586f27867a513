"""The view that compares groups: it shows the numbers of the API, and its form leads to them."""

import json
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from looking import api
from playwright.sync_api import expect

HEADING = "#results-heading"
QUERY = "gene=SIMG00001&min_reads=1&min_samples=1"


@pytest.fixture(scope="module")
def groups(url):
    """The two largest groups."""
    values = api(url, "sim/compare?" + QUERY)["groups"]
    return [group["group"] for group in sorted(values, key=lambda group: -group["N"])[:2]]


def cells(page):
    table = page.locator(".comparison-table tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in table.all()]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("measure", ["psi", "prevalence"])
def test_the_table_has_the_numbers_of_the_api(open_page, url, groups, measure, script):
    page = open_page("compare?compilation=sim", java_script_enabled=script)
    page.get_by_label("Gene, region or junction").fill("SIMG00001")
    page.get_by_label("Measure").select_option(measure)
    page.get_by_label("Reads, at least").fill("1")
    page.get_by_label("Samples, at least").fill("1")
    page.get_by_text("Groups to compare").click()
    for name in groups:
        page.locator(f'input[name=group][value="{name}"]').check()
    page.get_by_role("button", name="Compare").click()
    choice = urlencode({"group": groups, "measure": measure}, doseq=True)
    answer = api(url, f"sim/compare?{QUERY}&{choice}")
    expect(page.locator(HEADING)).to_contain_text(f"{answer['tested']:,} test")
    assert answer["rows"]
    first = 2 if measure == "psi" else 1
    expected = [
        [
            row["name"],
            *(f"{level:.2f} ({n})" for level, n in zip(row["level"], row["n"], strict=True)),
            f"{row['p']:.3g}",
            f"{row['q']:.3g}",
        ]
        for row in answer["rows"]
    ]
    assert [[row[0], *row[first : first + 2], *row[-2:]] for row in cells(page)] == expected
    table = cells(page)
    page.get_by_role("link", name="Permanent link").click()
    page.wait_for_url("**/compare?*release=r1*")
    assert cells(page) == table
    href = page.get_by_role("link", name="JSON").get_attribute("href")
    assert json.load(urlopen(url + href.lstrip("/")))["rows"] == answer["rows"]
    tsv = page.get_by_role("link", name="TSV").get_attribute("href")
    lines = urlopen(url + tsv.lstrip("/")).read().decode().splitlines()
    assert len([line for line in lines if not line.startswith("#")]) == answer["tested"] + 1


@pytest.mark.parametrize("text", ["NOSUCHGENE", "170000"])
def test_a_text_that_names_no_place_is_explained(open_page, text):
    page = open_page(f"compare?compilation=sim&q={text}")
    expect(page.locator(".problem .detail")).to_contain_text(text)


@pytest.mark.parametrize("width", [360, 1920])
def test_the_comparison_fits_the_screen(open_page, width):
    query = "compare?compilation=sim&q=SIMG00001&min_reads=1&min_samples=1"
    page = open_page(query, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
