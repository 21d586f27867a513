"""The view that annotates a file: what it shows and offers is what the API answers."""

import httpx
import pytest
from looking import api
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def lines(url):
    """A plain file of known junctions and one that is not there."""
    rows = api(url, "sim/junctions?region=chr1&limit=300")["rows"]
    keys = ("chromosome", "start", "end", "strand")
    known = ["\t".join(str(row[key]) for key in keys) for row in rows]
    return "\n".join([*known, "chr1\t1000\t2000\t+", ""])


def chosen(page, text, name="mine.txt"):
    """Chooses a file with this text, and sends it."""
    content = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    page.get_by_label("File:").set_input_files(content)
    page.get_by_role("button", name="Annotate").click()


def test_a_file_is_annotated_as_by_the_api(open_page, url, lines):
    page = open_page("annotate?compilation=sim")
    page.get_by_text("Compare with some groups").click()
    page.get_by_label("Brain").check()
    chosen(page, lines)
    count = len(lines.splitlines())
    expect(page.locator("#progress")).to_contain_text(f"{count} lines annotated")
    address = f"{url}api/v1/compilations/sim/releases/r1/junctions:annotate?tissue=Brain"
    answer = httpx.post(address, content=lines.encode()).text
    table = [line.split("\t") for line in answer.splitlines() if not line.startswith("#")]
    assert page.locator("#lines thead th").all_inner_texts() == table[0]
    assert page.locator("#lines tbody tr").count() == min(200, count)
    cells = page.locator("#lines tbody tr").nth(5).locator("td").all_text_contents()
    assert cells == table[6]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all lines").click()
    assert download.value.suggested_filename == "mine.txt.annotated.tsv"
    assert download.value.path().read_text() == answer


@pytest.mark.parametrize("text", ["", "no junctions\n", "chr1\t100\t50\t+\n"])
def test_a_bad_file_is_told_and_nothing_is_shown(open_page, text):
    page = open_page("annotate?compilation=sim")
    chosen(page, text, name="bad.txt")
    expect(page.locator("#failure .detail")).to_contain_text("expected")
    expect(page.locator("#lines")).to_be_hidden()


def test_without_scripts_the_command_is_shown(open_page):
    page = open_page("annotate?compilation=sim", java_script_enabled=False)
    expect(page.locator("pre")).to_contain_text("junctions:annotate")
    expect(page.locator("#annotate")).to_be_hidden()


def test_the_view_fits_a_phone(open_page):
    page = open_page("annotate?compilation=sim", viewport={"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
