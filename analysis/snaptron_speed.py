"""Medians of the Snaptron protocol over HTTP: python analysis/snaptron_speed.py prints the table of docs/snaptron.md.

Simulates and loads the junctions into a temporary folder, starts the server as shipped, and asks one request at a time over
connections of their own, as qs does. Places are drawn with a fixed seed among the starts of junctions.
"""

import argparse
import base64
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable

SEED, REPEATS, SAMPLES, PORT = 5, 40, 2_000, 18_653
COMMAND = [sys.executable, "-m", "snapshard"]
ORIGINAL = {
    "10 kb": "330 (11 inside)",
    "1 Mb": "390 (91 inside)",
}
"""What the original took on a million rows over HTTP, and inside its process, without starting one per request (design notes)."""


def ask(path: str, body: bytes | None = None) -> bytes:
    """The answer to one request on a connection of its own."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/sim/{path}", body, timeout=60) as answer:
        content: bytes = answer.read()
        return content


def median(request: Callable[[], bytes]) -> tuple[float, float]:
    """Milliseconds and answered kilobytes, the medians of some repeats after two that warm up."""
    times, sizes = [], []
    for number in range(REPEATS + 2):
        began = time.perf_counter()
        size = len(request())
        if number > 1:
            times.append(1000 * (time.perf_counter() - began))
            sizes.append(size / 1000)
    return statistics.median(times), statistics.median(sizes)


def cases(starts: list[tuple[str, int]], samples: list[str]) -> dict[str, Callable[[], bytes]]:
    """What is measured, by name."""

    def place(width: int) -> str:
        chrom, start = random.choice(starts)
        return f"{chrom}:{start}-{start + width - 1}"

    def sids(count: int) -> str:
        return ",".join(random.sample(samples, count))

    def bulk() -> bytes:
        queries = "|||".join(f"group=g{n}&regions={place(10_000)}{'&header=0' if n else ''}" for n in range(50))
        return ask("snaptron", b"groups=" + urllib.parse.quote_plus(base64.b64encode(queries.encode())).encode())

    small, large = 10_000, 1_000_000
    return {
        "10 kb": lambda: ask(f"snaptron?regions={place(small)}"),
        "1 Mb": lambda: ask(f"snaptron?regions={place(large)}"),
        "10 kb, samples_count>:20": lambda: ask(f"snaptron?regions={place(small)}&rfilter=samples_count>:20"),
        "1 Mb, samples_count>:20": lambda: ask(f"snaptron?regions={place(large)}&rfilter=samples_count>:20"),
        "1 Mb, 5 sids": lambda: ask(f"snaptron?regions={place(large)}&sids={sids(5)}"),
        "1 Mb, 500 sids": lambda: ask(f"snaptron?regions={place(large)}&sids={sids(500)}"),
        "1 Mb, sfilter": lambda: ask(f"snaptron?regions={place(large)}&sfilter=SMTS:Brain"),
        "100 ids": lambda: ask("snaptron?ids=" + ",".join(str(random.randrange(900_000)) for _ in range(100))),
        "50 queries of 10 kb in bulk": bulk,
    }


def main() -> None:
    """Loads, serves, measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junctions", default="1000000")
    parser.add_argument("--data", help="a folder that holds the simulated compilation `sim` already")
    given = parser.parse_args()
    random.seed(SEED)
    with tempfile.TemporaryDirectory(prefix="snapshard-speed-") as folder:
        # PostgreSQL runs as a user of its own if this runs as root.
        os.chmod(folder, 0o755)
        data = given.data or load(folder, given.junctions)
        with open(f"{folder}/log", "wb") as log:
            serve = subprocess.Popen([*COMMAND, "serve", "--data", data, "--port", str(PORT)], stdout=log, stderr=log)
            try:
                measure()
            finally:
                serve.terminate()
                serve.wait()


def load(folder: str, junctions: str) -> str:
    """The folder of an embedded server with that many simulated junctions."""
    source, data = f"{folder}/sim", f"{folder}/data"
    simulate = ["simulate", source, "--junctions", junctions, "--samples", str(SAMPLES), "--seed", str(SEED)]
    subprocess.run([*COMMAND, *simulate], check=True)
    subprocess.run([*COMMAND, "load", source, "--compilation", "sim", "--data", data, "--shards", "5"], check=True)
    return data


def measure() -> None:
    """Prints a line per case."""
    for _ in range(200):
        try:
            ask("snaptron?ids=1")
            break
        except OSError:
            time.sleep(0.1)
    some = ",".join(str(random.randrange(900_000)) for _ in range(300))
    lines = [line.split("\t") for line in ask(f"snaptron?ids={some}&fields=chromosome,start&header=0").decode().splitlines()]
    samples = [line.split("\t")[0] for line in ask("samples?all=1").decode().splitlines()[1:]]
    print("| request | ms | kB | the original, ms |\n|---|---|---|---|")
    for name, request in cases([(line[1], int(line[2])) for line in lines], samples).items():
        milliseconds, kilobytes = median(request)
        print(f"| {name} | {milliseconds:.1f} | {kilobytes:,.0f} | {ORIGINAL.get(name, '330 to 1,318')} |")


if __name__ == "__main__":
    main()
