"""The view of a junction beside its evidence: splice sites, near junctions, other compilations, the
consequence, and the samples, each with the numbers of the API.
"""

import re
from collections import Counter
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from looking import api
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def row(url):
    """A junction that many samples have."""
    return api(url, "sim/junctions?gene=SIMG00001&filter=samples_count>=20")["rows"][0]


def path(row):
    return f"?compilation=sim&junction={quote(row['name'])}"


def test_both_sites_have_their_junctions_with_shares(open_page, url, row):
    page = open_page(path(row))
    tables = page.locator(".sites .site-table").all()
    for table, base in zip(tables, (row["start"], row["end"]), strict=True):
        site = f"{row['chromosome']}:{base}:{row['strand']}"
        answer = api(url, f"sim/splice-sites/{site}?limit=100")
        reads = {
            junction["name"]: junction["coverage_sum"]
            for role in ("donor", "acceptor")
            for junction in answer[role]
        }
        lines = [
            line.locator("th, td").all_inner_texts() for line in table.locator("tbody tr").all()
        ]
        assert 1 <= len(lines) <= len(reads)
        shown = [int(line[2].replace(",", "")) for line in lines]
        assert shown[:5] == sorted(reads.values(), reverse=True)[:5]
        own = next(line for line in lines if line[0] == "this junction")
        assert int(own[2].replace(",", "")) == reads[row["name"]]
        share = 100 * reads[row["name"]] / sum(reads.values())
        assert float(own[3].removesuffix(" %")) == pytest.approx(share, abs=0.51)


def test_the_checked_junctions_of_the_sites_are_compared(open_page, url):
    rows = api(url, "sim/junctions?gene=SIMG00001&filter=strand=%2B&limit=500")["rows"]
    starts = Counter(row["start"] for row in rows)
    row = next(row for row in rows if starts[row["start"]] > 1)
    page = open_page(path(row))
    checked = page.locator(".sites input[type=checkbox]").all()
    names = {box.get_attribute("value") for box in checked}
    assert names
    page.get_by_role("button", name="Compare PSI against the checked junctions").click()
    expect(page.locator("#include")).to_have_value(row["name"])
    assert set(page.locator("#exclude").input_value().split("; ")) == names


def test_the_samples_are_paged_by_reads_with_their_metadata(open_page, url, row):
    export = f"api/v1/compilations/sim/junctions:export.tsv?ids={row['snaptron_id']}&shape=tidy"
    lines = urlopen(url + export).read().decode().splitlines()
    header, *cells = [line.split("\t") for line in lines if not line.startswith("#")]
    places = [header.index(name) for name in ("rail_id", "coverage")]
    pairs = sorted(
        ([int(line[place]) for place in places] for line in cells),
        key=lambda pair: (-pair[1], pair[0]),
    )
    page = open_page(path(row))
    shown = []
    while True:
        for line in page.locator(".junction-samples tbody tr").all():
            sample, reads = line.locator("th, td").all_inner_texts()[:2]
            shown.append([int(sample), int(reads.replace(",", ""))])
        link = page.get_by_role("link", name="Next samples")
        if not link.count():
            break
        last = len(shown)
        link.click()
        expect(page.locator("#evidence")).to_contain_text(f"{last + 1}–")
    assert shown == pairs
    page.locator(".junction-samples tbody th a").first.click()
    expect(page.locator("#results-heading")).to_have_text(re.compile("^1–1 of 1 sample$"))


def test_the_consequence_is_that_of_the_api(open_page, url, row):
    answer = api(url, f"sim/consequence?junction={quote(row['name'], safe=':')}")
    page = open_page(path(row))
    expect(page.locator("p.consequence")).to_have_text(answer["consequence"]["summary"] + ".")


def test_the_junction_in_the_other_compilation_is_a_link_away(open_page, row):
    page = open_page(path(row))
    line = page.locator(".elsewhere li")
    expect(line).to_contain_text(
        f"bare: {row['samples_count']:,} of an unknown number of samples, {row['coverage_sum']:,} reads"
    )
    line.get_by_role("link").click()
    expect(page.locator(".verdict")).to_contain_text("of an unknown number of samples")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(-1, 0, "differs by one base"), (0, 4, "one end in common"), (3, 4, "both ends a few bases")],
)
def test_an_absent_junction_names_those_near_it(open_page, row, start, end, words):
    first, last = row["start"] + start, row["end"] + end
    name = f"{row['chromosome']}:{first}-{last}:{row['strand']}"
    page = open_page(f"?compilation=sim&junction={quote(name)}")
    expect(page.locator(".near-remark")).to_contain_text(words)
    line = page.locator(".near li", has_text=row["name"])
    expect(line).to_contain_text(f"first base {-start:+d}, last base {-end:+d}")
    line.get_by_role("link").click()
    expect(page.locator(".verdict")).to_contain_text("Seen in")


def test_an_absent_junction_far_from_all_says_so(open_page):
    page = open_page("?compilation=sim&junction=chr1:5-900:%2B")
    expect(page.locator(".near-remark")).to_contain_text(
        "No junction has both ends within 10 bases"
    )
