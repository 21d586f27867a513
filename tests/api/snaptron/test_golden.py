"""The recorded answers of the original server, replayed."""

import json
import os
import re
import subprocess
import sys

import pytest
from snaptron_wire import SHARED

INTENDED = {
    "start>end sqlite": "18",
    "ENSG then interval exact sticks": "17",
    "trailing slash": "19",
    "trailing amp": "19",
    "sids + two filters same col": "8",
    "sids + left_annotated:1": "9",
    "sids + annotated!:1": "10",
    "annotated!:1": "10",
    "sfilter SMRIN!:8": "10",
    "sfilter AGE!:41": "10",
    "sfilter description!:cortex": "10",
    "fields rc": "7",
    "snaptron sfilter nohit": "13",
    "groups no samples first": "13",
    "group space label": "25",
    "group odd label": "25",
    "groups spaces in sfilter": "25",
    "groups filter after sids": "25",
    "groups fields persist": "25",
    "groups to exons": "5",
    "exons": "5",
    "exons rfilter": "5",
    "exons sids": "5",
    "json strand+ unescaped": "20",
    "json metadata": "20",
    "json genes endpoint": "20",
    "json genes endpoint ids": "20",
    "json samples metadata flat": "20",
    "bases unknown chrom": "12.5: header only",
    "rfilter chromosome:chr1&sids=0,1,2,3": "23",
    "rfilter foo:1&sids=0,1,2,3": "23",
    "sfilter library_strategy:RNA-Seq": "22",
    "sfilter description:hela-s3": "22",
    "sfilter description:cortex,": "22",
}
"""The answers that differ on purpose, each with the row of docs/snaptron.md's table of quirks that
says why.
"""

RECORDS = SHARED / "golden" / "responses.jsonl"
RESPONSES = (
    [json.loads(line) for line in RECORDS.read_text().splitlines()] if RECORDS.exists() else []
)
_SCORE = re.compile(r"^(TINY:S\t)[0-9.]+\t", re.MULTILINE)


def replayed(server, recorded):
    path = recorded["path"]
    path = "/snaptron" + path if path.startswith("/registry") else "/tiny" + path
    kind = recorded["content_type_sent"]
    headers = {"Content-Type": kind} if kind else {}
    return server.ask(recorded["method"], path, body=recorded["request_body"], headers=headers)


def is_same(answer, recorded):
    """Equal but for error texts, scores, the order of JSON members, and the other compilations in
    the registry.
    """
    if answer.status == 404:
        return recorded["status"] == 404
    kind = answer.headers["content-type"]
    if (answer.status, kind, answer.complete) != (
        recorded["status"],
        recorded["content_type"],
        recorded["terminated_properly"],
    ):
        return False
    text, expected = answer.text, recorded["body"]
    if recorded["is_error"] and answer.status == 200:
        return (
            text.startswith(expected)
            and re.fullmatch(r"ERROR: [^\n]+\n", text[len(expected) :]) is not None
        )
    if kind == "application/json":
        return (
            text[:7] == expected[:7]
            and json.loads(text[7:])["tiny"] == json.loads(expected[7:])["tiny"]
        )
    scored = "sfilter" in recorded["path"] or "metadata_keywords" in (
        recorded["request_body"] or ""
    )
    return _SCORE.sub(r"\1", text) == _SCORE.sub(r"\1", expected) if scored else text == expected


@pytest.mark.parametrize(
    "recorded", RESPONSES, ids=[f"{n}-{one['name']}" for n, one in enumerate(RESPONSES)]
)
def test_answer_equals_the_recorded_one_unless_a_quirk_is_repaired(server, recorded):
    answer = replayed(server, recorded)
    assert is_same(answer, recorded) != (recorded["name"] in INTENDED), (recorded, answer)


def test_all_391_answers_were_replayed(golden):
    assert len(RESPONSES) == 391
    assert INTENDED.keys() <= {one["name"] for one in RESPONSES}


def test_the_87_checks_that_come_with_the_recording_hold(server, golden):
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(server.port), "PREFIX": "/tiny"}
    done = subprocess.run(
        [sys.executable, golden / "check.py"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "87 hold; fail: []", done.stdout + done.stderr
