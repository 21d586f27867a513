"""Filters with values as people write them, on every face that has filters."""

import subprocess
import sys

import pytest

from snapshard.client import Refused

FILTERS = [
    ("class=da", {1, 3}),
    ("class!=Da", {2, 4, 5, 6, 7, 8, 9}),
    ('class="DA"', {1, 3}),
    ('strand="+"', {3, 4, 6, 8, 9}),
    ("strand='-'", {1, 2, 5}),
    ("strand=\u2212", {1, 2, 5}),
    ("strand!=-", {3, 4, 6, 7, 8, 9}),
    ("strand=?", {7}),
    ("strand!=?", {1, 2, 3, 4, 5, 6, 8, 9}),
    ("strand=*", set(range(1, 10))),
    ("strand=.", set(range(1, 10))),
    ("left_motif=gt", {1, 2, 3, 4, 5, 6, 8, 9}),
    ("left_motif!=GT", {7}),
    ("class=?", {7}),
    ("chromosome!='chr1'", {4, 5, 6, 7, 8, 9}),
    ('samples_count!="1"', {1, 3, 4, 8}),
    ("annotated='1'", {1, 3}),
]
SLIPS = [
    *("class=XX", "class!=XX", "class!=", "strand!=minus", "strand!=*", "strand=", "strand>-"),
    *("left_motif!=GTA", "right_motif=XX", "annotated!=2", "annotated=yes", 'strand="+'),
    *("chromosome!=", "class>=D", 'samples_count!="a"'),
]


@pytest.mark.parametrize(("text", "ids"), FILTERS)
def test_a_filter_means_the_same_to_the_api_the_client_and_the_page(text, ids, http, root, client):
    answer = http.get("/junctions", params={"filter": text, "columns": "snaptron_id"}).json()
    assert {row["snaptron_id"] for row in answer["rows"]} == ids
    assert set(client.junctions(filter=text)["snaptron_id"]) == ids
    assert client.count(filter=text) == len(ids)
    page = root.get("/", params={"compilation": "odd", "filter": text}).text
    assert f"1–{len(ids)} of {len(ids)} junction" in page or len(ids) == 1


@pytest.mark.parametrize("text", SLIPS)
def test_a_value_that_no_row_has_is_refused_everywhere(text, http, root, client):
    for path in ("/junctions", "/junctions:export.tsv"):
        answer = http.get(path, params={"filter": text})
        assert answer.status_code == 400
        assert "expected" in answer.json()["detail"]
    with pytest.raises(Refused):
        client.junctions(filter=text)
    assert root.get("/", params={"compilation": "odd", "filter": text}).status_code == 400
    query = f"chr1:14830-14969;{text}"
    assert http.get("/splicing/shared", params={"query": query}).status_code == 400


def test_the_command_refuses_a_slip_with_what_was_expected(server):
    line = ["query", "--filter", "class!=XX", "--count", "--server", server.url]
    line += ["--compilation", "odd"]
    answer = subprocess.run(
        [sys.executable, "-m", "snapshard", *line], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "expected DA, NDA, D, A or N" in answer.stderr


@pytest.mark.parametrize("filter", ["strand= ", 'strand=" "', "strand=%2B", 'strand="%2B"'])
def test_a_plus_sign_in_a_url_is_the_strand_also_between_quotation_marks(filter, http):
    url = f"/junctions?columns=snaptron_id&filter={filter.replace(' ', '+')}"
    rows = http.get(url).json()["rows"]
    assert [row["snaptron_id"] for row in rows] == [3, 4, 8, 9, 6]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('tissue="Brain"', {3}),
        ("tissue='liver'", {1, 4}),
        ('tissue!="Brain"', {1, 2, 4}),
        ('rail_id!="3"', {1, 2, 4}),
        ("note=quoted", {2}),
        ('note="quoted text"', {2}),
    ],
)
def test_a_sample_filter_means_the_same_with_quotation_marks(text, ids, http, client):
    answer = http.get("/samples", params={"filter": text}).json()
    assert {row["rail_id"] for row in answer["rows"]} == ids
    assert set(client.samples(filter=text).index) == ids


@pytest.mark.parametrize("text", ["tissue=", "tissue!=", 'tissue!=""', "rail_id=", "nosuch=1"])
def test_a_sample_filter_without_a_value_is_refused(text, http, client):
    assert http.get("/samples", params={"filter": text}).status_code == 400
    with pytest.raises(Refused):
        client.samples(filter=text)


def test_snaptron_finds_nothing_for_a_strand_that_no_row_has(root):
    def ids(strand):
        answer = root.get(
            f"/odd/snaptron?regions=chr1:1-2000000&fields=snaptron_id&rfilter=strand:{strand}"
        )
        return [line.split("\t")[1] for line in answer.text.splitlines()[1:]]

    assert ids("+") == ["3"]
    assert ids("*") == ["1", "2", "3"]
    assert ids("minus") == ids("?") == []
