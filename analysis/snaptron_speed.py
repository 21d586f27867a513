"""Measures Snaptron's protocol as its clients use it, on a million junctions: one request at a time,
then a hundred at once.

    python -m analysis.snaptron_speed

This takes some minutes and 2 GB, and writes results/snaptron-speed.json and part of
docs/snaptron.md. It simulates and loads the junctions into a temporary folder and starts the server
as shipped. Every request opens a connection of its seconds_of, as qs does. Regions begin at starts of
junctions, drawn with a fixed seed. A profile of the same requests in one process, without HTTP,
shows where the time goes; a profiler slows Python down, so Python's share is overestimated.
"""

import argparse
import base64
import cProfile
import os
import pstats
import random
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from analysis.measuring import spread, write_result
from analysis.processes import Find, tree
from analysis.serving import COMMAND, Served, serving
from analysis.snaptron_page import SPEED, write_page
from snapshard.commands.running import run_command
from snapshard.settings import Settings
from snapshard_ui import create_app

SEED, REPEATS, WARM, SAMPLES = 5, 40, 3, 2_000
CLIENTS, ROUNDS = 100, 5
SMALL, LARGE = 10_000, 1_000_000
ORIGINAL = {"10 kb": "330 (11 inside its process)", "1 Mb": "390 (91 inside its process)"}
OTHERWISE = "330 to 1,318"
"""Milliseconds that the original took on a million rows: these two requests were measured
individually; all others lay between the bounds.
"""
WHERE = (
    ("waiting for PostgreSQL and reading its answers", r"psycopg|select\.poll|'poll'"),
    ("asking whether the shard is alive", r"select\.select|pools\.py"),
    ("building statements", r"sqlalchemy"),
    ("unpacking blocks", r"zstandard|zstd"),
    ("Flask", r"flask|werkzeug|jinja"),
    ("numpy", r"numpy"),
    ("Snapshard's seconds_of Python", r"/snapshard"),
)
"""Shares of the time, and a pattern of the functions in the profile that belong to each; the first
match counts.
"""


