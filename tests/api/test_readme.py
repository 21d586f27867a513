"""What the README's first screen shows is what its commands print."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def snapshard(*arguments):
    subprocess.run([sys.executable, "-m", "snapshard", *map(str, arguments)], check=True)


def default_of(variable):
    return re.search(rf"^{variable} \?= (\S+)", MAKEFILE, re.MULTILINE)[1]


def test_the_first_answer_is_the_one_shown(start_server):
    with tempfile.TemporaryDirectory(prefix="snapshard-readme-", ignore_cleanup_errors=True) as folder:
        check_first_answer(Path(folder), start_server)


def check_first_answer(folder, start_server):
    command, shown = re.search(r"```sh\n(curl [^\n]*)\n```\n\n```\n(.*?)```", README, re.DOTALL).groups()
    snapshard("simulate", folder / "demo", "--junctions", default_of("JUNCTIONS"), "--samples", default_of("SAMPLES"))
    snapshard("load", folder / "demo", "--data", folder / "data")
    server = start_server("--data", folder / "data")
    asked = command.replace("http://127.0.0.1:8080", server.url)
    answer = subprocess.run(["sh", "-c", f"{asked} --silent --show-error"], capture_output=True, text=True, check=True)
    assert answer.stdout == shown


def test_every_target_that_the_readme_names_exists():
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", README))
    assert {"run", "test"} <= named
    assert named <= set(re.findall(r"^([a-z][a-z-]+):", MAKEFILE, re.MULTILINE))


def test_every_page_that_the_readme_links_exists():
    for link in re.findall(r"\]\(((?!http)[^)#]+)", README):
        assert (ROOT / link).exists(), link
