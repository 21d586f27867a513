"""All layouts on one server: load, size, and all types of answers, warm and cold."""

import functools
import random
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from analysis.measuring import interleaved, spread, write_result
from analysis.source import read_chunks
from analysis.storage.ancestor import Ancestor
from analysis.storage.layout import Window, fetch
from analysis.storage.layouts import layouts
from analysis.storage.servers import Server
from analysis.storage.web import Site, site
from snapshard.pairs import SampleSet

LEAST = 100
_SUBSETS = (1, 100, 3_000)
_ENOUGH = 30
"""Seconds after which an export is not repeated."""
_PARTS = {
    "table": "pg_relation_size(c.oid)",
    "toast": "coalesce(pg_total_relation_size(c.reltoastrelid), 0)",
    "indexes": "pg_indexes_size(c.oid)",
}


def measure(server: Server, path: Path, *, repeats: int, cold: int) -> None:
    """Measures all layouts and writes results/storage-payloads-<server>.json."""
    every = layouts(server.compression)
    text = sum(len(rows.text) for rows in read_chunks(path))
    figures: dict[str, Any] = {
        "server": server.name,
        "version": server.version(),
        "text_bytes": text,
    }
    lists = chain.from_iterable(rows.texts("samples") for rows in read_chunks(path))
    figures["samples_bytes"] = sum(map(len, lists))
    figures["rows"] = sum(len(rows) for rows in read_chunks(path))
    figures["load"] = {layout.name: _load(server, layout, path) for layout in every}
    figures["size"] = {layout.name: _size(server, layout) for layout in every}
    write_result(f"storage-payloads-{server.name}", figures)
    figures["warm"] = _warm(server, every, repeats)
    write_result(f"storage-payloads-{server.name}", figures)
    figures["cold"] = _cold(server, every, cold)
    write_result(f"storage-payloads-{server.name}", figures)


def _load(server: Server, layout: Any, path: Path) -> float:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {', '.join(layout.tables)}")
        connection.execute("CHECKPOINT")
        began = time.perf_counter()
        layout.load(server.dsn, read_chunks(path))
        seconds = time.perf_counter() - began
        connection.execute(f"VACUUM ANALYZE {', '.join(layout.tables)}")
    return seconds


def _size(server: Server, layout: Any) -> dict[str, int]:
    """Bytes by part of all tables, and bytes of the payload."""
    query = f"SELECT {', '.join(_PARTS.values())} FROM pg_class c WHERE c.relname = %s"
    with psycopg.connect(server.dsn) as connection:
        by_table = {name: connection.execute(query, (name,)).fetchone() for name in layout.tables}
    totals = map(sum, zip(*by_table.values(), strict=True))
    parts = dict(zip(_PARTS, totals, strict=True))
    return parts | {"total": sum(parts.values()), "payload": sum(by_table[layout.payload][:2])}


def _warm(server: Server, every: tuple[Any, ...], repeats: int) -> dict[str, Any]:
    with site(server.dsn) as web:
        http = _over_http(web, every, repeats)
    http["peak_memory"] = {layout.name: _memory(server, layout) for layout in every}
    with psycopg.connect(server.dsn) as connection:
        window = _window(connection)
        inside = interleaved(_subsets(connection, every, window), 3 * repeats)
        places = _places(connection)
        ones = interleaved(
            {f"one/{e.name}": functools.partial(_look_up, e, connection, places) for e in every},
            repeats,
        )
    return http | inside | ones | {"window": vars(window), "places": len(places), "least": LEAST}


def _over_http(web: Site, every: tuple[Any, ...], repeats: int) -> dict[str, Any]:
    """Exports and filtered exports, of blocks also with a second thread. All must have the same size."""
    paths = [*[e.name for e in every], "blocks?threads=2"]
    paths += [f"{path}{'&' if '?' in path else '?'}least={LEAST}" for path in paths]
    transfers: dict[str, list[Any]] = {path: [web.get(path)] for path in paths}
    for _ in range(repeats):
        for path in paths:
            if sum(transfer.seconds for transfer in transfers[path][1:]) < _ENOUGH:
                transfers[path].append(web.get(path))
    for least in (False, True):
        sizes = {path: transfers[path][0].size for path in paths if ("least" in path) is least}
        if len(set(sizes.values())) > 1:
            raise AssertionError(f"answers differ in length: {sizes}")
    figures: dict[str, Any] = {}
    for path, (first, *repeated) in transfers.items():
        seconds = spread([transfer.seconds for transfer in repeated])
        figures[f"http/{path}"] = seconds | {"bytes": first.size}
    for path, (_, *repeated) in transfers.items():
        figures[f"first_byte/{path}"] = spread([transfer.first_byte for transfer in repeated])
    return figures


