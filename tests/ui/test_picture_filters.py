"""The filters above the picture: they change the picture, the table and the URL without a new page."""

import re
from collections import Counter
from urllib.request import urlopen

import pytest
from looking import GENE, api, asked, rows
from playwright.sync_api import expect

REGION_QUERY = "region=chr1:1-9000000&limit=1000"
REGION = "?compilation=sim&q=chr1:1-9,000,000&rows=1000"


def arcs(page):
    return page.locator(".figure .arc")


def listed(url, condition):
    return api(url, f"sim/junctions?gene=SIMG00001&limit=1000&{condition}")["rows"]


INPUTS = [
    ("Minimum samples", "4", "samples_count>=4"),
    ("Minimum samples", "7.5 %", "samples_count>=7.5 %"),
    ("Minimum reads", "30", "coverage_sum>=30"),
    ("Maximum length", "2000", "length<=2000"),
]


@pytest.mark.parametrize(("label", "value", "condition"), INPUTS)
def test_a_typed_filter_redraws_without_a_new_page(open_page, url, label, value, condition):
    page = open_page(GENE)
    page.evaluate("window.same = true")
    everything = rows(page).count()
    field = page.get_by_label(label)
    field.press_sequentially(value)
    # 7.5 per cent of the 60 samples are 4.5.
    expected = listed(url, "filter=" + condition.replace("7.5 %", "5"))
    assert 0 < len(expected) < everything
    expect(rows(page)).to_have_count(len(expected))
    least = 1 if "samples" in condition else 2
    expect(arcs(page)).to_have_count(sum(row["samples_count"] >= least for row in expected))
    expect(field).to_be_focused()
    expect(field).to_have_value(value)
    assert asked(page)["filter"] == [condition]
    assert page.evaluate("window.same")
    page.go_back()
    expect(rows(page)).not_to_have_count(len(expected))


def test_one_step_back_undoes_all_that_was_typed_in_a_field(open_page):
    page = open_page(GENE)
    everything = rows(page).count()
    page.get_by_label("Maximum length").press_sequentially("2000", delay=150)
    expect(page).to_have_url(re.compile("length%3C%3D2000"))
    page.get_by_label("Minimum reads").press_sequentially("30", delay=150)
    expect(page).to_have_url(re.compile("coverage_sum%3E%3D30"))
    page.go_back()
    expect(page.get_by_label("Maximum length")).to_have_value("2000")
    expect(page.get_by_label("Minimum reads")).to_have_value("")
    assert asked(page)["filter"] == ["length<=2000"]
    page.go_back()
    expect(rows(page)).to_have_count(everything)
    assert "filter" not in asked(page)


def test_the_motif_selects_by_both_ends(open_page, url):
    page = open_page(REGION)
    everything = rows(page).count()
    motif = page.get_by_label("Motif", exact=True)
    motif.select_option("GC-AG")
    expect(page).to_have_url(re.compile("left_motif%3DGC.*right_motif%3DAG"))
    query = "region=chr1:1-9000000&filter=left_motif=GC&filter=right_motif=AG"
    expected = api(url, f"sim/junctions?{query}")["rows"]
    assert 0 < len(expected) < everything
    expect(rows(page)).to_have_count(len(expected))
    expect(motif).to_have_value("GC-AG")
    motif.select_option("all")
    expect(rows(page)).to_have_count(everything)
    assert "filter" not in asked(page)


def test_every_strand_is_one_of_the_choices(open_page, url):
    page = open_page(REGION)
    strand = page.locator("form.live").get_by_label("Strand")
    assert strand.locator("option").all_inner_texts() == ["all", "+", "\u2212", "unknown"]
    counts = Counter(row["strand"] for row in api(url, f"sim/junctions?{REGION_QUERY}")["rows"])
    assert rows(page).count() == sum(counts.values())
    for sign in ("+", "-", "?"):
        strand.select_option(sign)
        expect(rows(page)).to_have_count(counts[sign])


def test_a_search_without_a_picture_has_the_filters_too(open_page, url):
    page = open_page("?compilation=sim&q=&rows=1000")
    expect(page.locator(".figure")).to_have_count(0)
    page.get_by_label("Minimum samples").press_sequentially("50")
    expected = api(url, "sim/junctions?filter=samples_count>=50&limit=1000")["rows"]
    assert expected
    expect(rows(page)).to_have_count(len(expected))


def test_no_two_inputs_stand_for_the_same_filter(open_page):
    page = open_page(GENE)
    names = page.locator("form [name]:not([type=hidden]):not([name=group])").evaluate_all(
        "inputs => inputs.map((input) => input.name)"
    )
    assert {"q", "min_samples", "min_reads"} <= set(names)
    assert len(names) == len(set(names))


def test_class_strand_and_group_select_as_the_api_does(open_page, url):
    page = open_page(GENE)
    for label, value, condition in (
        ("Class", "DA", "filter=class=DA"),
        ("Strand", "+", "filter=class=DA&filter=strand=%2B"),
        ("In samples of", "Brain", "filter=class=DA&filter=strand=%2B&group=Brain"),
    ):
        page.locator("form.live").get_by_label(label).select_option(value)
        expect(page).to_have_url(re.compile(r"class%3DDA.*" + ("Brain" if "of" in label else "")))
        expect(rows(page)).to_have_count(len(listed(url, condition)))
    assert asked(page)["group"] == ["Brain"]
    assert asked(page)["filter"] == ["class=DA", "strand=+"]


def test_a_value_that_is_no_number_is_marked_and_not_sent(open_page):
    page = open_page(GENE)
    page.get_by_label("Minimum reads").press_sequentially("x")
    page.wait_for_timeout(400)
    assert "filter" not in asked(page)
    assert page.get_by_label("Minimum reads").evaluate("field => field.matches(':invalid')")


@pytest.mark.parametrize("script", [True, False])
def test_junctions_of_one_sample_are_hidden_until_the_reader_shows_them(open_page, url, script):
    page = open_page(GENE, java_script_enabled=script)
    singles = [row for row in listed(url, "") if row["samples_count"] == 1]
    words = f"{len(singles)} junctions of one sample are hidden in the picture."
    expect(page.locator(".omitted")).to_contain_text(words)
    drawing = urlopen(f"{url}api/v1/compilations/sim/junctions.svg?gene=SIMG00001").read().decode()
    assert f"{len(singles)} junctions of one sample are hidden" in drawing
    page.get_by_role("link", name="Show them").click()
    expect(page.locator(".omitted")).to_have_count(0)
    expect(arcs(page)).to_have_count(rows(page).count())


def test_without_scripts_the_filters_are_a_form(open_page, url):
    page = open_page(GENE + "&filter=class=DA", java_script_enabled=False)
    page.get_by_label("Minimum samples").fill("4")
    page.get_by_role("button", name="Apply").click()
    assert asked(page)["filter"] == ["samples_count>=4", "class=DA"]
    expected = listed(url, "filter=class=DA&filter=samples_count>=4")
    expect(rows(page)).to_have_count(len(expected))
