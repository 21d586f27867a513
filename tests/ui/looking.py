"""What tests look at on a page, and what the API says of the same."""

import json
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

GENE = "?compilation=sim&q=SIMG00001"


def heading(page):
    return page.locator("#results-heading")


def rows(page):
    return page.locator(".junctions tbody tr")


def asked(page):
    """The state in the page's URL."""
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def api(url, path):
    """What the API says."""
    return json.load(urlopen(f"{url}api/v1/compilations/{path}"))


def search(page, text):
    page.get_by_label("Gene, variant, region or junction").fill(text)
    page.get_by_role("button", name="Search").click()
