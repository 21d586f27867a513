"""The page as a page: URLs, history, keyboard, no script, narrow screens, slow servers."""

import re
from itertools import pairwise

from looking import GENE, heading, rows, search
from playwright.sync_api import expect


def test_every_state_comes_back_from_its_url(open_page):
    filters = "filter=samples_count%3E%3D3&filter=strand%3D%2B"
    state = f"?compilation=sim&q=chr1%3A1-99000000&match=contains&{filters}&group=Skin&rows=50"
    page = open_page(state)
    rows(page).nth(1).locator("th a").click()
    expect(page.locator("#evidence")).to_be_visible()
    before = page.locator("#page").inner_html()
    again = open_page(page.url.split("/", 3)[3])
    assert again.locator("#page").inner_html() == before
    expect(again.get_by_label("Matching")).to_have_value("contains")
    expect(again.get_by_label("Minimum samples")).to_have_value("3")
    expect(again.get_by_role("checkbox", name="Skin")).to_be_checked()
    expect(again.get_by_label("Rows per page")).to_have_value("50")


def test_submitting_what_the_url_says_changes_nothing(open_page):
    state = (
        "?compilation=sim&q=SIMG00001&match=contains&filter=samples_count%3E%3D3&group=Skin&rows=50"
    )
    page = open_page(state)
    with page.expect_response(lambda response: response.status == 200):
        page.get_by_role("button", name="Search").click()
    expect(rows(page).first).to_be_visible()
    assert page.url.endswith(state)


def test_back_and_forward_walk_through_the_states(open_page):
    page = open_page("?compilation=sim")
    search(page, "SIMG00001")
    rows(page).first.locator("th a").click()
    expect(page.locator("#evidence")).to_be_visible()
    page.go_back()
    expect(page.locator("#evidence")).to_have_count(0)
    expect(rows(page).first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Is a junction seen, in which samples, and how strongly?"
    )
    expect(page.locator("#q")).to_have_value("")
    page.go_forward()
    page.go_forward()
    expect(page.locator("#evidence")).to_be_visible()
    assert "junction=" in page.url


def test_without_a_script_everything_is_there(open_page):
    page = open_page("?compilation=sim", java_script_enabled=False)
    search(page, "SIMG00001")
    page.get_by_label("Minimum samples").fill("2")
    page.get_by_role("button", name="Apply").click()
    assert page.url.endswith("?compilation=sim&q=SIMG00001&filter=samples_count%3E%3D2")
    expect(rows(page).nth(5)).to_be_visible()
    rows(page).nth(1).locator("th a").click()
    expect(page.locator(".verdict")).to_contain_text("Seen in")
    assert page.locator("button.copy").first.is_hidden()


def test_the_keyboard_alone_comes_to_the_evidence_and_back(open_page):
    page = open_page("?compilation=sim")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the results")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("chr1:864000-890300")
    page.keyboard.press("Enter")
    expect(heading(page)).to_be_focused()
    # Behind the heading are the link to exactly this junction, the one that skips the picture, the eight
    # filters and the link to what they hide, the picture, the four links that move it, the table that can
    # be scrolled, the nine headings that sort it, then its first junction.
    for _ in range(27):
        page.keyboard.press("Tab")
    expect(rows(page).first.locator("th a")).to_be_focused()
    # The second link behind the heading leads past all of them.
    heading(page).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip the picture")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows(page).first.locator("th a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#evidence-heading")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows(page).first.locator("th a")).to_be_focused()


def test_the_number_of_results_is_announced(open_page):
    page = open_page("?compilation=sim")
    search(page, "SIMG00001")
    expect(page.get_by_role("status").first).to_have_text(re.compile(r"1–\d+ of \d+ junctions"))


