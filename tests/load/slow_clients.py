"""Latency of an ordinary gene query while other clients are slow, silent or greedy.

    python tests/load/slow_clients.py http://127.0.0.1:8000 sim SIMG00001 --seconds 8

Sends requests only to a server on this machine, for a bounded time. Prints a line for each attack:
requests, errors, p50 and p95 in milliseconds, and the bar: 2 x the idle p95 + 50 ms.
"""

import argparse
import http.client
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

ATTACKS = {
    "idle": {},
    "300 half heads": {"heads": 300},
    "200 half bodies": {"bodies": 200},
    "1,000 silent": {"silent": 1_000},
    "24 stalled exports": {"exports": 24},
    "40 stalled pages": {"pages": 40},
    "32 wide queries": {"wide": 32},
    "all together": {
        "heads": 300,
        "bodies": 200,
        "silent": 1_000,
        "exports": 24,
        "pages": 40,
        "wide": 32,
    },
}
TIMEOUT = 10.0


def half_head(path: str) -> bytes:
    return f"GET {path}/junctions HTTP/1.1\r\nHost: x\r\nX-Slow: ".encode()


def half_body(path: str) -> bytes:
    head = f"POST {path}/junctions:batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return f'{head}Content-Length: 1000\r\n\r\n{{"junctions": ['.encode()


def export_request(path: str) -> bytes:
    return f"GET {path}/junctions:export.tsv?samples=true HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def page_requests(path: str) -> bytes:
    """Requests for more bytes than the kernel's buffers hold."""
    target = f"{path}/junctions?region=chr1&limit=5000&columns=name,samples"
    return f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 5


@contextmanager
def open_sockets(address: tuple[str, int], count: int, text: bytes) -> Iterator[None]:
    """Connections that send a text and then neither write nor read."""
    with ExitStack() as stack:
        for _ in range(count):
            client = stack.enter_context(socket.create_connection(address, timeout=TIMEOUT))
            client.sendall(text)
        yield


@contextmanager
def wide_queries(address: tuple[str, int], compilation: str, count: int) -> Iterator[list[int]]:
    """Clients that query a whole chromosome restricted to 399 samples again and again.

    Yields the list of the statuses of their responses, 0 for a connection that failed.
    """
    stop, statuses = threading.Event(), list[int]()
    samples = ",".join(map(str, range(50_099, 50_498)))
    path = f"/{compilation}/snaptron?regions=chr1:1-248956422&sids={samples}"

    def repeat() -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection(*address, timeout=60)
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                statuses.append(response.status)
                retry = float(response.headers.get("Retry-After", 0))
            except (OSError, http.client.HTTPException):
                statuses.append(0)
                retry = 1.0
            connection.close()
            # A client that is told to wait does so; otherwise the attack would measure its own speed.
            stop.wait(retry)

    threads = [threading.Thread(target=repeat, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield statuses
    stop.set()
    for thread in threads:
        thread.join(60)


@contextmanager
def attack(
    address: tuple[str, int], compilation: str, counts: dict[str, int]
) -> Iterator[list[int]]:
    """So many clients of each kind. Yields the statuses of the responses to wide queries."""
    base = f"/api/v1/compilations/{compilation}"
    with ExitStack() as stack:
        for kind, text in (
            ("heads", half_head(base)),
            ("bodies", half_body(base)),
            ("silent", b""),
            ("exports", export_request(base)),
            ("pages", page_requests(base)),
        ):
            stack.enter_context(open_sockets(address, counts.get(kind, 0), text))
        statuses = stack.enter_context(wide_queries(address, compilation, counts.get("wide", 0)))
        time.sleep(0.5)
        yield statuses


def gene_latencies(address: tuple[str, int], path: str, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of successful gene queries, one after the other, and the number of errors."""
    times, errors, end = list[float](), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        try:
            # A new connection each time, as a new visitor has.
            connection = http.client.HTTPConnection(*address, timeout=TIMEOUT)
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            errors += response.status != 200
            connection.close()
        except (OSError, http.client.HTTPException):
            errors += 1
        times.append(1000 * (time.perf_counter() - start))
    return times, errors


def measure(server: str, compilation: str, gene: str, seconds: float) -> None:
    """Runs every attack and prints its line."""
    parts = urlsplit(server)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    base = f"/api/v1/compilations/{compilation}"
    idle_p95 = 0.0
    for name, counts in ATTACKS.items():
        with attack(address, compilation, counts) as statuses:
            times, errors = gene_latencies(address, f"{base}/junctions?gene={gene}", seconds)
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        idle_p95 = idle_p95 or p95
        bar = 2 * idle_p95 + 50
        busy = {status: statuses.count(status) for status in sorted(set(statuses))}
        print(
            f"{name:20} requests {len(times):5} errors {errors:3} p50 {statistics.median(times):8.1f}"
            f" p95 {p95:8.1f} ms  bar {bar:6.1f} {'met' if p95 <= bar and not errors else 'MISSED'}"
            f"{f'  statuses of wide queries {busy}' if busy else ''}",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server")
    parser.add_argument("compilation")
    parser.add_argument("gene")
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    measure(arguments.server, arguments.compilation, arguments.gene, arguments.seconds)
