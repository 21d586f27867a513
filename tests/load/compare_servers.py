"""Compares HTTP servers for the application on one data folder: latency under attack, and abilities.

    PYTHONPATH=. python tests/load/compare_servers.py DATA sim SIMG00001 --seconds 5

Starts each server on a free port of this machine, one after the other, and prints Markdown tables for
docs/connections.md. waitress, granian (pip) and nginx (Debian) are left out if they are not installed.
"""

import argparse
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
from slow_clients import ATTACKS, attack, gene_latencies

from analysis.serving import answers
from snapshard.connections import running_shards
from snapshard.settings import Settings

APPLICATION = "snapshard_ui:create_app"
SCRIPTS = Path(sys.executable).parent
GTHREAD = (
    f"{SCRIPTS}/gunicorn -k gthread --workers 2 --threads 16 --worker-connections 4096 --keep-alive 75"
    " --limit-request-line 0 --limit-request-field_size 65536 --bind 127.0.0.1:{port} "
    f"{APPLICATION}()"
)
COMMANDS = {
    "Snapshard's worker": f"{SCRIPTS}/snapshard serve --port {{port}}",
    "gunicorn gthread": GTHREAD,
    "nginx + gthread": GTHREAD,
    "waitress": f"{SCRIPTS}/waitress-serve --listen=127.0.0.1:{{port}} --threads=32"
    " --connection-limit=4096 --max-request-header-size=1048576 --backlog=2048 "
    # select(), the default, fails for more than 1,024 connections.
    f"--asyncore-use-poll --call {APPLICATION}",
    "granian": f"{SCRIPTS}/granian --interface wsgi --host 127.0.0.1 --port {{port}} --workers 2"
    f" --blocking-threads 16 --http1-buffer-size 1048576 --factory {APPLICATION}",
}
NGINX = """
worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  large_client_header_buffers 8 128k; client_max_body_size 8m;
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_http_version 1.1; }} }}
}}
"""
NEEDS = {"waitress": "waitress", "granian": "granian"}


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def process(command: list[str], folder: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is stopped at the end; the settings are those of the environment."""
    with (Path(folder) / "log").open("ab") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()


@contextmanager
def serving(name: str) -> Iterator[tuple[int, psutil.Process]]:
    """The port of a running server and its first process."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        port = behind = free_port()
        command = COMMANDS[name].format(port=port).split()
        server = stack.enter_context(process(command, folder))
        if name.startswith("nginx"):
            port = free_port()
            text = NGINX.format(folder=folder, port=port, behind=behind)
            (Path(folder) / "nginx.conf").write_text(text)
            program = shutil.which("nginx") or "/usr/sbin/nginx"
            stack.enter_context(process([program, "-c", f"{folder}/nginx.conf"], folder))
        end = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            if time.monotonic() > end:
                raise TimeoutError((Path(folder) / "log").read_text()[-2_000:])
            time.sleep(0.2)
        yield port, psutil.Process(server.pid)


def resident_megabytes(server: psutil.Process) -> int:
    processes = [server, *server.children(recursive=True)]
    return sum(one.memory_info().rss for one in processes if "postgres" not in one.name()) >> 20


def export_request(compilation: str, *fields: str, method: str = "GET") -> bytes:
    path = f"/api/v1/compilations/{compilation}/junctions:export.tsv?samples=true"
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *fields, "", ""]).encode()


def received(port: int, request: bytes, *, before_rest: Callable[[], None] = lambda: None) -> bytes:
    """All bytes of the response, of which the first are read before the call of `before_rest`."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(request)
        pieces = [client.recv(1_000)]
        before_rest()
        try:
            while piece := client.recv(1 << 16):
                pieces.append(piece)
        except OSError:
            pass
        return b"".join(pieces)


def end_exports(addresses: list[str]) -> None:
    """Ends the statements of exports on every shard, as a failing shard would."""
    time.sleep(1)
    for address in addresses:
        with psycopg.connect(address) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'snapshard export' AND pid <> pg_backend_pid()"
            )


def ending(response: bytes, whole: bytes) -> str:
    """How a response ended whose statements were ended: "cut" without its last chunk, "finished"
    with all rows, because the server had read them before, or "looks whole" although it is not.
    """
    if not response.endswith(b"0\r\n\r\n"):
        return "cut"
    return "finished" if len(response) >= len(whole) - 1_000 else "looks whole"


def abilities(
    port: int, server: psutil.Process, compilation: str, addresses: list[str]
) -> list[str]:
    """What the server can do, a word for each column of the second table."""
    close = "Connection: close"
    trailers = received(port, export_request(compilation, "TE: trailers", "Connection: TE, close"))
    head = received(port, export_request(compilation, close, method="HEAD"))
    aborted = received(
        port, export_request(compilation, close), before_rest=lambda: end_exports(addresses)
    )
    # Six digits each, so that 64 kB stay below the API's limit of 10,000 ids.
    ids = ",".join(map(str, range(100_000, 109_200)))
    path = f"/api/v1/compilations/{compilation}/junctions?limit=1&ids={ids}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    long_url = connection.getresponse().status
    connection.close()
    before, peak = resident_megabytes(server), 0

    def watch_memory() -> None:
        nonlocal peak
        for _ in range(30):
            time.sleep(0.1)
            peak = max(peak, resident_megabytes(server))

    whole = received(port, export_request(compilation, close), before_rest=watch_memory)
    return [
        "yes" if b"\r\nContent-Digest: " in trailers[-300:] else "no",
        ending(aborted, whole),
        re.findall(rb"HTTP/1.1 (\d+)", head)[0].decode(),
        str(long_url),
        f"+{max(0, peak - before)} MB of {len(whole) >> 20} MB",
    ]


def latencies(port: int, compilation: str, gene: str, seconds: float) -> list[str]:
    """p95 and errors of a gene query under each attack, one cell each."""
    address = ("127.0.0.1", port)
    path = f"/api/v1/compilations/{compilation}/junctions?gene={gene}"
    cells = []
    for counts in ATTACKS.values():
        with attack(address, compilation, counts):
            times, errors = gene_latencies(address, path, seconds)
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        failures = f", {errors} of {len(times)} failed" if errors else ""
        cells.append(f"{statistics.median(times):.0f} / {p95:.0f}{failures}")
        time.sleep(1)
    return cells


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("compilation")
    parser.add_argument("gene")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--only", nargs="*", default=list(COMMANDS))
    arguments = parser.parse_args()
    os.environ["SNAPSHARD_DATA"] = str(arguments.data)
    speeds, skills = [], []
    with running_shards(Settings().on_folder(arguments.data)) as shards:
        addresses = list(shards().addresses.values())
        for name in arguments.only:
            if name in NEEDS and find_spec(NEEDS[name]) is None:
                print(f"{name}: not installed", file=sys.stderr)
                continue
            with serving(name) as (port, server):
                skills.append([name, *abilities(port, server, arguments.compilation, addresses)])
                print(skills[-1], file=sys.stderr, flush=True)
                speeds.append(
                    [
                        name,
                        *latencies(port, arguments.compilation, arguments.gene, arguments.seconds),
                    ]
                )
                speeds[-1].append(f"{resident_megabytes(server)} MB")
                print(speeds[-1], file=sys.stderr, flush=True)
    print(table(["server", *ATTACKS, "memory"], speeds), end="\n\n")
    heads = [
        "server",
        "trailers",
        "ended statement",
        "HEAD",
        "64 kB URL",
        "memory while a client waits",
    ]
    print(table(heads, skills))


if __name__ == "__main__":
    main()