class Asker:
    """Draws requests at random for the compilation of a server."""

    def __init__(self, url: str, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        ids = ",".join(str(self._random.randrange(900_000)) for _ in range(300))
        path = f"snaptron?ids={ids}&fields=chromosome,start&header=0"
        fields = [line.split("\t") for line in get(url, path).decode().splitlines()]
        self._starts = [(chromosome, int(start)) for _, chromosome, start in fields]
        samples = get(url, "samples?all=1").decode().splitlines()[1:]
        self._samples = [line.split("\t")[0] for line in samples]

    def region(self, width: int) -> str:
        """A region of this width that begins with a junction."""
        chrom, start = self._random.choice(self._starts)
        return f"{chrom}:{start}-{start + width - 1}"

    def longest_chromosome(self) -> str:
        """The chromosome with the most junctions."""
        return Counter(chrom for chrom, _ in self._starts).most_common(1)[0][0]

    def window(self, width: int, more: str = "") -> str:
        """A request for a region."""
        return f"snaptron?regions={self.region(width)}{more}"

    def sids(self, count: int) -> str:
        """A restriction to so many samples."""
        return "&sids=" + ",".join(self._random.sample(self._samples, count))

    def ids(self) -> str:
        """A request for a hundred records."""
        return "snaptron?ids=" + ",".join(str(self._random.randrange(900_000)) for _ in range(100))

    def bulk(self) -> bytes:
        """The form of fifty queries of 10 kb."""
        queries = "|||".join(
            f"group=g{n}&regions={self.region(SMALL)}{'&header=0' if n else ''}" for n in range(50)
        )
        return b"groups=" + urllib.parse.quote_plus(base64.b64encode(queries.encode())).encode()

    def cases(self) -> dict[str, Callable[[], tuple[str, bytes | None]]]:
        """Functions that draw a request, by name; each returns a path, and a form or None."""
        cases: dict[str, Callable[[], tuple[str, bytes | None]]] = {}
        for name, width in (("10 kb", SMALL), ("1 Mb", LARGE)):
            cases[name] = lambda w=width: (self.window(w), None)
            cases[f"{name}, samples_count>:20"] = lambda w=width: (
                self.window(w, "&rfilter=samples_count>:20"),
                None,
            )
            cases[f"{name}, 5 sids"] = lambda w=width: (self.window(w, self.sids(5)), None)
            cases[f"{name}, 500 sids"] = lambda w=width: (self.window(w, self.sids(500)), None)
            cases[f"{name}, sfilter"] = lambda w=width: (
                self.window(w, "&sfilter=SMTS:Brain"),
                None,
            )
        cases["100 ids"] = lambda: (self.ids(), None)
        cases["50 queries of 10 kb in bulk"] = lambda: ("snaptron", self.bulk())
        return cases


def main() -> None:
    """Loads the junctions, starts a server, measures it and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--junctions", type=int, default=1_000_000)
    junctions = parser.parse_args().junctions
    with tempfile.TemporaryDirectory(prefix="snapshard-speed-") as folder:
        # PostgreSQL runs as a user of its seconds_of if this runs as root.
        os.chmod(folder, 0o755)
        data = load(Path(folder), junctions)
        with serving(data) as served:
            figures = {
                "junctions": junctions,
                "samples": SAMPLES,
                "requests": measure_requests(served.url),
                "whole": measure_whole(served),
                "many": measure_many(served.url),
            }
            asker = Asker(served.url, SEED + 1)
        figures["spent"] = {
            name: profile(data, asker, name)
            for name in ("10 kb", "1 Mb", "50 queries of 10 kb in bulk")
        }
    write_result(SPEED, figures)
    write_page()


def load(folder: Path, junctions: int) -> Path:
    """A data folder with this many simulated junctions on five shards."""
    source, data = folder / "sim", folder / "data"
    simulate = ["simulate", source, "--junctions", junctions, "--samples", SAMPLES, "--seed", SEED]
    for command in (
        simulate,
        ["load", source, "--compilation", "sim", "--data", data, "--shards", 5],
    ):
        subprocess.run([*COMMAND, *map(str, command)], check=True)
    return data


def get(url: str, path: str, form: bytes | None = None) -> bytes:
    """The body of a response, requested on a connection of its seconds_of."""
    with urllib.request.urlopen(f"{url}/sim/{path}", form, timeout=60) as response:
        content: bytes = response.read()
        return content


def measure_requests(url: str) -> list[dict[str, Any]]:
    """Milliseconds and kilobytes of every case, after a few requests to warm up; the cases take
    turns.
    """
    asker = Asker(url)
    cases = asker.cases()
    times: dict[str, list[float]] = {name: [] for name in cases}
    sizes: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(WARM + REPEATS):
        for name, case in cases.items():
            path, form = case()
            began = time.perf_counter()
            size = len(get(url, path, form))
            if number >= WARM:
                times[name].append(1000 * (time.perf_counter() - began))
                sizes[name].append(size / 1000)
    return [
        {
            "request": name,
            "ms": spread(times[name]),
            "kb": spread(sizes[name])["median"],
            "original": ORIGINAL.get(name, OTHERWISE),
        }
        for name in cases
    ]


def measure_whole(served: Served) -> dict[str, float]:
    """The response for a whole chromosome: time to the first byte, longest wait between two pieces,
    and growth of the server's memory.
    """
    processes = tree(served.pid)
    path = f"/sim/snaptron?regions={Asker(served.url).longest_chromosome()}:1-300000000"
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as client:
        before = _resident(processes)
        began = last = time.perf_counter()
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        first = silence = 0.0
        size, pieces, peak = 0, 0, before
        while piece := client.recv(1 << 20):
            now = time.perf_counter()
            first = first or now - began
            silence, last = max(silence, now - last), now
            size, pieces = size + len(piece), pieces + 1
            if pieces % 20 == 0:
                peak = max(peak, _resident(processes))
                last = time.perf_counter()
    return {
        "megabytes": size / 1e6,
        "seconds": time.perf_counter() - began,
        "first_byte_ms": 1000 * first,
        "silence_ms": 1000 * silence,
        "grown_mb": (max(peak, _resident(processes)) - before) / 1e6,
    }


def _resident(processes: Find) -> int:
    return sum(process.memory_info().rss for process in processes())


def measure_many(url: str) -> dict[str, dict[str, float]]:
    """A hundred clients with one request of 10 kb each: alone, and while a whole chromosome is
    downloaded again and again.
    """
    bursts = {"alone": _burst(url)}
    ended = threading.Event()
    chromosome = Asker(url).longest_chromosome()

    def send() -> None:
        while not ended.is_set():
            get(url, f"snaptron?regions={chromosome}:1-300000000")

    sender = threading.Thread(target=send)
    sender.start()
    bursts["beside a whole chromosome"] = _burst(url)
    ended.set()
    sender.join()
    return bursts


def _burst(url: str) -> dict[str, float]:
    asker = Asker(url)
    times: list[float] = []
    for _ in range(ROUNDS):
        paths = [asker.window(SMALL) for _ in range(CLIENTS)]
        barrier = threading.Barrier(CLIENTS)

        def ask(path: str, barrier: threading.Barrier = barrier) -> float:
            barrier.wait()
            began = time.perf_counter()
            get(url, path)
            return 1000 * (time.perf_counter() - began)

        with ThreadPoolExecutor(CLIENTS) as pool:
            times += pool.map(ask, paths)
    ordered = sorted(times)
    return {
        "requests": len(ordered),
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[int(0.99 * len(ordered))],
    }


def profile(data: Path, asker: Asker, name: str) -> dict[str, float]:
    """Shares of the time that some requests take in this process, by the names of WHERE."""
    app = create_app(Settings(data=data))
    client, case = app.test_client(), asker.cases()[name]
    profiler = cProfile.Profile()
    for number in range(WARM + REPEATS):
        path, form = case()
        form_type = {"content_type": "application/x-www-form-urlencoded"} if form else {}
        if number == WARM:
            profiler.enable()
        client.open(
            f"/sim/{path}", method="POST" if form else "GET", data=form, **form_type
        ).get_data()
    profiler.disable()
    return _shares(pstats.Stats(profiler))


def _shares(stats: pstats.Stats) -> dict[str, float]:
    seconds_of: Counter[str] = Counter()
    for (file, _, function), (_, _, seconds, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        called = f"{file} {function}"
        part = next(
            (part for part, form in WHERE if re.search(form, called)),
            "Python's seconds_of library and the rest",
        )
        seconds_of[part] += seconds
    return {part: seconds / seconds_of.total() for part, seconds in seconds_of.most_common()}


if __name__ == "__main__":
    run_command(main)
