"""Measures Snaptron's protocol as its clients meet it: a million junctions, one request at a time,
then a hundred at once.

    python -m analysis.snaptron_speed     some minutes and 2 GB; writes results/snaptron-speed.json and part of docs/snaptron.md

Simulates and loads the junctions into a temporary folder and starts the server as shipped. Requests
go over connections of their own, as qs opens them. Places are drawn with a fixed seed among the
starts of junctions. Where the time goes is told by a profile of the same requests in one process,
without HTTP; a profiler slows Python down, so its part is too large rather than too small.
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
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from analysis.measuring import spread, write_result
from analysis.snaptron_page import SPEED, write_page
from snapshard.settings import Settings
from snapshard_ui import create_app

SEED, REPEATS, WARM, SAMPLES, PORT = 5, 40, 3, 2_000, 18_653
CLIENTS, ROUNDS = 100, 5
COMMAND = [sys.executable, "-m", "snapshard"]
SMALL, LARGE = 10_000, 1_000_000
ORIGINAL = {"10 kb": "330 (11 inside its process)", "1 Mb": "390 (91 inside its process)"}
OTHERWISE = "330 to 1,318"
"""What the original took on a million rows: these two were measured one by one, and all requests
lay between those bounds.
"""
WHERE = (
    ("waiting for PostgreSQL and reading its answers", r"psycopg|select\.poll|'poll'"),
    ("asking whether the shard is alive", r"select\.select|pools\.py"),
    ("building statements", r"sqlalchemy"),
    ("unpacking blocks", r"zstandard|zstd"),
    ("Flask", r"flask|werkzeug|jinja"),
    ("numpy", r"numpy"),
    ("Snapshard's own Python", r"/snapshard"),
)
"""Parts of the time and what the profiler calls their functions; the first that fits counts."""


class Asker:
    """Draws requests to the compilation and asks them."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        some = ",".join(str(self._random.randrange(900_000)) for _ in range(300))
        lines = get(f"snaptron?ids={some}&fields=chromosome,start&header=0").decode().splitlines()
        self._starts = [(line.split("\t")[1], int(line.split("\t")[2])) for line in lines]
        self._samples = [
            line.split("\t")[0] for line in get("samples?all=1").decode().splitlines()[1:]
        ]

    def place(self, width: int) -> str:
        """A region somewhere where junctions are."""
        chrom, start = self._random.choice(self._starts)
        return f"{chrom}:{start}-{start + width - 1}"

    def longest_chromosome(self) -> str:
        """The chromosome with the most junctions."""
        return Counter(chrom for chrom, _ in self._starts).most_common(1)[0][0]

    def window(self, width: int, more: str = "") -> str:
        """A request for a region."""
        return f"snaptron?regions={self.place(width)}{more}"

    def sids(self, count: int) -> str:
        """A restriction to so many samples."""
        return "&sids=" + ",".join(self._random.sample(self._samples, count))

    def ids(self) -> str:
        """A request for a hundred records."""
        return "snaptron?ids=" + ",".join(str(self._random.randrange(900_000)) for _ in range(100))

    def bulk(self) -> bytes:
        """The form of fifty queries of 10 kb."""
        queries = "|||".join(
            f"group=g{n}&regions={self.place(SMALL)}{'&header=0' if n else ''}" for n in range(50)
        )
        return b"groups=" + urllib.parse.quote_plus(base64.b64encode(queries.encode())).encode()

    def cases(self) -> dict[str, Callable[[], tuple[str, bytes | None]]]:
        """What is measured, by name: each gives a path and perhaps a form."""
        found: dict[str, Callable[[], tuple[str, bytes | None]]] = {}
        for name, width in (("10 kb", SMALL), ("1 Mb", LARGE)):
            found[name] = lambda w=width: (self.window(w), None)
            found[f"{name}, samples_count>:20"] = lambda w=width: (
                self.window(w, "&rfilter=samples_count>:20"),
                None,
            )
            found[f"{name}, 5 sids"] = lambda w=width: (self.window(w, self.sids(5)), None)
            found[f"{name}, 500 sids"] = lambda w=width: (self.window(w, self.sids(500)), None)
            found[f"{name}, sfilter"] = lambda w=width: (
                self.window(w, "&sfilter=SMTS:Brain"),
                None,
            )
        found["100 ids"] = lambda: (self.ids(), None)
        found["50 queries of 10 kb in bulk"] = lambda: ("snaptron", self.bulk())
        return found


