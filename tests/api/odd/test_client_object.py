"""The client as an object: what a notebook shows of it, and what its import costs; rows and limits."""

import subprocess
import sys

import pytest

from snapshard.client import Client


def test_a_notebook_shows_what_the_client_queries(server, folder):
    with Client(server.url, compilation="odd") as client:
        assert repr(client) == (
            f"Client(server={server.url!r}, compilation='odd', release='r1', samples=4)"
        )
    assert "closed=True" in repr(client)
    with Client(server.url) as client:
        assert "compilation='odd', release='r1', samples=4" in repr(client)
    with Client(data=folder, compilation="nope") as client:
        assert repr(client) == f"Client(data={str(folder)!r}, compilation='nope')"


def test_a_client_of_a_server_that_is_away_can_be_shown():
    with Client("http://127.0.0.1:9", compilation="odd", tries=1) as client:
        assert repr(client) == "Client(server='http://127.0.0.1:9', compilation='odd')"


def test_the_import_of_the_client_imports_nothing_large():
    code = (
        "import sys, snapshard.client; print({*sys.modules} & {'httpx', 'numpy', 'pandas', 'rich'})"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "set()\n"


def test_rows_are_rows_of_the_response_in_pages_and_exports(http):
    page = http.get("/junctions.tsv?shape=tidy&about=false&region=chr1&limit=2")
    rows = page.text.count("\n") - 1
    assert (page.headers["Snapshard-Rows"], page.headers["Snapshard-Junctions"]) == (str(rows), "2")
    export = http.get("/junctions:export.tsv?shape=tidy&complete=true&about=false&region=chr1")
    assert f"#COMPLETE rows={export.text.count(chr(10)) - 2} " in export.text
    wide = http.get("/junctions.tsv?region=chr1")
    assert wide.headers["Snapshard-Rows"] == "3"
    assert "Snapshard-Junctions" not in wide.headers


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_the_limit_of_tidy_rows_counts_junctions(limit, client):
    pages = client.pages(limit=limit, shape="tidy", format="tsv", about=False)
    lines = "".join(page.text for page in pages).splitlines()[1:]
    assert len({line.split("\t")[0] for line in lines}) == limit
