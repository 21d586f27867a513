"""Measures the product as a user meets it: load, bytes on disk, export over HTTP, windows, subsets.

    python -m analysis.foundation [FOLDER]     about 10 minutes and 6 GB; writes results/storage-product.json and docs/measured.md

A million simulated rows of GTEx's density (all on chr1) are loaded by the command and served by gunicorn as shipped; the
ancestor's table stands on the same embedded server. What is compared runs in turns; medians are reported.
"""

import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from analysis.measuring import interleaved, read_result, write_result
from analysis.source import read_chunks, write_lines
from analysis.storage.ancestor import Ancestor
from snapshard.embedded import Embedded
from snapshard.index import Index
from snapshard.junction import NAMES, SUMMARY
from snapshard.pairs import SampleSet
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.settings import Settings

ROWS = int(os.environ.get("ROWS", "1000000"))
PORT = 8181
REPEATS = 5
DOCUMENT = Path(__file__).parent.parent / "docs" / "measured.md"
COMMAND = Path(sys.executable).with_name("snapshard")


def main(folder: Path) -> None:
    """Measures everything and writes the figures and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = folder / f"first-{ROWS}.tsv"
    if not lines.exists():
        write_lines(lines, ROWS)
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    figures: dict[str, Any] = {"rows": ROWS, "text_bytes": lines.stat().st_size}
    figures["load"] = measure_loads(data, lines)
    figures["bytes"] = measure_bytes(data)
    figures["http"] = measure_http(data)
    figures |= measure_library(data)
    write_result("storage-product", figures)
    write_document()


def measure_loads(data: Path, lines: Path) -> dict[str, float]:
    """Seconds of our load with every check, index and verification, and of raw COPY into the ancestor's table and its index."""
    began = time.perf_counter()
    load = [COMMAND, "load", lines, "--compilation", "sim", "--simulated", "--shards", "1", "--data", data]
    subprocess.run([str(word) for word in load], check=True)
    ours = time.perf_counter() - began
    with _embedded(data) as embedded:
        began = time.perf_counter()
        Ancestor().load(embedded.ensure_shards(["ancestor"]).address("ancestor"), read_chunks(lines))
        return {"snapshard": ours, "ancestor": time.perf_counter() - began}


def measure_bytes(data: Path) -> dict[str, int]:
    """Bytes on disk: of our rows, payload, indexes and what stands beside them; of the ancestor's table with its index."""
    query = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace"
    with _embedded(data) as embedded:
        shards = embedded.shard_map()
        with psycopg.connect(shards.address("shard-01")) as connection:
            ours = dict(connection.execute(query, ['"sim@r1"']).fetchall())
        with psycopg.connect(shards.address("ancestor")) as connection:
            return ours | dict(connection.execute(query, ["public"]).fetchall())


def measure_http(data: Path) -> dict[str, Any]:
    """Export of all rows over HTTP: seconds, seconds to the first byte, the largest resident memory; and JSON windows."""
    api = f"http://127.0.0.1:{PORT}/api/v1/compilations/sim"
    export = f"{api}/junctions:export.tsv?samples=true&about=false&columns={','.join(NAMES)}"
    with _server(data) as server:
        with _peak_memory(server) as peak:
            runs = [_curl(export) for _ in range(REPEATS)]
        windows = [f"{api}/junctions.json?region={region}&limit=1001" for region in _windows(120)]
        json_seconds = sorted(_curl(url)["time_total"] for url in windows)[20:]
    return {
        "export_seconds": statistics.median(run["time_total"] for run in runs),
        "export_bytes": runs[0]["size_download"],
        "first_byte_seconds": statistics.median(run["time_starttransfer"] for run in runs),
        "peak_memory_bytes": peak[0],
        "json_window_ms": _percentiles(json_seconds),
    }


def measure_library(data: Path) -> dict[str, Any]:
    """Windows of about a thousand rows without samples, one junction over all samples, and the subset to 3,000 samples."""
    with _embedded(data) as embedded:
        index = Index(embedded.shard_map, Settings())
        release = index.catalog.release("sim")
        regions = _windows(220)
        seconds = [_seconds(index, release, region) for region in regions][20:]
        wanted = SampleSet(range(50_099, 50_099 + 9_000, 3))
        window = Region("chr1", 20_000_000, 21_000_000)
        subset = interleaved(
            {
                "snapshard": lambda: sum(len(rows) for rows in index.rows(release, Query(regions=(window,), samples=wanted))),
                "python": lambda: _subset_in_python(index, release, window, set(wanted.ids.tolist())),
            },
            REPEATS,
        )
        rows = index.count(release, Query(regions=(regions[0],)))
        index.close()
    return {"window_ms": _percentiles(sorted(seconds)), "window_rows": rows, "subset": subset}


