"""The picture under pointer, wheel and keys: details, marks in step with the rows, pan and zoom."""

import re

from looking import GENE, rows
from playwright.sync_api import expect

WINDOW = "?compilation=sim&q=chr1:1,000,001-2,000,000"
HIGHLIGHTED = """marks => marks.filter((mark) => getComputedStyle(mark).strokeWidth === "7px"
  || getComputedStyle(mark).boxShadow !== "none").map((mark) => mark.closest("[data-name]").dataset.name)"""
FOCUSED = "document.activeElement.querySelector('.arc').dataset.name"


def window(page):
    """First and last base of the picture's window."""
    data = page.locator("#picture").evaluate("figure => ({...figure.dataset})")
    return int(data["start"]), int(data["end"])


def arc(page, name):
    return page.locator(f'.figure .arc[data-name="{name}"]')


def row(page, name):
    return page.locator(f'.junctions tr[data-name="{name}"]')


def highlighted(page):
    """The names of the highlighted arcs and of the highlighted rows."""
    return [
        page.locator(selector).evaluate_all(HIGHLIGHTED)
        for selector in (".figure .arc .line", ".junctions tbody tr")
    ]


def drawn_and_listed(page):
    """The name of a junction that has both an arc and a row."""
    return page.locator(".figure .arc").last.get_attribute("data-name")


def middle(page):
    page.locator("#picture").scroll_into_view_if_needed()
    box = page.locator("#picture svg").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] - 60


def test_a_pointer_on_an_arc_shows_its_details_and_marks_its_row(open_page):
    page = open_page(GENE)
    name = drawn_and_listed(page)
    details = arc(page, name).locator("title").text_content()
    arc(page, name).locator(".hit").dispatch_event("pointerover")
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    assert tip.text_content() == details
    assert re.match(rf"{re.escape(name)}\n\d+ samples, [\d,]+ reads\n", details)
    assert highlighted(page) == [[name], [name]]
    page.locator("#q").hover()
    expect(tip).to_be_hidden()
    assert highlighted(page) == [[], []]


def test_a_pointer_on_a_row_marks_its_arc(open_page):
    page = open_page(GENE)
    name = drawn_and_listed(page)
    row(page, name).hover()
    assert highlighted(page) == [[name], [name]]


def test_keys_lead_through_the_arcs_and_enter_selects_one(open_page):
    page = open_page(GENE)
    page.locator("#picture").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("tooltip")).to_be_visible()
    first = page.evaluate(FOCUSED)
    page.keyboard.press("ArrowDown")
    second = page.evaluate(FOCUSED)
    assert first != second
    expect(page.get_by_role("tooltip")).to_contain_text(second)
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#evidence .name")).to_contain_text(second)


def test_keys_pan_and_zoom_and_back_returns(open_page):
    page = open_page(WINDOW)
    for key, text in (
        ("+", "chr1:1,250,001-1,750,000"),
        ("ArrowRight", "chr1:1,375,001-1,875,000"),
        ("ArrowLeft", "chr1:1,250,001-1,750,000"),
        ("-", "chr1:1,000,001-2,000,000"),
    ):
        page.locator("#picture").focus()
        page.keyboard.press(key)
        expect(page.locator("#q")).to_have_value(text)
        expect(page.locator("#picture")).to_be_focused()
    page.go_back()
    expect(page.locator("#q")).to_have_value("chr1:1,250,001-1,750,000")
    page.go_forward()
    expect(page.locator("#q")).to_have_value("chr1:1,000,001-2,000,000")


def test_a_drag_moves_the_window_by_the_bases_under_the_pointer(open_page):
    page = open_page(WINDOW)
    x, y = middle(page)
    width = page.locator("#picture svg").bounding_box()["width"]
    bases = 1_000_000 * 200 / (width * (1 - 2 * 14 / 1_200))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y, steps=4)
    page.mouse.up()
    expect(page.locator("#q")).not_to_have_value("chr1:1,000,001-2,000,000")
    start, end = window(page)
    assert abs(start - 1_000_001 - bases) <= 2
    assert end - start == 999_999


def test_a_wheel_zooms_about_the_pointer_only_with_a_modifier(open_page):
    page = open_page(WINDOW)
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(400)
    assert window(page) == (1_000_001, 2_000_000)
    x, y = middle(page)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(page.locator("#q")).not_to_have_value("chr1:1,000,001-2,000,000")
    start, end = window(page)
    assert end - start + 1 == 500_000
    # A pointer is at a whole pixel, which is about 1,000 bases.
    assert abs(start - 1_250_001) <= 1_000


def test_a_click_on_an_arc_selects_its_row(open_page):
    page = open_page(GENE)
    name = drawn_and_listed(page)
    before = rows(page).count()
    arc(page, name).locator(".hit").dispatch_event("click")
    expect(page.locator("#evidence .name")).to_contain_text(name)
    expect(row(page, name)).to_have_class(re.compile("chosen"))
    assert rows(page).count() == before


def test_the_picture_has_its_size_before_it_is_drawn(open_page):
    page = open_page(GENE)
    shift = page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += entry.value)))
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 300);
        })"""
    )
    assert shift == 0
