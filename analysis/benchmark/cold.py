"""The same questions after a cold start: the system is closed, its files are dropped from the page
cache, it is opened again and answers once.

Closing the last client stops the embedded server, so PostgreSQL's own buffers are empty too.
Opening is not timed: it reads the catalog, the releases and the schema, not the rows. A cache
outside the machine (the host's cache of a virtual disk) is not cleared.
"""

import os
import subprocess
from pathlib import Path

from analysis.benchmark.running import timed
from analysis.benchmark.systems.system import System, Unanswerable, files_of
from analysis.benchmark.workloads import Workload

REPEATS = 3


def run_cold(
    workload: Workload, systems: list[System], folder: Path, *, repeats: int = REPEATS
) -> dict[str, list[float]]:
    """Seconds of the first question after each cold start, by system; the systems take turns."""
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
    """Drops a file, or all files below a folder, from the kernel's page cache. Needs no root."""
    for file in files_of(path):
        descriptor = os.open(file, os.O_RDONLY)
        try:
            # The kernel keeps pages that are not on the disk yet.
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def in_memory(path: Path) -> int:
    """Bytes in the page cache of a file, or of all files below a folder (fincore of util-linux)."""
    files = [str(file) for file in files_of(path) if file.stat().st_size]
    output = subprocess.run(
        ["fincore", "-bnro", "RES", *files], capture_output=True, text=True, check=True
    ).stdout
    return sum(map(int, output.split()))
