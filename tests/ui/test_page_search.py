"""Asking: by gene, region, name; suggestions; filters; pages."""

import re

from looking import GENE, api, asked, heading, rows, search
from playwright.sync_api import expect


def test_a_region_shows_the_junctions_of_the_api(open_page, url):
    page = open_page("?compilation=sim")
    search(page, "chr1:864,000\u2013890,300")
    answer = api(url, "sim/junctions?region=chr1:864000-890300")
    expect(heading(page)).to_have_text(
        f"1\u2013{len(answer['rows'])} of {len(answer['rows'])} junctions"
    )
    shown = [
        text.replace(",", "") for text in page.locator(".junctions tbody th").all_inner_texts()
    ]
    assert shown == [f"{row['chromosome']}:{row['start']}-{row['end']}" for row in answer["rows"]]
    reads = [
        text.replace(",", "")
        for text in page.locator(".junctions tbody td:nth-child(4)").all_inner_texts()
    ]
    assert reads == [str(row["coverage_sum"]) for row in answer["rows"]]
    assert asked(page) == {"compilation": ["sim"], "q": ["chr1:864,000\u2013890,300"]}


def test_a_gene_is_found_by_symbol_and_by_id_without_version(open_page):
    page = open_page(GENE)
    found = heading(page).inner_text()
    assert re.fullmatch(r"1\u2013\d+ of \d+ junctions", found)
    search(page, "ENSG99000000001")
    expect(page.locator(".understood")).to_contain_text("gene ENSG99000000001")
    expect(heading(page)).to_have_text(found)


def test_a_stable_name_shows_the_junction_and_its_evidence(open_page, url):
    name = api(url, "sim/junctions?gene=SIMG00001&filter=samples_count>=20")["rows"][0]["name"]
    page = open_page("?compilation=sim")
    search(page, name)
    expect(heading(page)).to_have_text("1 of 1 junction")
    expect(page.locator("#evidence .name code")).to_have_text(name)


def test_suggestions_are_chosen_with_the_keyboard(open_page):
    page = open_page("?compilation=sim")
    page.keyboard.press("/")
    page.keyboard.type("simg0000")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(8)
    expect(page.get_by_role("combobox", name="Gene")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".understood")).to_contain_text("gene SIMG00001")
    assert asked(page)["q"] == ["SIMG00001"]


def test_suggestions_close_on_escape_and_leave_the_text(open_page):
    page = open_page("?compilation=sim")
    page.locator("#q").press_sequentially("simg")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("simg")


def test_an_ambiguous_symbol_shows_the_choices_and_each_leads_on(open_page):
    page = open_page("?compilation=sim&q=SIMG00003")
    choices = page.locator(".choices a")
    expect(choices).to_have_count(2)
    expect(page.locator(".detail")).to_have_text("gene 'SIMG00003' has 2 meanings; choose one")
    choices.first.click()
    expect(page.locator(".understood")).to_contain_text("region chr1:20811558-20860992")


def test_quick_inputs_and_a_filter_narrow_the_rows_and_chips_take_them_back(open_page, url):
    page = open_page(GENE)
    page.get_by_label("Minimum samples").fill("5")
    expect(page).to_have_url(re.compile("samples_count%3E%3D5"))
    page.get_by_label("Column").select_option("strand")
    page.get_by_label("Operator").select_option("=")
    page.get_by_label("Value").fill("+")
    page.get_by_role("button", name="Search").click()
    expected = api(url, "sim/junctions?gene=SIMG00001&filter=samples_count>=5&filter=strand=%2B")[
        "rows"
    ]
    expect(page).to_have_url(re.compile("strand%3D%2B"))
    expect(rows(page)).to_have_count(len(expected))
    assert asked(page)["filter"] == ["samples_count>=5", "strand=+"]
    expect(page.get_by_label("Minimum samples")).to_have_value("5")
    page.get_by_role("link", name="Remove the filter strand=+").click()
    expect(page.locator(".chips li")).to_have_count(1)
    assert asked(page)["filter"] == ["samples_count>=5"]


