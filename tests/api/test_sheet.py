"""The evidence sheet in its three forms, against the evidence."""

import hashlib
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from html import unescape
from importlib.metadata import version

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapshard.client import Client
from snapshard.errors import BadQuery

CASES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def junction(http):
    """A junction that many samples have."""
    query = {"filter": "samples_count>=20", "limit": 1}
    return http.get("/junctions", params=query).json()["rows"][0]["name"]


def text_of(html):
    """The text of a document."""
    plain = re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(plain))


@CASES
@given(number=st.integers(0, 2_000), least=st.integers(1, 40))
def test_the_sheet_has_the_evidence_and_its_checksum(world, http, number, least):
    row = world.rows[number % len(world.rows)]
    path = f"/junctions/{row['snaptron_id']}"
    query = {"min_reads": least}
    evidence = http.get(f"{path}/evidence", params=query).json()
    sheet = http.get(f"{path}/sheet", params=query).json()
    assert sheet["evidence"] == evidence
    canonical = json.dumps(
        evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    assert sheet["checksum"] == hashlib.sha256(canonical).hexdigest()
    assert sheet["date"] == datetime.now(UTC).date().isoformat()
    assert sheet["version"] == version("snapshard")


def test_the_page_shows_every_group_and_how_to_reproduce_it(http, junction):
    response = http.get(f"/junctions/{junction}/sheet.html", params={"min_samples": 3})
    assert response.headers["Content-Type"].startswith("text/html")
    sheet = http.get(f"/junctions/{junction}/sheet", params={"min_samples": 3}).json()
    text = text_of(response.text)
    seen = sheet["evidence"]["seen"]
    assert f"Seen in {seen['n']:,} of {seen['N']:,} samples" in text
    for group in sheet["evidence"]["groups"]:
        name = group["group"].replace("_", " ")
        assert re.search(rf"{re.escape(name)} (\* )?{group['n']} of {group['N']} ", text), name
    assert sheet["checksum"] in text
    assert all(limit in text for limit in sheet["limits"])
    assert f'data-name="{junction}"' in response.text
    url = re.search(r"curl '([^']*)'", text)[1]
    assert "/releases/" in url
    assert http.get(url).json() == sheet["evidence"]


def test_an_absent_junction_has_a_sheet_too(http):
    response = http.get("/junctions/chr1:5000000-5000100:+/sheet.html")
    assert "Not seen: 0 of 60 samples" in text_of(response.text)


def test_a_pdf_has_the_text_of_the_page(http, junction, tmp_path):
    response = http.get(f"/junctions/{junction}/sheet.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert "sheet.pdf" in response.headers["Content-Disposition"]
    assert response.content.startswith(b"%PDF-")
    assert response.content.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/junctions/chr1:9-2/sheet", 400, "start"),
        ("/junctions/chr99:1-2/sheet.html", 404, "chr99"),
        ("/junctions/chr1:5-9/sheet.pdf?min_reads=0", 400, "min_reads"),
    ],
)
def test_a_bad_request_is_told_what_was_expected(http, path, status, expected):
    response = http.get(path)
    assert response.status_code == status
    assert expected in response.text


def test_the_sheet_is_not_immutable_because_it_has_a_date(http, junction):
    response = http.get(f"/releases/cut5/junctions/{junction}/sheet.html")
    assert "immutable" not in response.headers["Cache-Control"]


def test_the_client_and_the_command_write_what_the_server_makes(server, http, junction, tmp_path):
    with Client(server.url, compilation="sim") as client:
        page = client.sheet(junction)
        assert page._repr_html_().count("<table>") == 1
        assert json.loads(client.sheet(junction, format="json").content)["evidence"]["found"]
        with pytest.raises(BadQuery, match="one of json, html, pdf"):
            client.sheet(junction, format="docx")
    command = [sys.executable, "-m", "snapshard", "sheet", junction, "--server", server.url]
    command += ["--compilation", "sim", "-o"]
    for name, start in (("a.html", b"<!doctype"), ("a.pdf", b"%PDF-"), ("a.json", b"{")):
        subprocess.run([*command, str(tmp_path / name)], check=True, capture_output=True)
        assert (tmp_path / name).read_bytes().startswith(start)
    wrong = subprocess.run([*command, "a.docx"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert ".json, .html, .pdf" in wrong.stderr
