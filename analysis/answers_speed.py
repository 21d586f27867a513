"""Measures answers about junctions over HTTP on a simulated compilation: evidence with the coverage of
the place, PSI of a cassette exon per tissue, the comparison of two tissues over a gene, the splice
sites near a position.

    python -m analysis.answers_speed --junctions 1000000 --samples 9662

It simulates and loads the compilation into a temporary folder, or uses a folder that has one
(`--folder`), and serves it with one worker. The places are genes with a cassette exon whose junctions
many samples have. Each request is sent once to warm up, then `--repeats` times, in turns. The server keeps
the reads of recent genes, so the first evidence of a gene takes longer; `first` has its median. The processor
time of the server and of PostgreSQL is measured in a second run; it shows how much of the time other
programs took.
"""

import argparse
import json
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from analysis.measuring import percentile, write_result
from analysis.processes import watched
from analysis.serving import COMMAND, Served, serving

SEED = 3
BARS = {
    "evidence": 15,
    "psi": 15,
    "compare psi": 100,
    "compare prevalence": 100,
    "variant": None,
}
"""The median milliseconds that an answer may take; None if there is no bar."""


@dataclass(frozen=True)
class Place:
    """A gene with one of its cassette exons, the junction that skips it, and that junction's first
    base.
    """

    gene: str
    exon: str
    junction: str
    base: str


def main() -> None:
    """Measures, prints, and writes results/answers-speed.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junctions", type=int, default=1_000_000)
    parser.add_argument("--samples", type=int, default=9_662)
    parser.add_argument("--places", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument(
        "--folder", type=Path, help="a folder with sim/ and data/ of an earlier run"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snapshard-answers-") as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "data").is_dir():
            load(folder, options.junctions, options.samples)
        with (
            serving(folder / "data", workers=1) as served,
            httpx.Client(base_url=f"{served.url}/api/v1/compilations/sim", timeout=60) as client,
        ):
            places = find_places(client, options.places)
            figures = measure(client, places, options.repeats)
            for name, milliseconds in processor_time(
                client, places, options.repeats, served
            ).items():
                figures[name]["processor"] = milliseconds
    write_result("answers-speed", {**vars(options), "folder": None, "milliseconds": figures})
    for name, figure in figures.items():
        print(name, json.dumps(figure))


def load(folder: Path, junctions: int, samples: int) -> None:
    """Simulates and loads the compilation `sim`."""
    size = ("--junctions", str(junctions), "--samples", str(samples), "--seed", str(SEED))
    if not (folder / "sim" / "compilation.json").exists():
        subprocess.run([*COMMAND, "simulate", str(folder / "sim"), *size], check=True)
    data = ("--data", str(folder / "data"))
    subprocess.run([*COMMAND, "load", str(folder / "sim"), *data], check=True)


def find_places(client: httpx.Client, count: int) -> list[Place]:
    """Places in genes at random, in the order in which they were drawn."""
    genes = client.get("/genes", params={"prefix": "SIMG", "limit": 1_000}).json()["genes"]
    random.Random(SEED).shuffle(genes)
    places: list[Place] = []
    for gene in genes:
        place = next(_cassettes(client, gene["symbol"]), None)
        if place is not None:
            places.append(place)
        if len(places) == count:
            break
    return places


def _cassettes(client: httpx.Client, gene: str) -> Iterator[Place]:
    """The cassette exons of a gene whose three junctions a tenth of the samples have."""
    parameters = {"gene": gene, "limit": 5_000, "match": "contains"}
    page = client.get("/junctions", params=parameters).json()
    least = page["about"]["sample_count"] / 10
    rows = [row for row in page["rows"] if row["samples_count"] >= least]
    spans = {(row["start"], row["end"], row["strand"]): row for row in rows}
    for start, end, strand in spans:
        for first, last, other_strand in spans:
            skip = spans.get((start, last, strand))
            if strand == other_strand and first > end + 1 and skip:
                exon = f"{skip['chromosome']}:{end + 1}-{first - 1}:{strand}"
                yield Place(gene, exon, skip["name"], f"{skip['chromosome']}:{start}")


def measure(client: httpx.Client, places: list[Place], repeats: int) -> dict[str, dict[str, Any]]:
    """The milliseconds of each answer: median, 95th percentile, median of the first requests about each
    place, bar, and what was asked.
    """
    tissues = _largest_tissues(client)
    times: dict[str, list[float]] = {name: [] for name in BARS}
    first_times: dict[str, list[float]] = {name: [] for name in BARS}
    tests: dict[str, list[int]] = {name: [] for name in BARS}
    for turn in range(repeats + 1):
        for place in places:
            for name, (path, parameters) in _requests(place, tissues).items():
                began = time.perf_counter()
                response = client.get(path, params=parameters).raise_for_status()
                milliseconds = 1000 * (time.perf_counter() - began)
                (times if turn else first_times)[name].append(milliseconds)
                if not turn and "tested" in (answer := response.json()):
                    tests[name].append(answer["tested"])
    return {
        name: {
            "median": round(percentile(values, 50), 2),
            "p95": round(percentile(values, 95), 2),
            "first": round(percentile(first_times[name], 50), 2),
            "bar": BARS[name],
            "requests": len(values),
            **({"tests": sum(tests[name]) / len(places)} if tests[name] else {}),
        }
        for name, values in times.items()
    }


def processor_time(
    client: httpx.Client, places: list[Place], repeats: int, served: Served
) -> dict[str, dict[str, float]]:
    """The milliseconds of processor time that an answer takes in the server and in PostgreSQL; other
    programs on the machine do not change them much.
    """
    tissues = _largest_tissues(client)
    figures: dict[str, dict[str, float]] = {}
    for name in BARS:
        requests = [_requests(place, tissues)[name] for place in places]
        with watched({"server": served.server, "postgres": served.postgres}) as uses:
            for path, parameters in requests * repeats:
                client.get(path, params=parameters).raise_for_status()
        figures[name] = {
            process: round(1000 * use.cpu_seconds / len(places) / repeats, 2)
            for process, use in uses.items()
        }
    return figures


def _largest_tissues(client: httpx.Client) -> list[str]:
    """The two groups with most samples."""
    groups = client.get("/groups").json()["groups"]
    return [group["group"] for group in sorted(groups, key=lambda group: -group["sample_count"])][
        :2
    ]


def _requests(place: Place, tissues: list[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """The path and parameters of each answer."""
    comparison = {"gene": place.gene, "group": tissues}
    return {
        "evidence": (f"/junctions/{place.junction}/evidence", {}),
        "psi": ("/psi", {"exon": place.exon}),
        "compare psi": ("/compare", comparison),
        "compare prevalence": ("/compare", {**comparison, "measure": "prevalence"}),
        "variant": (f"/variants/{place.base}", {}),
    }


if __name__ == "__main__":
    main()
