"""The table sorted by its headings, with and without scripts."""

import pytest
from looking import GENE, api, asked, rows
from playwright.sync_api import expect

HEADINGS = {
    "Samples": ("samples_count", True),
    "Reads": ("coverage_sum", True),
    "Mean": ("coverage_avg", True),
    "Median": ("coverage_median", True),
    "Length": ("length", True),
    "Strand": ("strand", False),
    "Class": ("class", False),
    "Motif": ("left_motif", False),
}


def names(page):
    return rows(page).evaluate_all("rows => rows.map((row) => row.dataset.name)")


def sort_by(page, heading):
    page.locator(".junctions thead").get_by_role("link", name=heading).click()


@pytest.mark.parametrize("script", [True, False])
def test_each_heading_sorts_and_a_second_click_reverses(open_page, url, script):
    columns = ",".join(["name", *(column for column, _ in HEADINGS.values())])
    expected = api(url, f"sim/junctions?gene=SIMG00001&limit=1000&columns={columns}")["rows"]
    page = open_page(GENE, java_script_enabled=script)
    for heading, (column, largest_first) in HEADINGS.items():
        for reverse in (largest_first, not largest_first):
            sort_by(page, heading)
            direction = "descending" if reverse else "ascending"
            expect(page.locator(f"th[aria-sort={direction}]")).to_have_text(heading)
            ordered = sorted(expected, key=lambda row: row[column], reverse=reverse)
            assert names(page) == [row["name"] for row in ordered]
            assert asked(page)["sort"] == [f"-{column}" if reverse else column]


def test_the_order_of_the_genome_returns(open_page):
    page = open_page(GENE)
    before = names(page)
    sort_by(page, "Junction")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Junction")
    assert names(page) == before[::-1]
    sort_by(page, "Junction")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Junction")
    assert names(page) == before
    page.go_back()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Junction")


def test_a_page_of_more_rows_says_that_it_is_not_sorted(open_page):
    page = open_page("?compilation=sim&q=chr2&rows=50&sort=-samples_count")
    expect(page.locator(".unsorted")).to_contain_text("only if all rows are on one page")
    expect(page.locator(".junctions thead a")).to_have_count(0)


def test_the_header_stays_while_the_table_scrolls(open_page):
    page = open_page(GENE, viewport={"width": 1_000, "height": 500})
    table = page.locator(".scroll.table")
    table.evaluate("table => table.scrollTo(0, 300)")
    tops = [box.bounding_box()["y"] for box in (table, page.locator(".junctions thead th").first)]
    assert table.evaluate("table => table.scrollTop") == 300
    assert abs(tops[0] - tops[1]) <= 2