def test_a_slow_answer_shows_that_the_page_is_loading(open_page):
    page = open_page("?compilation=sim")
    page.route("**/?*", lambda route: (page.wait_for_timeout(700), route.continue_()))
    page.evaluate("""() => {
        window.shown = false;
        const sign = document.getElementById("busy");
        new MutationObserver(() => { window.shown ||= !sign.hidden }).observe(sign, { attributes: true });
    }""")
    search(page, "chr1:864000-890300")
    expect(rows(page).first).to_be_visible()
    assert page.evaluate("window.shown")
    expect(page.locator("#busy")).to_be_hidden()


def test_a_shard_that_is_away_is_named_and_the_rest_is_an_offer(open_page, url_without_s2):
    page = open_page("?compilation=sim&q=chr1:1-200000000", at=url_without_s2)
    expect(page.locator("#results-heading")).to_have_text("No results")
    expect(page.locator(".problem .detail")).to_contain_text("shard 's2' is unavailable")
    page.get_by_role("link", name="Show results from the other shards").click()
    expect(page.locator("#results .banner")).to_contain_text("Incomplete: shard unavailable: s2")
    expect(page.get_by_text("The picture could not be drawn: shard 's2'")).to_be_visible()
    expect(rows(page).first).to_be_visible()
    search(page, "chr1:864000-890300")
    expect(page.locator("#results .banner")).to_have_count(0)
    expect(rows(page).first).to_be_visible()


def test_everything_has_a_label_and_headings_do_not_skip(open_page):
    page = open_page(GENE + "&junction=chr1:864259-864720")
    assert page.evaluate(UNLABELLED) == []
    levels = page.evaluate(
        """[...document.querySelectorAll("h1, h2, h3, h4, h5")].map((one) => Number(one.tagName[1]))"""
    )
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.locator("[id]").count() == page.evaluate(
        "new Set([...document.querySelectorAll('[id]')].map((one) => one.id)).size"
    )


def test_text_is_readable_in_both_schemes(open_page):
    """WCAG AA: 4.5 to 1 for text."""
    for scheme in ("light", "dark"):
        page = open_page(
            GENE + "&filter=samples_count>=2&junction=chr1:864259-864720", color_scheme=scheme
        )
        poor = page.evaluate(CONTRAST)
        assert poor == [], scheme


UNLABELLED = """[...document.querySelectorAll("input:not([type=hidden]), select, button")]
    .filter((one) => !one.labels?.length && !one.getAttribute("aria-label") && !one.textContent.trim())
    .map((one) => one.outerHTML)"""
CONTRAST = """() => {
    const numbers = (color) => color.match(/[0-9.]+/g).map(Number);
    const light = (color) => numbers(color).slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = (one) => {
        for (; one; one = one.parentElement) {
            const color = getComputedStyle(one).backgroundColor;
            if ((numbers(color)[3] ?? 1) === 1) return color;
        }
        return "rgb(255, 255, 255)";
    };
    const spoken = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return [...document.querySelectorAll("body *")].filter(spoken)
        .filter((one) => one.checkVisibility() && !(one instanceof SVGElement)).map((one) => {
            const lights = [light(getComputedStyle(one).color), light(ground(one))];
            const [high, low] = lights.sort((a, b) => b - a);
            return [(high + 0.05) / (low + 0.05), one.outerHTML.slice(0, 80)];
        }).filter(([ratio]) => ratio < 4.5);
}"""


def test_a_narrow_screen_scrolls_only_the_tables(open_page):
    for width in (320, 390, 768):
        page = open_page(
            GENE + "&junction=chr1:864259-864720", viewport={"width": width, "height": 800}
        )
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), width


def test_what_the_load_let_pass_stands_on_the_page(open_page):
    page = open_page("?compilation=sim")
    notices = page.locator("#notices")
    expect(notices.locator("li")).to_be_hidden()
    notices.get_by_text("1 notice from loading this release").click()
    expect(notices.locator("li")).to_have_text(
        re.compile(
            r"^gencode\.gff3: 1 line could not be used and was left out; the first is line \d+"
        )
    )
    expect(open_page("?compilation=bare").locator("#notices")).to_have_count(0)
