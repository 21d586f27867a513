"""Measures the SQL router against a shard of its own and against the library.

    python -m analysis.router --junctions 300000

A simulated compilation of 100 samples is loaded into five shards. Every question about one chromosome is
asked of the shard that has it and of the router, the count over the whole genome of the library and of
the router, in turns, each by one connection that is open already. It writes results/router.json and the
tables of docs/router.md.
"""

import argparse
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from analysis.document import fill, table
from analysis.measuring import interleaved, read_result, write_result
from snapshard.connections import Embedded
from snapshard.filters import parse_filter
from snapshard.index import Index
from snapshard.query import Query
from snapshard.release import Release
from snapshard.router import local_router, refresh_router
from snapshard.settings import Settings
from snapshard_populate.loading import LoadPlan, load_compilation, read_folder
from snapshard_populate.releases import default_layout
from snapshard_populate.simulate import simulate

PAGE = Path(__file__).parents[1] / "docs" / "router.md"
CHROM = "chr2"
QUESTIONS = {
    "one junction, all columns": (
        "SELECT * FROM {} WHERE chromosome = 'chr2' AND start = %(start)s AND \"end\" = %(end)s"
    ),
    "1 Mb, all columns": (
        "SELECT * FROM {} WHERE chromosome = 'chr2'"
        ' AND start <= %(start)s + 1000000 AND "end" >= %(start)s ORDER BY start'
    ),
    "junctions and reads of every class": (
        "SELECT class, count(*), sum(coverage_sum) FROM {} WHERE chromosome = 'chr2'"
        " GROUP BY chromosome, class"
    ),
    "count of 20 or more samples, by group": (
        "SELECT count(*) FROM {} WHERE chromosome = 'chr2' AND samples_count >= 20 GROUP BY chromosome"
    ),
    "count of 20 or more samples, without a group": (
        "SELECT count(*) FROM {} WHERE chromosome = 'chr2' AND samples_count >= 20"
    ),
    "the whole chromosome, three columns": (
        "SELECT start, \"end\", samples_count FROM {} WHERE chromosome = 'chr2'"
    ),
}
"""Questions about one chromosome; {} is the table."""
TOTAL = (
    "SELECT sum(n) FROM (SELECT chromosome, count(*) AS n FROM sim.junction"
    " WHERE samples_count >= 20 GROUP BY chromosome) AS c"
)
PLAIN_TOTAL = "SELECT count(*) FROM sim.junction WHERE samples_count >= 20"
_FILTER = Query(filters=(parse_filter("samples_count>=20"),))
_SHARDS = [f"shard-{number:02}" for number in range(1, 6)]


class Bench(NamedTuple):
    """A loaded release, connections to the shard of CHROM and to the router, and the library."""

    release: Release
    shard: psycopg.Connection
    router: psycopg.Connection
    index: Index


