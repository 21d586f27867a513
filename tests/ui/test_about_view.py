"""The view about the data: its numbers are those of the API, and it works without scripts."""

import pytest
from looking import api
from playwright.sync_api import expect


@pytest.mark.parametrize("script", [True, False])
def test_about_lists_the_compilations_with_the_numbers_of_the_api(open_page, url, script):
    page = open_page("?compilation=sim", java_script_enabled=script)
    page.get_by_role("navigation", name="Views").get_by_role("link", name="About").click()
    expect(page).to_have_title("About · sim · Snapshard")
    expect(page.get_by_role("link", name="About")).to_have_attribute("aria-current", "page")
    rows = page.locator(".compilations tbody tr")
    expect(rows).to_have_count(2)
    for name, text in zip(["bare", "sim"], rows.all_inner_texts(), strict=True):
        release = api(url, name)["release"]
        assert f"{release['junction_count']:,}" in text
        assert release["release"] in text
    page.locator(".compilations").get_by_role("link", name="bare").first.click()
    expect(page.locator("#in")).to_have_value("bare")


def test_the_example_has_its_arcs_and_no_more(open_page):
    page = open_page("about?compilation=sim")
    expect(page.locator(".prose .figure .arc")).to_have_count(4)
    expect(page.locator(".prose .figure")).to_contain_text("chr1:201-400")


@pytest.mark.parametrize("width", [360, 1920])
def test_about_fits_the_screen(open_page, width):
    page = open_page("about?compilation=sim", viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_about_without_data_tells_how_to_load_some(open_page, url):
    page = open_page("about?compilation=nothing")
    expect(page.locator(".problem .detail")).to_contain_text("nothing")
