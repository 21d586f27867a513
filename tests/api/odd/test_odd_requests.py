"""Requests with control characters, halves of characters and odd headers: an answer, never a failure."""

import json

import httpx
import pytest

CHARACTERS = [
    "%0D%0AX:%201",
    "%00",
    "a%00b",
    "%1F",
    "%7F",
    "%C2%85",
    "%E2%80%A8",
    "%FF",
    "%ED%A0%80",
]
NAMES = [
    *("groups/{}", "genes/{}", "junctions/{}", "junctions/{}/evidence", "splice-sites/{}"),
    *("samples/{}", "releases/{}", "releases/{}/junctions", "junctions.{}"),
]
PARAMETERS = [
    *("junctions?gene=", "junctions?region=", "junctions?group=", "junctions?filter=strand="),
    *("junctions?filter=", "junctions?after=", "junctions?columns=", "junctions?format="),
    *("samples?q=", "samples?filter=tissue=", "samples/facets?field=", "genes?prefix="),
    *("splicing/shared?query=", "splicing/union?query=chr1:1-2&other=", "junctions?sample_ids="),
    *("splicing/tissues?query=chr1:1-2&field=",),
]
PAGES = ["q", "junction", "compilation", "release", "group", "filter", "after", "match", "in"]
SNAPTRON = [
    *(
        "snaptron?regions=",
        "genes?regions=",
        "exons?regions=",
        "bases?regions=",
        "annotations?regions=",
    ),
    *("snaptron?ids=", "snaptron?regions=chr1:1-9&sids=", "snaptron?regions=chr1:1-9&group="),
    *("snaptron?regions=chr1:1-9&rfilter=strand:", "samples?sfilter=tissue:", "samples?ids="),
    *("snaptron/", "samples/", ""),
]


@pytest.mark.parametrize("text", CHARACTERS)
def test_a_control_character_in_a_name_or_parameter_is_an_error_of_the_client(text, http, root):
    for path in [path.format(text) for path in NAMES] + [path + text for path in PARAMETERS]:
        for headers in ({}, {"If-None-Match": "*"}):
            answer = http.get(f"/{path}", headers=headers)
            assert answer.status_code in (200, 400, 404), (path, answer.text)
            assert "X" not in answer.headers
    for name in PAGES:
        answer = root.get(f"/?compilation=odd&{name}={text}")
        assert answer.status_code in (200, 303, 400, 404), name


@pytest.mark.parametrize("text", CHARACTERS)
def test_snaptron_answers_a_control_character_as_any_other_name(text, root):
    for path in SNAPTRON:
        with root.stream("GET", f"/odd/{path}{text}") as answer:
            assert answer.status_code in (200, 400, 404), path
            assert "X" not in answer.headers


@pytest.mark.parametrize(
    "clause",
    [
        {"genes": ["\ud800"]},
        {"genes": ["a\u0000"]},
        {"intervals": ["chr1:1-9"], "metadata_keywords": ["tissue:\ud800"]},
        {"ids": ["\ud800"]},
        {"intervals": ["chr1:1-9"], "strand": [{"op": ":", "val": "\ud800"}]},
    ],
)
def test_snaptron_reads_half_a_character_as_an_unknown_name(clause, root):
    with root.stream("POST", "/odd/snaptron", data={"fields": json.dumps([clause])}) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json;version=1", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("text/csv;header=present", "text/csv; charset=utf-8"),
        ("text/csv; header=present; q=0.5, application/json;q=0.1", "text/csv; charset=utf-8"),
        ("text/html;level=1, */*;q=0.1", "application/json"),
        ("application/*;v=2", "application/json"),
        ('text/tab-separated-values;charset="utf-8"', "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_a_parameter_of_a_media_range_refuses_no_format(accept, content_type, http):
    for path in ("/junctions", "/samples"):
        answer = http.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize("accept", ["text/html;level=1", "text/csv;q=0", "image/png"])
def test_a_format_that_there_is_not_is_still_refused(accept, http):
    assert http.get("/junctions", headers={"Accept": accept}).status_code == 406


def test_a_weak_tag_is_the_tag_of_the_response(http):
    tag = http.get("/junctions").headers["ETag"]
    for text in (tag, f"W/{tag}", f'"other", W/{tag}'):
        assert http.get("/junctions", headers={"If-None-Match": text}).status_code == 304
    for text in ('"other"', "*", f'W/"{tag[1:-2]}"'):
        assert http.get("/junctions", headers={"If-None-Match": text}).status_code == 200


def test_a_return_format_is_quoted_as_it_came(root):
    answer = root.get("/odd/snaptron?regions=chr1:1-9&return_format=9&strict=1")
    assert answer.status_code == 400
    assert answer.text.endswith("got '9'\n")
    with pytest.raises(httpx.RemoteProtocolError):
        root.get("/odd/snaptron?regions=chr1:1-9&return_format=")


def test_the_log_names_known_compilations_only(http, root, server):
    root.get("/api/v1/compilations/chr1:14830-14969/genes?prefix=A")
    root.get("/api/v1/compilations/odd/genes/chr1:14830-14969")
    root.get("/chr1:14830-14969/snaptron?regions=chr1:1-2")
    root.get("/odd/snaptron?regions=chr1:1-2")
    log = server.log.read_text()
    # The whole span: a time or a number of a process may have five of its digits.
    assert "14830-14969" not in log
    assert '"compilation":"odd"' in log
