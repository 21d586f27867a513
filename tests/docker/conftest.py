"""The images, built once a run, and containers of them."""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
ROLES = ("postgres", "owner", "loader", "reader", "exporter", "replicator")
# The clean-up helper's image cannot be pulled on every machine; every container here is ended by
# its own context.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine with the base images: as it is, or started by the scripts of SNAPSHARD_SHARED
    or ../shared.
    """
    scripts = Path(os.environ.get("SNAPSHARD_SHARED", ROOT.parent / "shared")) / "images"
    if _runs("docker", "info") and _runs("docker", "image", "inspect", "postgres:18-trixie"):
        return
    if not (scripts / "docker-engine").exists():
        if _runs("docker", "info"):
            return  # A machine with a registry pulls the base images while it builds.
        pytest.skip(f"no Docker engine answers, and {scripts} has no script to start one")
    for script in ("docker-engine", "build-base-images"):
        subprocess.run([scripts / script], check=True, stdout=subprocess.DEVNULL)


def _runs(*command: str) -> bool:
    return (
        shutil.which(command[0]) is not None
        and subprocess.run(command, capture_output=True).returncode == 0
    )


@pytest.fixture(scope="session")
def images(engine: None) -> dict[str, str]:
    """The names of the images by their part, built from the tree as it is."""
    subprocess.run(
        ["make", "--no-print-directory", "images"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    version = subprocess.run(
        ["make", "--no-print-directory", "version"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return {part: f"snapshard/{part}:{version}" for part in ("postgres", "server", "loader")}


@pytest.fixture(scope="session")
def passwords(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A password for every role, with characters that a shell or SQL would trip over."""
    return {role: f"{secrets.token_hex(8)}'\"$`\\ {role}" for role in ROLES}


@pytest.fixture(scope="session")
def secret_files(passwords: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The passwords as a Secret mounts them: a folder with a file per role."""
    folder = tmp_path_factory.mktemp("secrets")
    folder.chmod(0o755)
    for role, password in passwords.items():
        (folder / role).write_text(password)
        (folder / role).chmod(0o444)
    return folder


Start = Callable[..., "Shard"]


class Shard:
    """A running container of the shard image."""

    def __init__(self, container: "object", passwords: dict[str, str]) -> None:
        self.container = container
        self._passwords = passwords

    def connect(
        self, role: str, password: str | None = None, *, database: str = "snapshard"
    ) -> psycopg.Connection:
        """A connection over TCP; to the superuser there is no such way."""
        return psycopg.connect(
            host="127.0.0.1",
            port=int(self.container.get_exposed_port(5432)),
            user=role,
            password=self._passwords[role] if password is None else password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def as_superuser(self, statement: str) -> str:
        """What psql inside the container prints, run as the container's own user."""
        code, output = self.container.exec(
            ["psql", "-U", "postgres", "-d", "snapshard", "-tAc", statement]
        )
        assert code == 0, output
        return output.decode().strip()

    def log(self) -> str:
        """All that the container has printed."""
        out, error = self.container.get_logs()
        return (out + error).decode()

    def wait(self) -> "Shard":
        """Itself, when it accepts connections."""
        for _ in range(120):
            if (
                self.container.exec(["pg_isready", "-q", "-h", "127.0.0.1", "-d", "snapshard"])[0]
                == 0
            ):
                return self
            time.sleep(0.25)
        raise AssertionError(self.log())


@pytest.fixture(scope="session")
def start(
    images: dict[str, str], passwords: dict[str, str], secret_files: Path
) -> Callable[..., object]:
    """Starts a shard as Kubernetes would: unprivileged, its root file system read-only; ended on
    leaving the context.
    """
    from testcontainers.core.container import DockerContainer

    @contextmanager
    def started(
        *,
        memory: str = "512m",
        secrets_from: Path | None = secret_files,
        tmpfs: dict[str, str] | None = None,
    ) -> Iterator[Shard]:
        container = DockerContainer(images["postgres"]).with_exposed_ports(5432)
        container.with_kwargs(
            mem_limit=memory,
            memswap_limit=memory,
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
        )
        container.tmpfs.update({"/var/run/postgresql": "uid=999,gid=999", "/tmp": ""})
        container.with_volume_mapping(str(secrets_from), "/run/secrets/snapshard", "ro")
        with container:
            yield Shard(container, passwords)

    return started
