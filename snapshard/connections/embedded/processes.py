"""The processes of a PostgreSQL server on this machine, also those that it left behind."""

from contextlib import suppress
from pathlib import Path

import psutil

_GONE = (psutil.NoSuchProcess, psutil.AccessDenied)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with suppress(*_GONE):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def serves(pid: int, folder: Path) -> bool:
    """Whether a process is a PostgreSQL server in this data directory."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        # The process of another user does not tell its folder.
        with suppress(psutil.AccessDenied):
            return Path(process.cwd()) == folder
        return bool(process.name() == "postgres")
    return False


def kill_orphans(folder: Path) -> None:
    """Kills processes that a postmaster in this data directory left behind when it was killed."""
    orphans: list[psutil.Process] = []
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and process.info["cwd"] == str(folder):
            orphans.append(process)
            with suppress(*_GONE):
                process.kill()
    psutil.wait_procs(orphans, timeout=5)
