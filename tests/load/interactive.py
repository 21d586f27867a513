"""Latency of interactive requests, with and without a concurrent export of all rows.

    python tests/load/interactive.py http://127.0.0.1:8000 sim --clients 20 --seconds 10

Prints p50, p95 and p99 in milliseconds, the speed of the export and the memory of the server (its
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
    """Requests random windows of 100 kb until the time is over; adds the milliseconds of each."""
    chance = random.Random(seed)
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    while time.monotonic() < until:
        start = chance.randrange(1, 100_000_000)
        region = quote(f"chr{chance.randint(1, 12)}:{start}-{start + 100_000}")
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/compilations/{compilation}/junctions?region={region}")
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        times.append(1000 * (time.perf_counter() - began))


def export(address: str, compilation: str, until: float, exports: list[tuple[int, float]]) -> None:
    """Reads exports of all rows with samples, one after the other; adds bytes and seconds of each."""
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        began, size = time.perf_counter(), 0
        connection.request(
            "GET", f"/api/v1/compilations/{compilation}/junctions:export.tsv?samples=true"
        )
        response = connection.getresponse()
        assert response.status == 200, response.status
        while piece := response.read(1 << 20):
            size += len(piece)
        exports.append((size, time.perf_counter() - began))
        connection.close()


def is_server(process: psutil.Process) -> bool:
    """Tells if a process runs `snapshard serve`."""
    words = process.info["cmdline"] or []
    return "serve" in words and "snapshard" in (Path(word).name for word in words)


def watch(until: float, peaks: list[float]) -> None:
    """Samples the megabytes of the largest of the server's processes on this machine."""
    servers = [process for process in psutil.process_iter(["cmdline"]) if is_server(process)]
    while time.monotonic() < until:
        peaks.append(max(process.memory_info().rss for process in servers) / 1e6)
        time.sleep(0.05)


def measure(address: str, compilation: str, *, clients: int, seconds: float, exports: int) -> None:
    """Measures with this many clients and concurrent exports, and prints one line."""
    times: list[float] = []
    transfers: list[tuple[int, float]] = []
    peaks: list[float] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=ask, args=(address, compilation, until, seed, times))
        for seed in range(clients)
    ]
    threads.append(threading.Thread(target=watch, args=(until, peaks)))
    threads += [
        threading.Thread(target=export, args=(address, compilation, until, transfers))
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
    size, duration = sum(size for size, _ in transfers), sum(seconds for _, seconds in transfers)
    print(
        f"{clients} clients, {exports} exports: {len(times) / seconds:.0f} responses/s,"
        f" p50 {p50:.1f} p95 {p95:.1f} p99 {p99:.1f} ms;"
        f" {len(transfers)} exports at {size / max(1e-9, duration) / 1e6:.0f} MB/s;"
        f" largest process {max(peaks):.0f} MB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address")
    parser.add_argument("compilation")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    for exports in (0, 1):
        measure(
            arguments.address,
            arguments.compilation,
            clients=arguments.clients,
            seconds=arguments.seconds,
            exports=exports,
        )
