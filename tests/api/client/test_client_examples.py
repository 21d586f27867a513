"""The files of examples/ run against a server and say what is so."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"
COMMANDS = {
    "curl.sh": ["bash"],
    "client.py": [sys.executable],
    "plain.py": [sys.executable],
    "snapshard.R": ["Rscript"],
}


@pytest.fixture
def example(server, tmp_path):
    """Runs an example in a folder of its own; what it printed."""

    def run(name):
        program = COMMANDS[name]
        if which(program[0]) is None:
            pytest.skip(f"{program[0]} is not installed (Debian: r-base-core, r-cran-jsonlite)")
        environment = {**os.environ, "SNAPSHARD_URL": server}
        answer = subprocess.run(
            [*program, EXAMPLES / name, "sim"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=60,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    return run


def few_of_chr1(rows):
    return [
        row
        for row in rows
        if row["chromosome"] == "chr1"
        and int(row["start"]) <= 10**8
        and int(row["samples_count"]) >= 5
    ]


def plus_strand(rows):
    return [row for row in few_of_chr1(rows) if row["strand"] == "+"]


def test_every_file_has_a_test():
    assert {file.name for file in EXAMPLES.iterdir()} == {*COMMANDS, "README.md"}


def test_curl(example, rows, tmp_path):
    out = example("curl.sh")
    first = plus_strand(rows)[0]
    assert f"GRCh38:chr1:{first['start']}-{first['end']}:+\t" in out
    assert "GRCh38:chr1:100-200 is seen in 0 of 40 samples" in out
    assert '"found":false' in out
    lines = (tmp_path / "chr21.tsv").read_text().splitlines()
    count = sum(row["chromosome"] == "chr21" for row in rows)
    assert lines[-1].startswith(f"#COMPLETE rows={count} sha256=")
    assert len(lines) == count + 3


def test_python_client(example, rows):
    out = example("client.py")
    few = few_of_chr1(rows)
    assert (
        f"{sum(row['annotated'] == '0' for row in few)} junctions that annotation does not know, of sim r1"
        in out
    )
    assert f"{len(few)} junctions x" in out
    assert f"{sum(len(row['pairs']) for row in few)} counts" in out


def test_pandas_alone(example, rows):
    pairs = [sample for row in rows if row["chromosome"] == "chr21" for sample in row["pairs"]]
    out = example("plain.py")
    assert f"{len(few_of_chr1(rows))} junctions in 5 samples or more" in out
    assert f"{len(pairs)} reads rows of {len(set(pairs))} samples on chr21" in out


def test_r(example, rows):
    out = example("snapshard.R")
    assert f"{len(plus_strand(rows))} junctions in 5 samples or more" in out
    first = plus_strand(rows)[0]
    assert f"GRCh38:chr1:{first['start']}-{first['end']}:+" in out
    assert "GRCh38:chr1:100-200 is seen in 0 of 40 samples" in out
    of_21 = [row for row in rows if row["chromosome"] == "chr21"]
    assert (
        f"{len(of_21)} junctions x {len({sample for row in of_21 for sample in row['pairs']})} samples"
        in out
    )