def test_matching_and_groups_ask_as_the_api_does(open_page, url):
    page = open_page("?compilation=sim&q=chr1:864000-890300")
    page.get_by_label("Matching").select_option("contains")
    page.get_by_text("Restrict to samples").click()
    page.get_by_role("checkbox", name="Brain").check()
    page.get_by_role("button", name="Search").click()
    expected = api(url, "sim/junctions?region=chr1:864000-890300&match=contains&group=Brain")[
        "rows"
    ]
    expect(page.locator(".note")).to_contain_text("over the selected samples only")
    expect(rows(page)).to_have_count(len(expected))
    assert page.locator(".junctions tbody td:nth-child(3)").all_inner_texts() == [
        str(row["samples_count"]) for row in expected
    ]


def test_pages_follow_each_other_without_a_gap(open_page, url):
    page = open_page("?compilation=sim&q=chr2&rows=50")
    expected = api(url, "sim/junctions?region=chr2&limit=120")["rows"]
    seen = page.locator(".junctions tbody th").all_inner_texts()
    expect(page.locator(".pages")).to_contain_text("More junctions match")
    for first in (51, 101):
        page.get_by_role("link", name="Next page").click()
        expect(heading(page)).to_contain_text(f"{first}\u2013")
        seen += page.locator(".junctions tbody th").all_inner_texts()
    places = [f"{row['chromosome']}:{row['start']:,}-{row['end']:,}" for row in expected]
    assert seen[: len(places)] == places
    expect(heading(page)).to_be_focused()
    page.get_by_role("link", name="First page").click()
    expect(heading(page)).to_contain_text("1\u201350 of")


WRONG = [
    ("?compilation=sim&q=chr1:5-2", 400, "expected chromosome:start-end"),
    ("?compilation=sim&q=chr77:1-5", 404, "no chromosome 'chr77'"),
    ("?compilation=sim&q=hg19:chr1:62-205:-", 400, "positions are not lifted over"),
    ("?compilation=nowhere&q=SIMG00001", 404, "available: bare, sim"),
    ("?compilation=sim&q=&rows=0", 400, "greater than or equal to 1"),
    ("?compilation=sim&q=&after=nonsense", 400, "the `next` of an earlier page"),
    ("?compilation=sim&q=SIMG00001&junction=nonsense", 400, "GRCh38:chr2:71548830-71549349:+"),
]


def test_errors_say_what_was_expected_and_the_next_step(open_page, url):
    page = open_page()
    for query, status, words in WRONG:
        assert page.goto(url + query).status == status
        expect(page.locator(".problem .detail")).to_contain_text(words)
        expect(page.locator(".problem .step")).not_to_be_empty()


def test_after_an_error_the_search_goes_on(open_page):
    page = open_page("?compilation=sim&q=chr1:5-2")
    search(page, "chr1:864000-890300")
    expect(rows(page).first).to_be_visible()
    assert page.locator(".problem").count() == 0


def test_a_filter_that_cannot_be_is_told_and_taken_back(open_page):
    page = open_page(GENE + "&filter=length>=many")
    expect(page.locator(".problem .detail")).to_have_text(
        "filter length: expected a whole number, got 'many'"
    )
    page.get_by_role("link", name="Remove the filter length>=many").click()
    expect(rows(page).first).to_be_visible()


def test_a_misspelt_gene_shows_those_that_begin_like_it(open_page):
    page = open_page("?compilation=sim&q=SIMG0000Q")
    expect(page.locator(".detail")).to_have_text("no gene 'SIMG0000Q'")
    page.get_by_role("link", name="SIMG00001").click()
    expect(rows(page).first).to_be_visible()


def test_nothing_found_says_the_next_step(open_page):
    page = open_page(GENE + "&filter=samples_count>=61")
    expect(heading(page)).to_have_text("No junction matches")
    page.get_by_role("link", name="Search without filters").click()
    expect(rows(page).first).to_be_visible()


def test_text_from_the_url_stays_text(open_page):
    page = open_page(
        "?compilation=sim&q=%3Cscript%3Ealert(1)%3C/script%3E&filter=%22%3E%3Cimg%20src=x%3E"
    )
    assert page.locator("main script, main img").count() == 0
    expect(page.locator("#q")).to_have_value("<script>alert(1)</script>")
