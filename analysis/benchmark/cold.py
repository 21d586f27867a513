"""The same questions with nothing in memory: the system closed, its files dropped from the page
cache, opened, asked once.

Closing the last holder stops the embedded server, so PostgreSQL's own buffers are gone too. Opening
is not timed: it reads the catalog, the releases and the schema, not the rows. What stands above the
machine (a host's cache of a virtual disk) stays.
"""

import os
import subprocess
from pathlib import Path

from analysis.benchmark.running import timed
from analysis.benchmark.systems.system import System, Unanswerable
from analysis.benchmark.workloads import Workload

REPEATS = 3


def run_cold(
    workload: Workload, systems: list[System], folder: Path, *, repeats: int = REPEATS
) -> dict[str, list[float]]:
    """Seconds of the first question after each cold start, by system; repeats take turns."""
    taken: dict[str, list[float]] = {}
    for _ in range(repeats):
        for system in systems:
            forget(system.files(folder))
            with system.session(folder) as session:
                try:
                    seconds = timed(session, workload.way, workload.questions[0])
                except Unanswerable:
                    continue
            taken.setdefault(system.name, []).append(seconds)
    return taken


def forget(path: Path) -> None:
    """Drops a file, or all below a folder, from the kernel's page cache; written pages go to the
    disk first. Needs no root.
    """
    for file in [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def in_memory(path: Path) -> int:
    """Bytes of a file, or of all below a folder, that the page cache holds (fincore of util-linux)."""
    files = (
        [path]
        if path.is_file()
        else [one for one in path.rglob("*") if one.is_file() and one.stat().st_size]
    )
    said = subprocess.run(
        ["fincore", "-bnro", "RES", *map(str, files)], capture_output=True, text=True, check=True
    ).stdout
    return sum(map(int, said.split()))