def main() -> None:
    """Loads, serves, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--junctions", type=int, default=1_000_000)
    junctions = parser.parse_args().junctions
    with tempfile.TemporaryDirectory(prefix="snapshard-speed-") as folder:
        # PostgreSQL runs as a user of its own if this runs as root.
        os.chmod(folder, 0o755)
        data = load(Path(folder), junctions)
        with served(data, Path(folder) / "log") as server:
            figures = {
                "junctions": junctions,
                "samples": SAMPLES,
                "requests": measure_requests(),
                "whole": measure_whole(server),
                "many": measure_many(),
            }
            asker = Asker(SEED + 1)
        figures["spent"] = {
            name: profile(data, asker, name)
            for name in ("10 kb", "1 Mb", "50 queries of 10 kb in bulk")
        }
    write_result(SPEED, figures)
    write_page()


def load(folder: Path, junctions: int) -> Path:
    """The folder of an embedded server with so many simulated junctions on five shards."""
    source, data = folder / "sim", folder / "data"
    simulate = ["simulate", source, "--junctions", junctions, "--samples", SAMPLES, "--seed", SEED]
    for command in (
        simulate,
        ["load", source, "--compilation", "sim", "--data", data, "--shards", 5],
    ):
        subprocess.run([*COMMAND, *map(str, command)], check=True)
    return data


@contextmanager
def served(data: Path, log: Path) -> Iterator[psutil.Process]:
    """The server as shipped, once it answers; ended on leaving."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--data", str(data), "--port", str(PORT)],
            stdout=output,
            stderr=output,
        )
    try:
        for _ in range(300):
            try:
                get("snaptron?ids=1")
                break
            except OSError:
                time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def get(path: str, form: bytes | None = None) -> bytes:
    """The answer to one request on a connection of its own."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/sim/{path}", form, timeout=60) as answer:
        content: bytes = answer.read()
        return content


def measure_requests() -> list[dict[str, Any]]:
    """Milliseconds and kilobytes of every case, after some requests that warm up; the cases take
    turns.
    """
    asker = Asker()
    cases = asker.cases()
    times: dict[str, list[float]] = {name: [] for name in cases}
    sizes: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(WARM + REPEATS):
        for name, case in cases.items():
            path, form = case()
            began = time.perf_counter()
            size = len(get(path, form))
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


def measure_whole(server: psutil.Process) -> dict[str, float]:
    """A whole chromosome: when its first byte comes, the longest wait between two pieces, and how
    much the server grows.
    """
    path = f"/sim/snaptron?regions={Asker().longest_chromosome()}:1-300000000"
    with socket.create_connection(("127.0.0.1", PORT), timeout=60) as client:
        before = _resident(server)
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
                peak = max(peak, _resident(server))
                last = time.perf_counter()
    return {
        "megabytes": size / 1e6,
        "seconds": time.perf_counter() - began,
        "first_byte_ms": 1000 * first,
        "silence_ms": 1000 * silence,
        "grown_mb": (max(peak, _resident(server)) - before) / 1e6,
    }


def _resident(server: psutil.Process) -> int:
    return sum(one.memory_info().rss for one in (server, *server.children(recursive=True)))


def measure_many() -> dict[str, dict[str, float]]:
    """A hundred clients with one request of 10 kb each, alone, and while a whole chromosome is sent
    again and again.
    """
    found = {"alone": _burst()}
    ended = threading.Event()
    chromosome = Asker().longest_chromosome()

    def send() -> None:
        while not ended.is_set():
            get(f"snaptron?regions={chromosome}:1-300000000")

    sender = threading.Thread(target=send)
    sender.start()
    found["beside a whole chromosome"] = _burst()
    ended.set()
    sender.join()
    return found


def _burst() -> dict[str, float]:
    asker = Asker()
    times: list[float] = []
    for _ in range(ROUNDS):
        paths = [asker.window(SMALL) for _ in range(CLIENTS)]
        barrier = threading.Barrier(CLIENTS)

        def ask(path: str, barrier: threading.Barrier = barrier) -> float:
            barrier.wait()
            began = time.perf_counter()
            get(path)
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
    """Shares of the time of some requests in this process, by WHERE."""
    app = create_app(Settings(data=data))
    client, case = app.test_client(), asker.cases()[name]
    profiler = cProfile.Profile()
    for number in range(WARM + REPEATS):
        path, form = case()
        kind = {"content_type": "application/x-www-form-urlencoded"} if form else {}
        if number == WARM:
            profiler.enable()
        client.open(f"/sim/{path}", method="POST" if form else "GET", data=form, **kind).get_data()
    profiler.disable()
    return _shares(pstats.Stats(profiler))


def _shares(stats: pstats.Stats) -> dict[str, float]:
    own: Counter[str] = Counter()
    for (file, _, function), (_, _, seconds, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        called = f"{file} {function}"
        part = next(
            (part for part, form in WHERE if re.search(form, called)),
            "Python's own library and the rest",
        )
        own[part] += seconds
    return {part: seconds / own.total() for part, seconds in own.most_common()}


if __name__ == "__main__":
    main()