def main() -> None:
    """Measures, prints, and writes the results and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junctions", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=100)
    options = parser.parse_args()
    with bench(options.junctions) as running:
        result = measure(running, options.repeats)
    write_result("router", {**vars(options), **result})
    fill(PAGE, tables_of(read_result("router")))


@contextmanager
def bench(junctions: int) -> Iterator[Bench]:
    """A simulated release in a temporary data folder, with its router."""
    with tempfile.TemporaryDirectory(prefix="snapshard-router-") as temporary:
        folder = Path(temporary)
        simulate(folder / "sim", junctions=junctions, samples=100, seed=1)
        with Embedded(folder / "data") as embedded:
            shards = embedded.ensure_shards(_SHARDS)
            plan = LoadPlan(read_folder(folder / "sim", name="sim"), default_layout(_SHARDS))
            load_compilation(shards, plan)
            with _connections(embedded) as running:
                yield running


@contextmanager
def _connections(embedded: Embedded) -> Iterator[Bench]:
    index = Index(embedded.shard_map, Settings())
    release = index.catalog.release("sim")
    shards = embedded.shard_map()
    shard = next(one.shard for one in release.intervals if one.chrom == CHROM)
    try:
        with local_router(embedded.folder, shards, host="127.0.0.1", port=_free_port()) as router:
            refresh_router(router.address, shards, index.catalog)
            with (
                psycopg.connect(shards.address(shard), autocommit=True) as direct,
                psycopg.connect(
                    router.reader_address, passfile=str(router.password_file), autocommit=True
                ) as reader,
            ):
                yield Bench(release, direct, reader, index)
    finally:
        index.close()


def measure(running: Bench, repeats: int) -> dict[str, object]:
    """Seconds of every question at the shard and at the router, and of the totals. Raises
    AssertionError if two answers differ.
    """
    place = _place(running)
    remote = sql.Identifier(running.release.schema, "junction")
    questions = {}
    for name, text in QUESTIONS.items():
        direct, routed = (
            sql.SQL(text).format(target) for target in (remote, sql.Identifier("sim", "junction"))
        )
        assert sorted(_ask(running.shard, direct, place)) == sorted(
            _ask(running.router, routed, place)
        )
        questions[name] = interleaved(
            {
                "shard": lambda direct=direct: _ask(running.shard, direct, place),
                "router": lambda routed=routed: _ask(running.router, routed, place),
            },
            repeats,
        )
    return {"questions": questions, "totals": _totals(running, repeats)}


def tables_of(result: dict) -> dict:
    """The generated parts of docs/router.md."""
    return {"router": lambda: _one_chromosome(result), "router-total": lambda: _total(result)}


def _totals(running: Bench, repeats: int) -> dict[str, object]:
    expected = running.index.count(running.release, _FILTER)
    assert _ask(running.router, TOTAL) == _ask(running.router, PLAIN_TOTAL) == [(expected,)]
    return interleaved(
        {
            "library": lambda: running.index.count(running.release, _FILTER),
            "router, sum over chromosomes": lambda: _ask(running.router, TOTAL),
            "router, count of all rows": lambda: _ask(running.router, PLAIN_TOTAL),
        },
        repeats,
    )


def _ask(connection: psycopg.Connection, query: object, values: dict | None = None) -> list:
    # A prepared statement would hide what planning costs.
    return connection.execute(query, values, prepare=False).fetchall()


def _place(running: Bench) -> dict[str, int]:
    """The junction in the middle of the chromosome."""
    statement = sql.SQL(
        'SELECT start, "end" FROM {} WHERE chromosome = %s ORDER BY start OFFSET %s LIMIT 1'
    ).format(sql.Identifier(running.release.schema, "junction"))
    rows = next(one for one in running.release.intervals if one.chrom == CHROM)
    middle = rows.content["junction"].row_count // 2
    start, end = running.shard.execute(statement, [CHROM, middle]).fetchone()
    return {"start": start, "end": end}


def _one_chromosome(result: dict) -> str:
    rows = [
        (name, *_milliseconds(seconds), f"{ratio(seconds):.2f}")
        for name, seconds in result["questions"].items()
    ]
    return table(["a chromosome of one shard", "shard, ms", "router, ms", "ratio"], rows)


def _total(result: dict) -> str:
    totals = result["totals"]
    library = totals["library"]["min"]
    rows = [
        (name, f"{1_000 * seconds['min']:.1f}", f"{seconds['min'] / library:.2f}")
        for name, seconds in totals.items()
    ]
    return table(["count of 20 or more samples, whole genome", "ms", "ratio"], rows)


def ratio(seconds: dict) -> float:
    """The router's time over the shard's, each in the run that other programs disturbed least."""
    return seconds["router"]["min"] / seconds["shard"]["min"]


def _milliseconds(seconds: dict) -> list[str]:
    return [f"{1_000 * seconds[name]['min']:.1f}" for name in ("shard", "router")]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    main()
