"""The box plot of the view that compares groups: PSI of a tested junction or of an event, in groups and
in sets of samples, with the numbers of the API.
"""

import re
from urllib.parse import urlencode

import pytest
from looking import api
from playwright.sync_api import expect

QUERY = "q=SIMG00001&min_reads=1&min_samples=1"
COUNTS = """rows => rows.map((row) => [row.dataset.group,
    row.querySelector(".points").getAttribute("d").split("M").length - 1])"""


@pytest.fixture(scope="module")
def groups(url):
    """The two largest groups."""
    values = api(url, "sim/compare?gene=SIMG00001&min_reads=1&min_samples=1")["groups"]
    return [group["group"] for group in sorted(values, key=lambda group: -group["N"])[:2]]


def drawn(page):
    """The number of points of each row of the picture but that of all samples."""
    counts = dict(page.locator(".box-plot svg g.row").evaluate_all(COUNTS))
    counts.pop("All samples")
    return counts


def test_each_test_has_a_box_plot_of_its_samples(open_page, url, groups):
    choice = urlencode({"group": groups}, doseq=True)
    answer = api(url, f"sim/compare?gene=SIMG00001&min_reads=1&min_samples=1&{choice}")
    page = open_page(f"compare?compilation=sim&{QUERY}&{choice}")
    for number, row in enumerate(answer["rows"][:4]):
        page.locator(".comparison-table tbody th a").nth(number).click()
        heading = page.locator("#psi-plot-heading")
        expect(heading).to_contain_text(f"{row['name']} {row['role']}")
        expect(page.locator(".comparison-table [aria-current]")).to_have_text(row["name"])
        expected = {
            name.replace("_", " "): n for name, n in zip(groups, row["n"], strict=True) if n
        }
        assert drawn(page) == expected
        expect(page.locator("#psi-plot > p").first).to_contain_text(f"p = {row['p']:.3g}")
        page.get_by_text("The box plot as a table").click()
        cells = {
            line.locator("th").inner_text(): line.locator("td").all_inner_texts()
            for line in page.locator(".box-table tbody tr").all()
        }
        for name, n, level in zip(groups, row["n"], row["level"], strict=True):
            shown = cells[name.replace("_", " ")]
            assert shown[0].startswith(f"{n:,} of ")
            assert float(shown[2]) == pytest.approx(level, abs=0.005)


def test_an_event_of_listed_junctions_is_compared_and_drawn(open_page, url, groups):
    names = [row["name"] for row in api(url, "sim/junctions?gene=SIMG00001&limit=500")["rows"]]
    event = {"include": names[0], "exclude": names[1:], "min_reads": 1}
    page = open_page("compare?compilation=sim")
    page.get_by_text("A splicing event instead").click()
    page.get_by_label("Included junctions").fill(names[0])
    page.get_by_label("Excluded junctions").fill("; ".join(names[1:]))
    page.get_by_label("Reads, at least").fill("1")
    page.get_by_label("Samples, at least").fill("1")
    page.get_by_text("Groups to compare").click()
    for name in groups:
        page.locator(f'input[name=group][value="{name}"]').check()
    page.get_by_role("button", name="Compare").click()
    query = urlencode({**event, "group": groups}, doseq=True)
    (psi,) = api(url, f"sim/psi?{query}")["events"]
    expect(page.locator("#psi-plot-heading")).to_contain_text("junctions")
    assert drawn(page) == {
        group["group"].replace("_", " "): group["n"] for group in psi["groups"] if group["n"]
    }
    address = page.url
    page.locator(".comparison-table tbody th a").first.click()
    expect(page).to_have_url(re.compile("plot="))
    page.go_back()
    expect(page.locator("#include")).to_have_value(names[0])
    assert page.url == address


def test_samples_that_were_searched_are_a_set_to_compare(open_page, url):
    page = open_page("samples?compilation=sim&filter=SMTS%3DBrain")
    page.get_by_role("link", name="Compare them with all others").click()
    expect(page.get_by_label("Set 1")).to_have_value(re.compile("^these samples:samples=[0-9,]+$"))
    page.get_by_label("Gene, region or junction").fill("SIMG00001")
    page.get_by_label("Samples, at least").fill("1")
    page.get_by_label("Reads, at least").fill("1")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#psi-plot-heading")).to_be_visible()
    headings = page.locator(".comparison-table thead th").all_inner_texts()
    brain = api(url, "sim/samples?filter=SMTS%3DBrain")["count"]["rows"]
    assert any("these samples" in text and f"n of {brain}" in text for text in headings)
    assert any("all others" in text for text in headings)
    assert set(drawn(page)) <= {"these samples"}


def test_an_event_that_cannot_be_read_is_explained(open_page):
    page = open_page("compare?compilation=sim&include=nonsense")
    expect(page.locator(".problem .detail")).to_contain_text("nonsense")


@pytest.mark.parametrize("width", [360, 1_920])
def test_the_box_plot_fits_the_screen(open_page, width):
    page = open_page(f"compare?compilation=sim&{QUERY}", viewport={"width": width, "height": 900})
    expect(page.locator("#psi-plot svg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
