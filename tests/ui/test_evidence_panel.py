"""A junction's evidence, downloads and lines for programs."""

import csv
import io
import shlex
import shutil
import subprocess
import sys
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from looking import GENE, api, heading, rows
from playwright.sync_api import expect


def in_many_samples(url):
    return api(url, "sim/junctions?gene=SIMG00001&filter=samples_count>=20")["rows"][0]


def test_evidence_is_the_apis_whole_and_by_group(open_page, url):
    name = in_many_samples(url)["name"]
    answer = api(url, f"sim/junctions/{quote(name, safe=':')}/evidence")
    page = open_page(GENE)
    page.locator(f"a[title='Evidence for {name}']").click()
    panel = page.locator("#evidence")
    expect(panel.locator(".verdict strong")).to_have_text(
        f"Seen in {answer['seen']['n']} of {answer['seen']['N']} samples"
    )
    expect(panel.locator(".facts")).to_contain_text(f"{answer['seen']['reads']:,}")
    expect(page.locator("#evidence-heading")).to_be_focused()
    shown = {
        row.locator("th").inner_text(): row.locator("td").all_inner_texts()
        for row in panel.locator(".by-group tbody tr").all()
    }
    assert len(shown) == len(answer["groups"])
    for group in answer["groups"]:
        seen, _, reads, _, most, *place = shown[group["group"].replace("_", " ")]
        informative, verdict, expression = place
        assert seen == f"{group['n']} of {group['N']}"
        assert (reads, most) == (
            f"{group['reads']:,}",
            "–" if group["max"] is None else f"{group['max']:,}",
        )
        assert informative == str(group["coverage"]["informative"])
        assert verdict.startswith(group["verdict"])
        assert float(expression.replace(",", "")) == group["coverage"]["expression_median"]
    # Clinically accessible tissues come first; both parts are sorted by their shares.
    accessible = sum(group["accessible"] for group in answer["groups"])
    shares = [float(bar.get_attribute("width")) for bar in panel.locator("rect.share").all()]
    assert shares[:accessible] == sorted(shares[:accessible], reverse=True)
    assert shares[accessible:] == sorted(shares[accessible:], reverse=True)
    assert max(shares) > 0


def test_an_absent_junction_is_zero_of_n(open_page):
    page = open_page("?compilation=sim&q=chr1:864,259-864,721")
    page.get_by_role(
        "link", name="Show evidence for a junction with exactly these coordinates"
    ).click()
    expect(page.locator(".verdict")).to_have_text("Not seen: 0 of 60 samples")
    expect(page.locator("#evidence .sharing")).to_contain_text("with the same first base")
    assert {
        text.split(" of ")[0]
        for text in page.locator(".by-group td:nth-child(2)").all_inner_texts()
    } == {"0"}


def test_without_a_samples_file_the_number_of_samples_is_unknown(open_page, url):
    name = in_many_samples(url)["name"]
    page = open_page(f"?compilation=bare&junction={quote(name)}")
    expect(page.locator(".verdict")).to_contain_text("of an unknown number of samples")
    expect(page.locator("footer")).to_contain_text("unknown (no samples file)")
    expect(page.locator(".banner")).to_have_count(0)


def test_evidence_closes_and_leaves_the_keyboard_on_its_row(open_page):
    page = open_page(GENE)
    link = rows(page).nth(2).locator("th a")
    link.click()
    expect(page.locator("#evidence-heading")).to_be_focused()
    page.get_by_role("link", name="Close evidence").click()
    expect(page.locator("#evidence")).to_have_count(0)
    expect(rows(page).nth(2).locator("th a")).to_be_focused()


def test_neighbours_at_an_end_are_a_search_away(open_page):
    page = open_page("?compilation=sim&junction=chr1:864259-864721")
    page.get_by_role("link", name="Show them").first.click()
    expect(page.locator(".understood")).to_contain_text(
        "region chr1:864259-864259; a junction matches if it has its first base inside the region"
    )
    starts = {
        text.split(":")[1].split("-")[0]
        for text in page.locator(".junctions tbody th").all_inner_texts()
    }
    assert starts == {"864,259"}


def test_downloads_hold_all_that_match(open_page, url):
    page = open_page(GENE + "&filter=samples_count>=2&rows=50")
    count = rows(page).count()
    for name in ("TSV", "CSV", "BED", "Parquet", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        content = download.value.path().read_bytes()
        assert download.value.suggested_filename.startswith("sim.r1.GRCh38.SIMG00001.")
        if name == "CSV":
            lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
            assert len(list(csv.DictReader(io.StringIO("\n".join(lines))))) == count
        if name == "BED":
            assert (
                len([line for line in content.decode().splitlines() if line.startswith("chr1\t")])
                == count
            )


def test_the_curl_line_and_the_python_lines_run_and_agree(open_page):
    page = open_page(
        GENE + "&filter=samples_count>=2&filter=strand=%2B",
        permissions=["clipboard-read", "clipboard-write"],
    )
    count = rows(page).count()
    page.get_by_text("Get these data with curl, Python or R").click()
    page.get_by_role("button", name="Copy the curl code").click()
    expect(page.get_by_role("button", name="Copy the curl code")).to_have_text("Copied")
    line = page.evaluate("navigator.clipboard.readText()")
    told = urlopen(shlex.split(line)[1]).read().decode().splitlines()
    assert len([text for text in told if not text.startswith("#")]) == count + 1
    python = page.locator(".snippet", has_text="Python").locator("code").inner_text()
    ran = subprocess.run(
        [sys.executable, "-c", python + "\nprint(len(junctions))"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout.strip() == str(count), ran.stderr


def test_the_r_line_runs_and_agrees(open_page):
    if not shutil.which("Rscript"):
        pytest.skip("no Rscript (apt install r-base-core)")
    page = open_page(GENE + "&filter=samples_count>=2")
    page.get_by_text("Get these data with curl, Python or R").click()
    line = (
        page.locator(".snippet")
        .filter(has=page.get_by_text("R", exact=True))
        .locator("code")
        .inner_text()
    )
    ran = subprocess.run(
        ["Rscript", "-e", line + "; cat(nrow(junctions))"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout == str(rows(page).count()), ran.stderr


def test_every_page_says_what_the_data_are(open_page):
    page = open_page(GENE)
    expect(page.locator(".banner")).to_contain_text("Simulated data.")
    for words in ("GRCh38", "1-based, closed, intron", "r1, published", "60", "3,000"):
        expect(page.locator("footer")).to_contain_text(words)
    page.get_by_role("link", name="Permanent link to this view (fixed release)").click()
    expect(page.locator("#in")).to_have_value("sim/r1")
    expect(heading(page)).to_contain_text("junctions")
