"""What the README shows is what its commands and programs print."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def snapshard(*arguments):
    subprocess.run([sys.executable, "-m", "snapshard", *map(str, arguments)], check=True)


def default_of(variable):
    return re.search(rf"^{variable} \?= (\S+)", MAKEFILE, re.MULTILINE)[1]


@pytest.fixture(scope="module")
def demo(start_server):
    """The URL of a server over the data of `make run`."""
    with tempfile.TemporaryDirectory(
        prefix="snapshard-readme-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        snapshard(
            "simulate",
            folder / "demo",
            "--junctions",
            default_of("JUNCTIONS"),
            "--samples",
            default_of("SAMPLES"),
        )
        snapshard("load", folder / "demo", "--data", folder / "data")
        server = start_server("--data", folder / "data")
        yield server.url
        server.stop()


def printed(program, text, url):
    """What the program prints for a text of the README, asked of this server."""
    asked = text.replace("http://127.0.0.1:8080", url)
    ran = subprocess.run([*program, asked], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_first_answer_is_the_one_shown(demo):
    command, shown = re.search(
        r"```sh\n(curl [^\n]*)\n```\n\n```\n(.*?)```", README, re.DOTALL
    ).groups()
    assert printed(["sh", "-c"], f"{command} --silent --show-error", demo) == shown


def test_the_examples_in_python_and_r_print_what_is_shown(demo):
    shown = re.search(r"Each prints\n\n```\n(.*?)\n```", README, re.DOTALL)[1]
    python, r = (
        re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) for language in ("python", "r")
    )
    assert (len(python), len(r)) == (2, 1)
    assert [printed([sys.executable, "-c"], text, demo).strip() for text in python] == [shown] * 2
    if which("Rscript") is None:
        pytest.skip("Rscript is not installed (Debian: r-base-core, r-cran-jsonlite)")
    assert printed(["Rscript", "-e"], r[0], demo).strip() == shown


def test_the_example_of_a_shell_finds_junctions(demo):
    example = re.search(r"`snapshard (query [^`]*)`", README)[1]
    output = printed(["sh", "-c"], f"{sys.executable} -m snapshard {example} --server {demo}", demo)
    assert len(output.splitlines()) > 2, "no row after the two lines of the header"


def test_every_target_that_the_readme_names_exists():
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", README))
    assert {"run", "test"} <= named
    assert named <= set(re.findall(r"^([a-z][a-z-]+):", MAKEFILE, re.MULTILINE))


def test_every_page_that_the_readme_links_exists():
    for link in re.findall(r"\]\(((?!http)[^)#]+)", README):
        assert (ROOT / link).exists(), link
