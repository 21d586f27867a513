"""Every view has a permanent link to itself, which names the release."""

import re

import pytest
from looking import GENE
from playwright.sync_api import expect

VIEWS = {
    "search": (GENE, "SIMG00001"),
    "samples": ("samples?compilation=sim&q=brain&page=1", "brain"),
    "compare": ("compare?compilation=sim&q=SIMG00001", "SIMG00001"),
    "annotate": ("annotate?compilation=sim", "annotate"),
    "about": ("about?compilation=sim", "about"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_permanent_link_leads_to_the_same_view_of_the_release(open_page, name):
    query, text = VIEWS[name]
    page = open_page(query)
    title, heading = page.title(), page.locator("h1").first.inner_text()
    page.get_by_role("link", name="Permanent link").click()
    expect(page).to_have_url(re.compile("release=r1"))
    expect(page).to_have_url(re.compile(text))
    expect(page).to_have_title(title)
    expect(page.locator("h1").first).to_have_text(heading)
