"""Many clients at once: locust against the server as shipped, and which resource limits them.

    python -m analysis.clients --data FOLDER --compilation NAME --genes GFF3     writes results/clients.json

Two mixes (analysis/locustfile.py) from 1 to 64 clients, each asking without pause over loopback.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import psutil

from analysis.measuring import percentile, write_result
from analysis.processes import tree, watched
from analysis.serving import Served, serving

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
MIXES = ("GeneWindows", "Mixed")
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
_SETTLE = 3.0  # seconds until all clients are asking; not counted
_BUSY = 0.9  # of what there is of a resource: then it is what limits
_OTHERS = 0.3  # cores; the kernel and the looking itself take less


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("/tmp/growth-data/data"),
    help="Folder of the embedded server.",
)
@click.option("--compilation", default="rows30m")
@click.option(
    "--genes",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="GFF3 of its genes.",
)
@click.option("--seconds", default=8.0, help="How long each number of clients asks.")
@click.option("--clients", type=int, multiple=True, default=CLIENTS, help="How many (repeatable).")
def main(
    data: Path, compilation: str, genes: Path, seconds: float, clients: tuple[int, ...]
) -> None:
    """Runs every mix with every number of clients."""
    with TemporaryDirectory() as folder, serving(data) as served:
        symbols = Path(folder) / "genes.txt"
        symbols.write_text("\n".join(_symbols(genes)) + "\n")
        asked = ["--host", served.url, "--compilation", compilation, "--genes", str(symbols)]
        runs = [
            {
                "mix": mix,
                "clients": number,
                **run(served, [*asked, mix], clients=number, seconds=seconds),
            }
            for mix in MIXES
            for number in clients
        ]
    write_result("clients", {"compilation": compilation, "seconds": seconds, "runs": runs})


def _symbols(genes: Path) -> list[str]:
    fields = (
        line.rstrip("\n").split("\t")
        for line in genes.read_text().splitlines()
        if not line.startswith("#")
    )
    attributes = (
        dict(one.split("=", 1) for one in line[8].split(";"))
        for line in fields
        if line[2] == "gene"
    )
    return [found["gene_name"] for found in attributes]


def run(served: Served, asked: list[str], *, clients: int, seconds: float) -> dict[str, Any]:
    """Throughput, latency and errors of so many clients, and the processors (1 = one core) that
    everybody kept busy.
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
    words = [*command, *quiet, *amount, *asked]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as locust:
        time.sleep(_SETTLE)
        groups = {"server": served.server, "postgres": served.postgres, "client": tree(locust.pid)}
        psutil.cpu_percent()
        began = time.monotonic()
        with watched(groups) as uses:
            time.sleep(seconds - 1)
        passed, machine = (
            time.monotonic() - began,
            psutil.cpu_percent() / 100 * (os.cpu_count() or 1),
        )
        printed, _ = locust.communicate()
    if locust.returncode:
        raise subprocess.CalledProcessError(locust.returncode, words)
    cores = {name: use.cpu_seconds / passed for name, use in uses.items()} | {"machine": machine}
    return {
        **_answered(json.loads(printed)),
        "cores": cores,
        "limit": limit(cores),
        "load_average": os.getloadavg()[0],
    }


def _answered(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Of all requests together, and of each kind."""
    times = [
        float(ms)
        for entry in entries
        for ms, count in entry["response_times"].items()
        for _ in range(count)
    ]
    began, ended = (
        min(entry["start_time"] for entry in entries),
        max(entry["last_request_timestamp"] for entry in entries),
    )
    return {
        "requests": len(times),
        "errors": sum(entry["num_failures"] for entry in entries),
        "requests_per_second": len(times) / (ended - began),
        "ms": {f"p{part}": percentile(times, part) for part in (50, 95, 99)},
        "kinds": {entry["name"]: entry["num_requests"] for entry in entries},
        "mean_bytes": sum(entry["total_content_length"] for entry in entries) / max(1, len(times)),
    }


def limit(cores: dict[str, float]) -> str:
    """The resource of which nothing was left; "waiting for answers" if there was some of
    everything, as with few clients.
    """
    others = cores["machine"] - cores["server"] - cores["postgres"] - cores["client"]
    if cores["machine"] >= _BUSY * (os.cpu_count() or 1):
        return "processors" if others < _OTHERS else "processors, which other programs used as well"
    return "the client's one process" if cores["client"] >= _BUSY else "waiting for answers"


if __name__ == "__main__":
    main()
