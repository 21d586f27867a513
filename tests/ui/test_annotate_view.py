"""The view that annotates a file: what it shows and offers is what the API answers."""

import gzip

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


def answer(url, lines, query=""):
    """The table of the API: the names of the columns, then the rows."""
    address = f"{url}api/v1/compilations/sim/releases/r1/junctions:annotate{query}"
    text = httpx.post(address, content=lines.encode()).text
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def test_without_scripts_the_form_shows_the_first_lines_as_a_table(open_page, url, lines):
    page = open_page("annotate?compilation=sim", java_script_enabled=False)
    expect(page.locator("pre")).to_contain_text("junctions:annotate")
    page.get_by_text("Compare with some groups").click()
    page.get_by_label("Brain").check()
    chosen(page, lines)
    head, *rows = answer(url, lines, "?tissue=Brain")
    assert page.locator(".annotated th").all_inner_texts() == head
    assert page.locator(".annotated tbody tr").count() == min(200, len(rows))
    for place in (0, 7, min(200, len(rows)) - 1):
        cells = page.locator(".annotated tbody tr").nth(place).locator("td").all_text_contents()
        assert cells == rows[place]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("separator", "note"), [(",", '"a, ""b"""'), (" ", "a"), ("\t", "a")])
def test_the_table_has_the_cells_of_the_file_whatever_separates_them(
    open_page, lines, script, separator, note
):
    fields = [line.split("\t")[:4] for line in lines.splitlines()[:5]]
    head = ["chromosome", "start", "end", "strand", "note"]
    rows = [[*row[:3], {"1": "+", "2": "-"}.get(row[3], row[3]), note] for row in fields]
    text = "".join(separator.join(row) + "\n" for row in (head, *rows))
    page = open_page("annotate?compilation=sim", java_script_enabled=script)
    chosen(page, text)
    table = page.locator("#lines" if script else ".annotated")
    expect(table.locator("th").nth(4)).to_have_text("note")
    expect(table.locator("tbody tr")).to_have_count(5)
    cells = table.locator("tbody tr").nth(3).locator("td").all_text_contents()
    assert cells[:5] == [*rows[3][:4], 'a, "b"' if separator == "," else "a"]
    assert len(cells) == table.locator("th").count()


@pytest.mark.parametrize("packed", [False, True])
def test_without_scripts_the_form_downloads_all_lines(open_page, url, lines, packed):
    page = open_page("annotate?compilation=sim", java_script_enabled=False)
    page.get_by_label("Lines", exact=True).select_option("file")
    content = gzip.compress(lines.encode()) if packed else lines.encode()
    file = {"name": "my.txt.gz" if packed else "my.txt", "mimeType": "", "buffer": content}
    page.get_by_label("File:").set_input_files(file)
    with page.expect_download() as download:
        page.get_by_role("button", name="Annotate").click()
    assert download.value.suggested_filename == "my.txt.annotated.tsv"
    text = download.value.path().read_text()
    table = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert table == answer(url, lines)
    assert "#COMPLETE" in text.splitlines()[-1]


def test_without_scripts_a_bad_file_is_explained(open_page):
    page = open_page("annotate?compilation=sim", java_script_enabled=False)
    chosen(page, "no junctions\n")
    expect(page.locator("#results .problem .detail").first).to_contain_text("expected")
    assert page.locator(".annotated").count() == 0


def test_a_response_to_the_form_is_not_cached_and_its_size_is_limited(url, lines):
    address = f"{url}annotate?compilation=sim"
    files = {"file": ("my.txt", lines * 40)}
    response = httpx.post(address, files=files)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    large = httpx.post(address, files={"file": ("my.txt", b"x" * 4_100_000)})
    assert large.status_code == 413
    assert httpx.post(address, data={"output": "file"}).status_code == 400


def test_the_view_fits_a_phone(open_page):
    page = open_page("annotate?compilation=sim", viewport={"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
