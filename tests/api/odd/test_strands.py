"""`*`, `.` and `?` mean any strand, wherever a junction or a splice site is named."""

import subprocess
import sys
from urllib.parse import quote

import pytest

ANY = ("*", ".", "?")


def evidence(http, name):
    answer = http.get(f"/junctions/{quote(name, safe='')}/evidence")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("sign", ANY)
def test_the_evidence_of_any_strand_is_that_of_the_one_junction(sign, http, client):
    status, answer = evidence(http, f"chr1:14830-14969:{sign}")
    assert (status, answer["seen"]["n"], answer["seen"]["reads"]) == (200, 3, 9)
    assert answer["name"] == "GRCh38:chr1:14830-14969:-"
    assert answer == evidence(http, "chr1:14830-14969:-")[1]
    assert client.evidence(f"chr1:14830-14969:{sign}").attrs["seen"]["n"] == 3


@pytest.mark.parametrize("sign", ANY)
def test_the_evidence_of_two_strands_counts_each_sample_once(sign, http):
    status, answer = evidence(http, f"chr2:71548830-71549349:{sign}")
    assert status == 200
    assert answer["summary"] == (
        f"GRCh38:chr2:71548830-71549349:{sign} is seen in 2 of 4 samples, 11 reads"
    )
    assert (answer["seen"]["median"], answer["seen"]["max"]) == (5.5, 7)
    assert (answer["snaptron_id"], answer["class"], answer["left_motif"]) == (None, "N", "GT")
    assert (
        answer["same_start"]
        == answer["same_end"]
        == {
            "junctions": 0,
            "reads": 0,
            "truncated": False,
        }
    )


def test_a_name_without_strand_that_two_junctions_have_is_ambiguous(http):
    assert evidence(http, "chr2:71548830-71549349")[0] == 300
    for sign in ANY:
        assert http.get(f"/junctions/chr2:71548830-71549349:{quote(sign)}").status_code == 300


@pytest.mark.parametrize("sign", ANY)
def test_a_junction_of_unknown_strand_is_found_by_its_own_name(sign, http):
    status, answer = evidence(http, f"chrUn_KI270302v1:10-200:{sign}")
    assert (status, answer["name"]) == (200, "GRCh38:chrUn_KI270302v1:10-200:?")
    assert answer["seen"]["n"] == 1
    # The other strands are not any strand.
    assert evidence(http, "chrUn_KI270302v1:10-200:+")[1]["seen"]["n"] == 0


def test_typographic_dashes_are_the_minus_strand(http):
    for dash in "\u2010\u2013\u2212":
        assert evidence(http, f"chr1:14830-14969:{dash}")[1]["seen"]["n"] == 3
        assert http.get(f"/splice-sites/chr1:14830:{dash}").json()["site"].endswith(":-")


@pytest.mark.parametrize("sign", ANY)
def test_a_batch_and_a_site_of_any_strand(sign, http, client):
    body = {"junctions": [f"chr2:71548830-71549349:{sign}", f"chr1:14830-14969:{sign}"]}
    results = http.post("/junctions:batch", json=body).json()["results"]
    assert [[row["snaptron_id"] for row in one["junctions"]] for one in results] == [[4, 5], [1]]
    assert client.batch(body["junctions"])["snaptron_id"].tolist() == [4, 5, 1]
    site = http.get(f"/splice-sites/chr2:71548830:{quote(sign)}").json()
    assert [len(site[role]) for role in ("donor", "acceptor", "unknown")] == [1, 1, 0]
    assert site == http.get("/splice-sites/chr2:71548830").json()
    assert len(client.splice_site(f"chr2:71548830:{sign}")) == 2


@pytest.mark.parametrize("sign", ANY)
def test_the_page_shows_the_evidence_of_any_strand(sign, root):
    for parameter in ("q", "junction"):
        page = root.get("/", params={"compilation": "odd", parameter: f"chr1:14830-14969:{sign}"})
        assert page.status_code == 200
        assert "Seen in 3 of 4 samples" in page.text


def test_splicing_and_commands_take_any_strand(http, server):
    query = {"query": ["chr1:14830-14969;strand=*", "chr2:71548830-71549349;strand=."]}
    assert http.get("/splicing/shared", params=query).json()["samples"] == [4]
    # A plus sign in a URL arrives as a blank.
    url = "/splicing/shared?query=chr1:1000000-1200000;strand=+&query=chr1:14830-14969"
    assert http.get(url).json()["samples"] == [1]
    options = ["--server", server.url, "--compilation", "odd"]
    for line in (["evidence", "chr1:14830-14969:*"], ["sites", "chr1:14830:."]):
        answer = subprocess.run(
            [sys.executable, "-m", "snapshard", *line, *options],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "3 of 4 samples" in answer.stdout or answer.stdout.count("GRCh38:") == 2


@pytest.mark.parametrize("text", ["chr1:14830:x", "chr1:14830:", "chr1:14830:+-", "chr1:a:+"])
def test_another_sign_is_refused(text, http):
    assert http.get(f"/splice-sites/{quote(text)}").status_code == 400