def write_document() -> None:
    """docs/measured.md from the result file."""
    figures = read_result("storage-product")
    measured, http, sizes, load = (figures[name] for name in ("measured", "http", "bytes", "load"))
    text, beside = figures["text_bytes"], ("junction_summary", "density")
    ours = sum(size for name, size in sizes.items() if name not in ("ancestor", *beside))
    subset = figures["subset"]["python"]["median"] / figures["subset"]["snapshard"]["median"]
    lines = {
        "load, checked, indexed, read back": f"{load['snapshard']:.1f} s",
        "raw COPY into the ancestor's table, and its index": f"{load['ancestor']:.1f} s",
        "payload over its text": f"{sizes['junction_block'] / text:.3f}",
        "rows, payload and indexes over the ancestor's": f"{ours / sizes['ancestor']:.3f}",
        "export of all rows over HTTP": f"{http['export_bytes'] / http['export_seconds'] / 1e6:.0f} MB/s",
        "first byte of it": f"{1000 * http['first_byte_seconds']:.0f} ms",
        "largest resident memory of the server": f"{http['peak_memory_bytes'] / 1e6:.0f} MB",
        f"window of 100 kb without samples ({figures['window_rows']} rows), library, p50 / p99": _both(figures["window_ms"]),
        "the same as JSON over HTTP, p50 / p99": _both(http["json_window_ms"]),
        "subset to 3,000 samples over 1 Mb, times quicker than pure Python": f"{subset:.1f}",
    }
    rows = "".join(f"| {what} | {value} |\n" for what, value in lines.items())
    DOCUMENT.write_text(
        "# What the product does, measured\n\n"
        f"Made by `python -m analysis.foundation`: {figures['rows']:,} simulated rows of GTEx's density over 9,662 samples, "
        f"{text / 1e6:.0f} MB of text, one shard, one worker.\n"
        f"{measured['date']}, commit {measured['commit']}, {measured['machine']}, "
        f"load average {measured['load_average']:.1f} at the end.\n\n"
        f"| what | figure |\n|---|---|\n{rows}"
    )


def _both(milliseconds: dict[str, float]) -> str:
    return f"{milliseconds['p50']:.1f} / {milliseconds['p99']:.1f} ms"


def _seconds(index: Index, release: Release, region: Region) -> float:
    began = time.perf_counter()
    for _ in index.summaries(release, Query(regions=(region,)), columns=SUMMARY, limit=1001):
        pass
    return time.perf_counter() - began


def _subset_in_python(index: Index, release: Release, window: Region, wanted: set[int]) -> int:
    """The same rows as text, split and compared pair by pair, statistics recomputed."""
    kept_rows = 0
    for rows in index.rows(release, Query(regions=(window,))):
        for line in rows.text.decode().splitlines():
            fields = line.split("\t")
            kept = [(pair, int(pair.split(":")[1])) for pair in fields[11].split(",")[1:] if int(pair.split(":")[0]) in wanted]
            if kept:
                coverages = [coverage for _, coverage in kept]
                fields[11] = "".join("," + pair for pair, _ in kept)
                fields[12:16] = map(str, [len(kept), sum(coverages), sum(coverages) / len(kept), statistics.median(coverages)])
                kept_rows += len("\t".join(fields)) > 0
    return kept_rows


def _windows(count: int) -> list[Region]:
    """Windows of 100 kb at places where the rows are; at GTEx's density each holds one to a few thousand."""
    places = random.Random(1)
    starts = [places.randrange(2_000_000, 35_000_000) for _ in range(count)]
    return [Region("chr1", start, start + 99_999) for start in starts]


def _percentiles(seconds: list[float]) -> dict[str, float]:
    return {"p50": 1000 * seconds[len(seconds) // 2], "p99": 1000 * seconds[int(len(seconds) * 0.99)]}


def _curl(url: str) -> dict[str, float]:
    names = ("time_total", "time_starttransfer", "size_download")
    form = " ".join(f"%{{{name}}}" for name in names)
    done = subprocess.run(["curl", "-sSf", "-o", "/dev/null", "-w", form, url], capture_output=True, text=True, check=True)
    return dict(zip(names, map(float, done.stdout.split()), strict=True))


@contextmanager
def _embedded(data: Path) -> Iterator[Embedded]:
    embedded = Embedded(data)
    try:
        yield embedded
    finally:
        embedded.close()


@contextmanager
def _server(data: Path) -> Iterator[psutil.Process]:
    """`snapshard serve` with one worker, ready."""
    command = [str(COMMAND), "serve", "--data", str(data), "--port", str(PORT), "--workers", "1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz").close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def _peak_memory(server: psutil.Process) -> Iterator[list[int]]:
    """The largest resident memory of a worker, looked at every 20 ms; shared pages count in full."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            workers = [child for child in server.children() if child.name() != "postgres"]
            peak[0] = max([peak[0], *(worker.memory_info().rss for worker in workers)])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TMPDIR", "/tmp") + "/snapshard-foundation"))
