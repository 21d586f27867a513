"""The walk of docs/own-data.md: its commands give the answers that the page shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from data_folders import data_folder
from waiting import wait_for

PAGE = Path(__file__).parents[2] / "docs" / "own-data.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def blocks():
    """The commands and the output of each block of the page."""
    for text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        lines = text.splitlines()
        commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        yield commands, [line for line in lines if not line.startswith("$ ")]


@pytest.fixture(scope="module")
def walk():
    """A function that runs commands as one shell does, in a folder of its own."""
    with data_folder() as folder:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "SNAPSHARD_DATA": str(folder.path)}
        earlier = []

        def run(commands):
            functions = [command for command in earlier if "() {" in command]
            earlier.extend(commands)
            return subprocess.run(
                ["bash", "-c", "\n".join([*functions, *commands])],
                cwd=folder.parent,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            ).stdout.splitlines()

        run.environment = environment
        run.folder = folder
        yield run


def test_the_commands_give_the_answers_of_the_page(walk):
    of_page = list(blocks())
    assert len(of_page) == 9
    for commands, output in of_page:
        assert walk(commands) == output, commands
    # The page shows what the walk has loaded.
    command = [sys.executable, "-m", "snapshard", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=walk.environment, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            addresses = (re.search(r"http://\S+?(?=/)", line) for line in server.stderr)
            address = next(match[0] for match in addresses if match)
            wait_for(lambda: httpx.get(f"{address}/readyz").status_code == 200, 30)
            text = httpx.get(f"{address}/", params={"compilation": "lab", "q": "WASH7P"}).text
            assert "16,766" in text or "16766" in text
        finally:
            server.terminate()
