"""The box plot of a junction's samples in its view: the picture and the table of the API's numbers."""

import json
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from looking import api
from playwright.sync_api import expect

ROWS = ".box-plot svg g.row"
COUNTS = """rows => rows.map((row) => [row.dataset.group,
    row.querySelector(".points").getAttribute("d").split("M").length - 1])"""
OUTSIDE = """() => {
    const picture = document.querySelector(".box-plot svg").getBoundingClientRect();
    return [...document.querySelectorAll(".box-plot svg *")].map((each) => each.getBoundingClientRect())
        .filter((box) => box.width && (box.left < picture.left - 1 || box.right > picture.right + 1
            || box.top < picture.top - 1 || box.bottom > picture.bottom + 1)).length;
}"""


@pytest.fixture(scope="module")
def name(url):
    """A junction that many samples have."""
    return api(url, "sim/junctions?gene=SIMG00001&filter=samples_count>=20")["rows"][0]["name"]


def boxes(url, name, unit):
    return api(url, f"sim/junctions/{quote(name, safe=':')}/boxes?unit={unit}")


@pytest.mark.parametrize("script", [True, False])
def test_the_picture_and_its_table_have_the_numbers_of_the_api(open_page, url, name, script):
    page = open_page(f"?compilation=sim&junction={quote(name)}", java_script_enabled=script)
    for unit, label in (("reads", "Reads"), ("cpm", "CPM")):
        page.locator(".choice").get_by_role("link", name=label).click()
        answer = boxes(url, name, unit)
        expect(page.locator(".choice [aria-current]")).to_have_text(label)
        expected = [["All samples", answer["overall"]["n"]]]
        expected += [[group["group"].replace("_", " "), group["n"]] for group in answer["groups"]]
        if script:
            assert page.locator(ROWS).evaluate_all(COUNTS) == expected
            assert page.evaluate(OUTSIDE) == 0
        page.get_by_text("The box plot as a table").click()
        table = [
            row.locator("th, td").all_inner_texts()
            for row in page.locator(".plot-table tbody tr").all()
        ]
        assert [[row[0], int(row[1].split()[0])] for row in table] == expected
        medians = [answer["overall"]["median"], *(group["median"] for group in answer["groups"])]
        shown = [float(row[4].replace(",", "")) for row in table]
        assert shown == pytest.approx(medians, rel=0.01)


def test_the_downloads_are_the_picture_in_the_unit_of_the_page(open_page, url, name):
    page = open_page(f"?compilation=sim&junction={quote(name)}&unit=cpm")
    links = page.locator("#evidence .links")
    href = links.get_by_role("link", name="JSON").get_attribute("href")
    answer = json.load(urlopen(url + href.lstrip("/")))
    assert (answer["unit"], answer["overall"]) == ("cpm", boxes(url, name, "cpm")["overall"])
    with page.expect_download() as download:
        links.get_by_role("link", name="SVG").click()
    assert b"All samples" in download.value.path().read_bytes()


def test_a_junction_that_no_sample_has_has_no_box_plot(open_page):
    page = open_page("?compilation=sim&junction=chr1:5-900:%2B")
    expect(page.locator("#evidence .absent")).to_be_visible()
    expect(page.locator(".box-plot")).to_have_count(0)


def test_without_library_sizes_the_page_says_why_there_is_no_cpm(open_page, name):
    page = open_page(f"?compilation=bare&junction={quote(name)}&unit=cpm")
    expect(page.locator("#evidence .note")).to_contain_text("library sizes")
    page.locator(".choice").get_by_role("link", name="Reads").click()
    expect(page.locator(".box-plot svg g.row")).to_have_count(1)


@pytest.mark.parametrize("width", [360, 1_280, 1_920])
def test_the_box_plot_fits_the_screen(open_page, name, width):
    query = f"?compilation=sim&q=SIMG00001&junction={quote(name)}"
    page = open_page(query, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".box-plot svg").bounding_box()
    assert 270 < box["width"] <= width
