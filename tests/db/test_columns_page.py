"""The code of docs/columns.md runs, and its two engines agree."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "columns.md").read_text(encoding="utf-8")


def code(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the commands of the page have run."""
    folder = tmp_path_factory.mktemp("page")
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    [commands] = code("sh")
    subprocess.run(["sh", "-ec", commands], cwd=folder, env=environment, check=True, timeout=300)
    return folder


def run_python(text, folder):
    return subprocess.run(
        [sys.executable, "-c", text],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout


def test_duckdb_and_polars_give_the_same_reads(folder, monkeypatch):
    monkeypatch.chdir(folder)
    junctions, reads = (duckdb.sql(text).fetchall() for text in code("sql"))
    assert len(junctions) == len(reads) == 5
    assert [row[5] for row in junctions] == sorted((row[5] for row in junctions), reverse=True)
    [polars] = [text for text in code("python") if "polars" in text]
    assert eval(run_python(polars, folder)) == reads


def test_the_reader_finds_junctions_and_their_samples(folder):
    [reader] = [text for text in code("python") if "snapshard" in text]
    lines = run_python(reader, folder).splitlines()
    numbers = [list(map(int, re.findall(r"(?<![\w:-])\d+(?![\w:-])", line))) for line in lines]
    assert numbers[0][0] > 0
    assert numbers[1][1] >= 10
    assert numbers[2][0] > 0
