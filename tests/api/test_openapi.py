"""The OpenAPI document is true: requests made up from it are answered as it says."""

import os
import subprocess
from contextlib import suppress
from shutil import which

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from markupsafe import escape
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from snapshard_ui.api import OutputParams, SelectionParams
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.render import FORMATS

CASES = int(os.environ.get("SNAPSHARD_TEST_SCHEMA_CASES", "480"))
MODES = [
    (schemathesis.GenerationMode.POSITIVE, 3 / 4),
    (schemathesis.GenerationMode.NEGATIVE, 1 / 4),
]
"""Requests that the document allows, and requests that it does not."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def document(root):
    """The document as served."""
    return root.get("/api/v1/openapi.json").json()


# The tool that makes the requests up leaves sockets for the collector to close, at a moment of its
# own.
@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_requests_made_up_from_the_document_are_answered_as_it_says(server):
    schema = schemathesis.openapi.from_url(server.url + "/api/v1/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    statuses = []
    for operation in operations:
        for mode, share in MODES:
            # What has no parameters cannot be asked wrongly.
            with suppress(Unsatisfiable):
                ask(
                    server,
                    operation.as_strategy(generation_mode=mode),
                    max(1, round(CASES * share / len(operations))),
                    statuses,
                )
    fine = sum(200 <= status < 300 for status in statuses) / len(statuses)
    print(f"{len(statuses)} cases, {fine:.0%} of them 2xx, statuses {sorted(set(statuses))}")
    assert not [status for status in statuses if status >= 500]
    assert fine >= 0.3


def pair_release(case, releases):
    """Replaces the release in the path by that of the compilation: the document lists the names of
    both, but cannot say which belong together.
    """
    names = case.path_parameters or {}
    if names.get("release") in releases.values() and names.get("compilation") in releases:
        names["release"] = releases[names["compilation"]]


def ask(server, cases, count, statuses):
    """Sends so many requests, and compares each answer with the document."""
    compilations = httpx.get(f"{server.url}/api/v1/compilations").json()["compilations"]
    releases = {one["compilation"]: one["release"] for one in compilations}

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case):
        pair_release(case, releases)
        answer = case.call(base_url=server.url, timeout=30)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    send()


def test_the_document_is_openapi_3_1_and_names_every_parameter(document):
    assert document["openapi"].startswith("3.1")
    page = document["paths"]["/api/v1/compilations/{compilation}/junctions"]["get"]
    named = {parameter["name"] for parameter in page["parameters"]}
    assert named >= {
        "compilation",
        "limit",
        "count",
        "format",
        *SelectionParams.model_fields,
        *OutputParams.model_fields,
    }
    assert all(parameter["description"] for parameter in page["parameters"])
    assert set(page["responses"]["200"]["content"]) == {
        form.media_type for form in FORMATS.values()
    }
    assert set(document["components"]["schemas"]["Junction"]["properties"]) == set(CHOOSABLE)


def test_every_question_has_an_example_that_finds_something(root, document):
    found = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("example")
            file = content.get("text/tab-separated-values", {}).get("example")
            answer = root.request(method.upper(), operation["x-example"], json=body, content=file)
            assert answer.status_code == 200, operation["x-example"]
            found[path.rpartition("/")[2]] = answer
            assert operation["x-example"] in operation["x-codeSamples"][0]["source"]
    assert found["junctions"].json()["rows"]
    assert found["evidence"].json()["found"]
    assert found["junctions:batch"].json()["results"][0]["found"]
    assert found["genes"].json()["genes"]


def samples_in(document, label):
    """The lines for a program, by the path that they ask."""
    found = {}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            (found[path],) = [
                one["source"] for one in operation["x-codeSamples"] if one["label"] == label
            ]
    return found


def test_the_curl_lines_run(document, tmp_path):
    lines = [
        f"{source} --silent --show-error --fail --output answer"
        for source in samples_in(document, "curl").values()
    ]
    subprocess.run(["sh", "-e", "-c", "\n".join(lines)], cwd=tmp_path, check=True, timeout=120)


@pytest.mark.filterwarnings("ignore::snapshard.client.Truncated")
def test_the_python_lines_run_and_find_something(document, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for path, source in samples_in(document, "Python").items():
        exec(compile(source, path, "exec"), {})
        out = capsys.readouterr().out
        assert out.strip(), path
        # Between any two junctions there need be no exon.
        assert "Empty DataFrame" not in out or path.endswith("/exons"), path


@pytest.mark.skipif(
    which("Rscript") is None,
    reason="Rscript is not installed (Debian: r-base-core, r-cran-jsonlite)",
)
def test_the_r_lines_run_and_find_something(document, tmp_path):
    script = tmp_path / "lines.R"
    script.write_text(
        "".join(
            f"stopifnot(length({source}) > 0)\n" for source in samples_in(document, "R").values()
        )
    )
    ran = subprocess.run(["Rscript", script], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


def test_the_document_is_found_where_people_look_for_it(root, document):
    assert root.get("/openapi.json").json() == document
    for path in ("/api/v1", "/api/v1/"):
        assert root.get(path).headers["Location"] == "/api/v1/docs"


def test_the_page_of_the_document_shows_every_question_and_needs_nothing_from_elsewhere(
    root, document
):
    page = root.get("/api/v1/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    for path, operations in document["paths"].items():
        if "{release}" not in path:
            assert path in page.text
            assert all(
                escape(one["source"]) in page.text
                for each in operations.values()
                for one in each["x-codeSamples"]
            )
    for loads in ("<script", "<link", "<img", "@import", "src=", "url("):
        assert loads not in page.text
