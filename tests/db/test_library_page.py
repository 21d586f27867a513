"""The code of docs/library.md runs, and its table names every public name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import snapshard

PAGE = (Path(__file__).parents[2] / "docs" / "library.md").read_text(encoding="utf-8")


def test_the_code_runs(tmp_path):
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    output = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout
    count = int(re.search(r"^(\d+) junctions$", output, re.MULTILINE)[1])
    assert count >= 3
    # Three rows were requested: three starts, three ends, three numbers of samples of at least five.
    numbers = re.findall(r"\d+", output.splitlines()[-1])
    assert len(numbers) == 9
    assert min(map(int, numbers[6:])) >= 5


def test_the_table_names_every_public_name():
    table = PAGE[PAGE.index("| name |") :]
    named = set(re.findall(r"`(\w+)`", table))
    assert set(snapshard.__all__) <= named