def _memory(server: Server, layout: Any) -> int:
    """The peak resident bytes of a fresh worker that exports all rows."""
    with site(server.dsn) as web:
        web.get(layout.name)
        return web.peak_memory()


def _window(connection: Any) -> Window:
    """The megabase with thousands of rows whose mean number of samples is closest to the average."""
    query = """SELECT chromosome, start / 1000000 FROM ancestor GROUP BY 1, 2
        HAVING count(*) > (SELECT count(*) FROM ancestor) / 100
        ORDER BY abs(avg(samples_count) - (SELECT avg(samples_count) FROM ancestor)) LIMIT 1"""
    chrom, megabase = connection.execute(query).fetchone()
    return Window(chrom, megabase * 1_000_000 + 1, (megabase + 1) * 1_000_000)


def _places(connection: Any) -> list[Window]:
    """Twenty junctions in at least 1,000 samples."""
    query = (
        'SELECT chromosome, start, "end" FROM ancestor WHERE samples_count >= 1000 ORDER BY start'
    )
    places = [Window(*row) for row in connection.execute(query).fetchall()]
    return random.Random(1).sample(places, 20)


def _samples(connection: Any) -> list[int]:
    """The distinct first samples of the rows, in a random order that is always the same."""
    query = "SELECT DISTINCT split_part(substr(samples, 2), ':', 1)::int FROM ancestor LIMIT 20000"
    samples = sorted(sample for (sample,) in fetch(connection, query, None))
    return random.Random(1).sample(samples, len(samples))


def _subsets(
    connection: Any, every: tuple[Any, ...], window: Window
) -> dict[str, Callable[[], Any]]:
    """Functions that restrict the window to samples, by method and number of samples, after a check
    that all give the same result.
    """
    ids = _samples(connection)
    ways = {e.name: e.subset for e in every} | {"python": Ancestor().subset_in_python}
    actions = {}
    for count in _SUBSETS:
        members = SampleSet(random.Random(count).sample(ids, count))
        answers = {name: way(connection, window, members) for name, way in ways.items()}
        expected = answers["python"]
        for name, answer in answers.items():
            if answer.texts != expected.texts or answer.sums.tolist() != expected.sums.tolist():
                raise AssertionError(f"{name}: another subset of {count} samples than Python's")
        actions |= {
            f"subset/{count}/{n}": functools.partial(way, connection, window, members)
            for n, way in ways.items()
        }
    return actions


def _look_up(layout: Any, connection: Any, places: list[Window]) -> None:
    for place in places:
        layout.junction(connection, place)


def _cold(server: Server, every: tuple[Any, ...], repeats: int) -> dict[str, Any]:
    """Times of the first request after a restart with an empty page cache."""
    with psycopg.connect(server.dsn) as connection:
        window, place = _window(connection), _places(connection)[0]
        members = SampleSet(_samples(connection)[:3_000])
    times: dict[str, list[float]] = {}
    for _ in range(repeats):
        for layout in every:
            exports = times.setdefault(f"http/{layout.name}", [])
            if sum(exports) < _ENOUGH:
                server.restart_cold()
                with site(server.dsn) as web:
                    exports.append(web.get(layout.name).seconds)
            server.restart_cold()
            with psycopg.connect(server.dsn) as connection:
                _timed(
                    times, f"one/{layout.name}", lambda e=layout, c=connection: e.junction(c, place)
                )
                _timed(
                    times,
                    f"subset/3000/{layout.name}",
                    lambda e=layout, c=connection: e.subset(c, window, members),
                )
    return {name: spread(seconds) for name, seconds in times.items()}


def _timed(times: dict[str, list[float]], name: str, action: Callable[[], Any]) -> None:
    began = time.perf_counter()
    action()
    times.setdefault(name, []).append(time.perf_counter() - began)
