"""How quickly interactive questions are answered, with and without an export of everything beside
them.

    python tests/load/interactive.py http://127.0.0.1:8000 demo --clients 20 --seconds 10

Prints p50, p95 and p99 in milliseconds, the export's speed and the server's memory (of its
processes on this machine).
"""

import argparse
import http.client
import random
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil


def ask(address: str, compilation: str, until: float, seed: int, times: list[float]) -> None:
    """Asks for random windows of 100 kb until the time is over; the milliseconds of every answer."""
    chance = random.Random(seed)
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    while time.monotonic() < until:
        start = chance.randrange(1, 100_000_000)
        region = quote(f"chr{chance.randint(1, 12)}:{start}-{start + 100_000}")
        asked = time.perf_counter()
        connection.request("GET", f"/api/v1/compilations/{compilation}/junctions?region={region}")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        times.append(1000 * (time.perf_counter() - asked))


def export(address: str, compilation: str, until: float, done: list[tuple[int, float]]) -> None:
    """Reads exports of all rows with samples, one after the other; bytes and seconds."""
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        asked, size = time.perf_counter(), 0
        connection.request(
            "GET", f"/api/v1/compilations/{compilation}/junctions:export.tsv?samples=true"
        )
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        while piece := answer.read(1 << 20):
            size += len(piece)
        done.append((size, time.perf_counter() - asked))
        connection.close()


def servers() -> list[psutil.Process]:
    """The processes of `snapshard serve` on this machine."""
    every = ((one, one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"]))
    return [
        one
        for one, words in every
        if "serve" in words and any(Path(word).name == "snapshard" for word in words)
    ]


def watch(until: float, peaks: list[float]) -> None:
    """The megabytes that the largest of the server's processes holds, time after time."""
    found = servers()
    while time.monotonic() < until:
        peaks.append(max(one.memory_info().rss for one in found) / 1e6)
        time.sleep(0.05)


def measure(address: str, compilation: str, *, clients: int, seconds: float, exports: int) -> None:
    """One line of the report."""
    times: list[float] = []
    done: list[tuple[int, float]] = []
    peaks: list[float] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=ask, args=(address, compilation, until, seed, times))
        for seed in range(clients)
    ]
    threads.append(threading.Thread(target=watch, args=(until, peaks)))
    threads += [
        threading.Thread(target=export, args=(address, compilation, until, done))
        for _ in range(exports)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    p50, p95, p99 = (
        times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.95, 0.99)
    )
    speed = sum(size for size, _ in done) / max(1e-9, sum(took for _, took in done)) / 1e6
    print(
        f"{clients} clients, {exports} exports: {len(times) / seconds:.0f} answers/s,"
        f" p50 {p50:.1f} p95 {p95:.1f} p99 {p99:.1f} ms;"
        f" {len(done)} exports at {speed:.0f} MB/s; largest process {max(peaks):.0f} MB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address")
    parser.add_argument("compilation")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    for exports in (0, 1):
        measure(
            given.address,
            given.compilation,
            clients=given.clients,
            seconds=given.seconds,
            exports=exports,
        )
