"""Many clients at once: locust against the server as shipped, and the resource that limits them.

    python -m analysis.clients --data FOLDER --compilation NAME --genes GFF3

This runs two mixes of requests (analysis/locustfile.py) with 1 to 64 clients, each sending requests
without pause over loopback, and writes results/clients.json.
"""

import json
import os
import subprocess
import sys
import time
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import psutil

from analysis.measuring import percentile, write_result
from analysis.processes import tree, watched
from analysis.serving import Served, serving
from snapshard.commands.running import run_command

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
MIXES = ("GeneWindows", "Mixed")
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
_SETTLE = 3.0
"""Seconds until all clients have started; not counted."""
_BUSY = 0.9
"""The use of a resource, relative to its capacity, at which it is the limit."""
_OTHERS = 0.3
"""Cores that the kernel and the sampling use at most."""


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("/tmp/growth-data/data"),
    help="Data folder.",
)
@click.option("--compilation", default="rows30m")
@click.option(
    "--genes",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="GFF3 file of its genes.",
)
@click.option("--seconds", default=8.0, help="Duration for each number of clients.")
@click.option(
    "--clients", type=int, multiple=True, default=CLIENTS, help="Number of clients (repeatable)."
)
def main(
    data: Path, compilation: str, genes: Path, seconds: float, clients: tuple[int, ...]
) -> None:
    """Runs every mix with every number of clients."""
    with TemporaryDirectory() as folder, serving(data) as served:
        symbols = Path(folder) / "genes.txt"
        symbols.write_text("\n".join(_symbols(genes)) + "\n")
        options = ["--host", served.url, "--compilation", compilation, "--genes", str(symbols)]
        runs = []
        for mix, number in product(MIXES, clients):
            figures = run(served, [*options, mix], clients=number, seconds=seconds)
            runs.append({"mix": mix, "clients": number, **figures})
    write_result("clients", {"compilation": compilation, "seconds": seconds, "runs": runs})


def _symbols(genes: Path) -> list[str]:
    symbols = []
    for line in genes.read_text().splitlines():
        fields = line.split("\t")
        if not line.startswith("#") and fields[2] == "gene":
            attributes = dict(pair.split("=", 1) for pair in fields[8].split(";"))
            symbols.append(attributes["gene_name"])
    return symbols


def run(served: Served, options: list[str], *, clients: int, seconds: float) -> dict[str, Any]:
    """Throughput, latency and errors of this many clients, and the busy processors (1 = one core) of
    every group.
    """
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(LOCUSTFILE),
        "--headless",
        "--json",
        "--reset-stats",
    ]
    quiet = ["--loglevel", "ERROR", "--exit-code-on-error", "0"]
    amount = [
        "--users",
        str(clients),
        "--spawn-rate",
        str(clients),
        "--run-time",
        f"{_SETTLE + seconds:.0f}s",
    ]
    words = [*command, *quiet, *amount, *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as locust:
        time.sleep(_SETTLE)
        groups = {"server": served.server, "postgres": served.postgres, "client": tree(locust.pid)}
        psutil.cpu_percent()
        began = time.monotonic()
        with watched(groups) as uses:
            time.sleep(seconds - 1)
        elapsed = time.monotonic() - began
        machine = psutil.cpu_percent() / 100 * (os.cpu_count() or 1)
        output, _ = locust.communicate()
    if locust.returncode:
        raise subprocess.CalledProcessError(locust.returncode, words)
    cores = {name: use.cpu_seconds / elapsed for name, use in uses.items()} | {"machine": machine}
    return {
        **_summary(json.loads(output)),
        "cores": cores,
        "limit": limit(cores),
        "load_average": os.getloadavg()[0],
    }


def _summary(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures of all requests together, and the number of requests by name."""
    times: list[float] = []
    for entry in entries:
        for milliseconds, count in entry["response_times"].items():
            times += [float(milliseconds)] * count
    began = min(entry["start_time"] for entry in entries)
    ended = max(entry["last_request_timestamp"] for entry in entries)
    return {
        "requests": len(times),
        "errors": sum(entry["num_failures"] for entry in entries),
        "requests_per_second": len(times) / (ended - began),
        "ms": {f"p{part}": percentile(times, part) for part in (50, 95, 99)},
        "kinds": {entry["name"]: entry["num_requests"] for entry in entries},
        "mean_bytes": sum(entry["total_content_length"] for entry in entries) / max(1, len(times)),
    }


def limit(cores: dict[str, float]) -> str:
    """The resource that is used up; "waiting for answers" if none is, as with few clients."""
    others = cores["machine"] - cores["server"] - cores["postgres"] - cores["client"]
    if cores["machine"] >= _BUSY * (os.cpu_count() or 1):
        return "processors" if others < _OTHERS else "processors, which other programs used as well"
    return "the client's one process" if cores["client"] >= _BUSY else "waiting for answers"


if __name__ == "__main__":
    run_command(partial(main, standalone_mode=False))
