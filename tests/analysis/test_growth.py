"""Growth, many clients and the notebook, run whole at a small scale: `make growth`, `make locust`,
`make notebook`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIZES = ("samples100", "rows1m", "rows3m")
SCALE = "0.004"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not pytest's own: PostgreSQL's user must get there."""
    path = Path(tempfile.mkdtemp(prefix="snapshard-growth-"))
    (path / "results").mkdir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def run(folder: Path, *words: object) -> None:
    """A program of the project, its results in the folder."""
    environment = os.environ | {"RESULTS": str(folder / "results")}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def result(folder: Path, name: str) -> dict:
    return json.loads((folder / "results" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def measured(folder: Path) -> Path:
    """The folder after everything was loaded, asked and plotted."""
    only = [word for name in SIZES for word in ("--only", name)]
    run(folder, "analysis.growth", "load", "--folder", folder, "--scale", SCALE, *only)
    run(
        folder,
        "analysis.growth",
        "measure",
        "--folder",
        folder,
        "--scale",
        SCALE,
        "--windows",
        10,
        "--rounds",
        1,
    )
    genes = next((folder / "files").glob("*x9662/gencode.gff3"))
    asked = ("--compilation", "rows3m", "--seconds", 2, "--clients", 2)
    run(folder, "analysis.clients", "--data", folder / "data", "--genes", genes, *asked)
    run(
        folder,
        "nbconvert",
        "--execute",
        "--to",
        "html",
        "--output-dir",
        folder,
        "analysis/growth.ipynb",
    )
    return folder


def test_loads_hold_the_rows_asked_for_with_their_bytes_and_processor_time(measured: Path) -> None:
    loads = result(measured, "growth-loads")["sizes"]
    assert {name: one["rows"] for name, one in loads.items()} == {
        "samples100": 1_200,
        "rows1m": 4_000,
        "rows3m": 12_000,
    }
    for one in loads.values():
        assert (
            min(
                one["pairs"],
                one["text_bytes"],
                one["seconds"],
                *one["bytes"].values(),
                *one["cpu_seconds"].values(),
            )
            > 0
        )


def test_a_larger_size_begins_with_the_rows_of_a_smaller_one(measured: Path) -> None:
    loads = result(measured, "growth-loads")["sizes"]
    assert loads["rows1m"]["pairs"] < loads["rows3m"]["pairs"]
    export = result(measured, "growth-answers")["export"]
    assert export["rows1m"]["bytes"] == export["rows3m"]["bytes"] > 0


def test_every_size_is_asked_for_as_many_windows(measured: Path) -> None:
    answers = result(measured, "growth-answers")
    for kind in ("window", "window_json"):
        assert {name: one["asked"] for name, one in answers[kind].items()} == dict.fromkeys(
            SIZES, 10
        )


def test_clients_of_both_mixes_get_good_answers_only(measured: Path) -> None:
    runs = result(measured, "clients")["runs"]
    assert [run["mix"] for run in runs] == ["GeneWindows", "Mixed"]
    assert [run["errors"] for run in runs] == [0, 0]
    assert all(run["requests"] > 0 and run["cores"]["server"] > 0 for run in runs)


def test_clients_ask_this_machine_only() -> None:
    words = [
        "locust",
        "-f",
        "analysis/locustfile.py",
        "--headless",
        "--users",
        "1",
        "--run-time",
        "1s",
        "--host",
        "http://192.0.2.1",
    ]
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "192.0.2.1 is not this machine" in done.stderr


def test_the_notebook_shows_three_plots(measured: Path) -> None:
    assert (measured / "growth.html").read_text().count('src="data:image/png') == 3


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = json.loads((ROOT / "analysis" / "growth.ipynb").read_text())["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
