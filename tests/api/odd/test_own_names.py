"""Every gene and every group is found by its own name: in paths, parameters and the search box."""

import html
import re
import unicodedata
from urllib.parse import quote

import httpx
import pytest
from odd_source import GENES, GROUPS

from snapshard.client import Missing


def in_path(name):
    """The name as one part of a path."""
    return name.replace(".", "%2E") if name in (".", "..") else quote(name, safe="")


@pytest.mark.parametrize("name", GENES)
def test_a_gene_is_found_by_its_own_name(name, http, root, client):
    start = 14_000 + 1_000 * GENES.index(name)
    answer = http.get(f"/genes/{in_path(name)}")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["gene"]["symbol"], answer.json()["gene"]["start"]) == (name, start)
    assert client.gene(name)["start"] == start
    assert client.count(gene=name) == client.count(f"chr1:{start}-{start + 900}")
    assert client.genes(name)["symbol"].iloc[0] == name
    page = root.get("/", params={"compilation": "odd", "q": name})
    assert page.status_code == 200
    assert f"Interpreted as <strong>gene {html.escape(name)}" in page.text.replace(
        "&#39;", "&#x27;"
    )


@pytest.mark.parametrize("name", GENES)
def test_the_links_of_the_page_are_about_the_same_gene(name, root):
    page = root.get("/", params={"compilation": "odd", "q": name}).text
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', page)]
    permanent = next(link for link in links if "release=r1" in link)
    assert "Interpreted as <strong>gene " in root.get(permanent).text
    gtex = [link for link in links if "gtexportal" in link]
    # Links to downloads and other sites are shown beside rows only.
    rows = int("table class" in page)
    assert gtex == [f"https://gtexportal.org/home/gene/{quote(name, safe='')}"] * rows
    downloads = [link for link in links if "junctions:export.tsv" in link and "tidy" not in link]
    for link in downloads:
        assert root.get(link).status_code == 200


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_is_found_by_its_own_name(name, http, root, client):
    answer = http.get(f"/groups/{in_path(name)}")
    assert answer.status_code == 200, answer.text
    members = answer.json()["samples"]
    assert (answer.json()["group"], members) == (name, [GROUPS.index(name) % 4 + 1])
    assert client.get(f"groups/{in_path(name)}")["samples"] == members
    assert client.count(group=name) == client.count(sample_ids=members)
    page = root.get("/", params={"compilation": "odd", "q": "", "group": name})
    assert page.status_code == 200
    permanent = httpx.URL(answer.headers["Content-Location"])
    assert root.get(permanent).json() == answer.json()


@pytest.mark.parametrize("name", [name for name in (*GENES, *GROUPS) if not name.isascii()])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found_in_either_form_of_unicode(name, form, client):
    text = unicodedata.normalize(form, name)
    if name in GENES:
        assert client.gene(text)["symbol"] == name
    if name in GROUPS:
        assert client.count(group=text) == client.count(group=name)
        assert client.get(f"groups/{in_path(text)}")["group"] == name


def test_a_region_a_chromosome_and_a_list_are_still_understood(root):
    def words(text):
        page = root.get("/", params={"compilation": "odd", "q": text}).text
        assert "Interpreted as" in page, (text, re.findall('class="detail">(.*?)<', page))
        return re.search(r"Interpreted as <strong>(.*?)</strong>", page)[1]

    assert words("chr2") == "chromosome chr2"
    assert words("chromosome X") == "chromosome chrX"
    assert words("chr1:14830-14969") == "region chr1:14830-14969"
    assert words("cycd1;1") == "gene cycd1;1"
    assert words("n/a-1; chr2") == "gene n/a-1, chromosome chr2"
    assert words("77") == "junction number 77"


def test_an_unknown_name_is_quoted_as_it_came(http, client):
    for name in ("no/such", "no;such", "n\u00f6", "..."):
        answer = http.get(f"/genes/{quote(name, safe='')}")
        assert (answer.status_code, answer.json()["detail"]) == (404, f"no gene {name!r}")
        with pytest.raises(Missing, match="no gene"):
            client.gene(name)
    assert answer.json()["instance"].endswith("/genes/...")
    answer = http.get("/groups/no%2Fsuch")
    assert answer.json()["instance"].endswith("/groups/no%2Fsuch")
    assert "no sample group 'no/such'" in answer.json()["detail"]
