"""Variants and positions in the search box: the splice sites near them, as the API has them."""

import pytest
from looking import api, search
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def site(url):
    """A junction of a gene that many samples have."""
    return api(url, "sim/junctions?gene=SIMG00001&filter=samples_count>=20")["rows"][0]


def shown(page):
    """The junctions of all sites on the page, without thousands separators."""
    texts = page.locator("#variant tbody th").all_inner_texts()
    return [text.replace(",", "") for text in texts]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("form", ["{chromosome}-{position}-N-A", "{chromosome}:{position}"])
def test_a_variant_leads_to_the_sites_of_the_api(open_page, url, site, form, script):
    text = form.format(chromosome=site["chromosome"], position=site["start"] + 4)
    answer = api(url, f"sim/variants/{text}?limit=5")
    expected = [
        f"{row['chromosome']}:{row['start']}-{row['end']}"
        for near in answer["sites"]
        for row in [*near["junctions"], *[event["junction"] for event in near["events"]]]
    ]
    page = open_page("?compilation=sim", java_script_enabled=script)
    search(page, text)
    expect(page.locator("#variant h2")).to_have_text("Splice sites nearby")
    expect(page.locator("#variant .conclusion")).to_contain_text(answer["summary"])
    assert shown(page) == expected
    page.locator("#variant tbody th a").first.click()
    expect(page.locator("#evidence .name code")).to_contain_text(expected[0])


def test_a_place_in_a_transcript_leads_to_the_same_sites(open_page, url):
    text = "SIMG00001:c.1+1000000"
    page = open_page("?compilation=sim")
    search(page, text)
    expect(page.locator(".problem .detail")).to_contain_text("c.1+1000000")


def test_a_variant_far_from_any_site_says_so(open_page):
    page = open_page("?compilation=sim")
    search(page, "chr1-248000000-A-G")
    expect(page.locator("#variant")).to_contain_text("No splice site")
    expect(page.locator("#variant")).to_contain_text("lift over a position of another assembly")
