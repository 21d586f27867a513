"""Every face gives a chromosome the name under which it is stored, and says which text it does not
understand.
"""

import subprocess
import sys
from urllib.parse import quote

import pytest

SPELLINGS = {
    "chr1": ("1", "Chr1", "CHR1", "NC_000001.11", "nc_000001.11", "CM000663.2"),
    "chrX": ("X", "x", "chrx", "NC_000023.11"),
    "chrM": ("MT", "M", "chrMT", "NC_012920.1"),
    "chrUn_KI270302v1": ("KI270302.1", "NT_187396.1", "CHRUN_KI270302V1"),
}
PAIRS = [(name, spelling) for name, spellings in SPELLINGS.items() for spelling in spellings]
FOREIGN = ("NC_000001.10", "NC_000001", "NC_000067.6")
WRONG = ("chr1:14830,15020", "chr1:14,830,15,020", "chr1:14830 15020", "1:1483,0-15,020")


def rows(http, **params):
    answer = http.get("/junctions", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


@pytest.mark.parametrize(("name", "spelling"), PAIRS)
def test_the_api_answers_as_for_the_stored_name(name, spelling, http):
    for positions in ("", ":1-2,000,000"):
        assert rows(http, region=spelling + positions) == rows(http, region=name + positions) != []
    for operator in ("=", "!="):
        expected = rows(http, filter=f"chromosome{operator}{name}")
        assert rows(http, filter=f"chromosome{operator}{spelling}") == expected != []
    [row, *_] = rows(http, region=name)
    place = f"{spelling}:{row['start']}-{row['end']}"
    for text in (place, f"GRCh38.p13:{place}", f"hg38:{place}:?"):
        evidence = http.get(f"/junctions/{quote(text, safe='')}/evidence").json()
        assert evidence["name"].startswith(f"GRCh38:{name}:{row['start']}-{row['end']}")
        assert evidence["seen"]["n"] == row["samples_count"]
    site = http.get(f"/splice-sites/{spelling}:{row['start']}").json()
    assert site == http.get(f"/splice-sites/{name}:{row['start']}").json()
    [result] = http.post("/junctions:batch", json={"junctions": [place]}).json()["results"]
    assert row["snaptron_id"] in [junction["snaptron_id"] for junction in result["junctions"]]
    query = {"query": f"{spelling};overlap"}
    assert (
        http.get("/splicing/shared", params=query).json()
        == http.get("/splicing/shared", params={"query": f"{name};overlap"}).json()
    )


@pytest.mark.parametrize(("name", "spelling"), PAIRS)
def test_the_page_answers_as_for_the_stored_name(name, spelling, root):
    page = root.get("/", params={"compilation": "odd", "q": f"{spelling}:1-2,000,000"})
    assert page.status_code == 200
    assert f"GRCh38:{name}:" in page.text


@pytest.mark.parametrize(("name", "spelling"), PAIRS[::4])
def test_the_client_and_the_command_answer_as_for_the_stored_name(name, spelling, client, folder):
    found = client.junctions(region=spelling)
    assert set(found["chromosome"]) == {name}
    command = [sys.executable, "-m", "snapshard", "query", spelling, "--count"]
    result = subprocess.run(
        [*command, "--data", str(folder)], capture_output=True, text=True, check=True
    )
    assert int(result.stdout) == len(found)


@pytest.mark.parametrize("text", ["1:1-200000", "MT:1-200", "chrx:1-9", "NC_000001.11:1-9"])
def test_snaptrons_protocol_refuses_other_spellings_as_the_original_does(text, root):
    answer = root.get("/odd/snaptron", params={"regions": text, "strict": 1})
    assert answer.status_code == 404
    rows = root.get("/odd/snaptron", params={"regions": "chr1:1-2000000,chrM:1-999999"}).text
    assert rows.count("\n") == 5


@pytest.mark.parametrize("accession", FOREIGN)
def test_an_accession_of_another_version_or_assembly_is_refused(accession, http):
    for path in (
        f"/junctions?region={accession}:14830-14969",
        f"/junctions?filter=chromosome!={accession}",
        f"/junctions/{accession}:14830-14969/evidence",
        f"/splice-sites/{accession}:14830",
        f"/splicing/shared?query={accession}:14830-14969",
    ):
        answer = http.get(path)
        assert answer.status_code == 400, path
        assert accession in answer.json()["detail"]
        assert "GRCh38" in answer.json()["detail"]


@pytest.mark.parametrize("text", WRONG)
def test_separators_elsewhere_than_between_thousands_are_refused(text, http, root, folder):
    answer = http.get("/junctions", params={"region": text})
    assert answer.status_code == 400
    assert "between thousands" in answer.json()["detail"]
    for path in ("/splicing/shared", "/splicing/exons"):
        assert http.get(path, params={"query": text}).status_code == 400
    assert root.get("/", params={"compilation": "odd", "q": text}).status_code == 400
    assert root.get("/odd/snaptron", params={"regions": text, "strict": 1}).status_code == 404
    command = [sys.executable, "-m", "snapshard", "query", text, "--data", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "between thousands" in result.stderr


def test_separators_between_thousands_are_understood(http, root):
    for text in ("chr1:14,830-15,020", "chr1:14 830-15 020", "1:14830–15,020"):
        assert [row["snaptron_id"] for row in rows(http, region=text)] == [1, 2]
        assert root.get("/", params={"compilation": "odd", "q": text}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/junctions?region=chr1:248956423-248956500",
        "/junctions/chr1:248956400-248956423/evidence",
        "/junctions/MT:16000-16570",
        "/splice-sites/chrM:16570",
        "/splicing/shared?query=chrM:16570",
    ],
)
def test_a_position_beyond_the_end_of_the_chromosome_is_refused(path, http):
    answer = http.get(path)
    assert answer.status_code == 400
    assert "of GRCh38 ends" in answer.json()["detail"]


def test_a_region_that_reaches_beyond_the_end_of_the_chromosome_is_answered_with_a_remark(
    http, root
):
    text, remark = "chrM:50-99,999", "chrM:50-99999 reaches beyond base 16,569, where chrM ends"
    params = {"region": text}
    page = http.get("/junctions", params=params).json()
    assert (len(page["rows"]), page["remarks"]) == (1, [remark])
    assert http.get("/junctions:export.json", params=params).json()["remarks"] == [remark]
    for path in ("/junctions.tsv", "/junctions:export.tsv"):
        assert remark in http.get(path, params=params).text.splitlines()[0]
    assert remark in root.get("/", params={"compilation": "odd", "q": text}).text
    for inside in ("chrM:50-16,569", "chrM"):
        assert http.get("/junctions", params={"region": inside}).json()["remarks"] == []
        assert "remarks" not in http.get("/junctions.tsv", params={"region": inside}).text


@pytest.mark.parametrize("chromosome", ["chr99", "GL000219.1", "chrUn_KI270303v1"])
def test_a_chromosome_without_rows_is_said_to_be_missing(chromosome, http):
    assert http.get(f"/junctions?region={chromosome}").status_code == 404
    answer = http.get("/junctions", params={"filter": f"chromosome!={chromosome}"})
    assert answer.status_code == 400
    assert repr(chromosome) in answer.json()["detail"]


@pytest.mark.parametrize("name", ["GRCh37:chr1:14830-14969", "hg19:1:14830-14969", "mm10:1:5-9"])
def test_a_name_of_another_assembly_is_refused(name, http):
    answer = http.get(f"/junctions/{name}/evidence")
    assert answer.status_code == 400
    assert "a name of assembly GRCh38" in answer.json()["detail"]
