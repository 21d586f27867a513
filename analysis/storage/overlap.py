"""Indexes of the narrow table for rows that overlap a window, and for ids."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg

from analysis.measuring import write_result
from analysis.source import FULL_SIZE, SAMPLES, SEED
from analysis.storage.layout import narrow_ddl
from analysis.storage.servers import Server
from snapshard.pairs import Integers
from snapshard_populate.simulate import Plan, simulate_genes, simulate_junctions

_WIDTHS = {"1 kb": 1_000, "100 kb": 100_000, "1 Mb": 1_000_000}
_SPAN = 248_000_000
_ROWS_PER_BLOCK = 140
_RUNS = 5
_CLASS_ENDS = (1_000, 10_000, 100_000, 1_000_000)
"""The length class of a junction is the number of these values below its length; the greatest length
of each class is stored exactly.
"""

_SETUP = """
CREATE TABLE intron_block AS
    SELECT block, min(start) AS min_start, max(start) AS max_start, max("end") AS max_end,
        min(snaptron_id) AS min_id, max(snaptron_id) AS max_id
    FROM intron GROUP BY block ORDER BY block;
ALTER TABLE intron_block ADD PRIMARY KEY (block);
"""
_OVERLAPS = '"end" >= %(start)s AND start <= %(end)s'
_CANDIDATES = "int4range(min_start, max_end, '[]') && int4range(%(start)s, %(end)s, '[]')"
_BLOCKS = f"intron_block WHERE {_CANDIDATES}"

OVERLAP_INDEXES = {
    "btree": 'CREATE INDEX probe ON intron (chromosome, start, "end")',
    "classes": 'CREATE INDEX probe ON intron (chromosome, class, start, "end")',
    "gist": "CREATE INDEX probe ON intron USING gist (int4range(start, \"end\", '[]'))",
    "brin": 'CREATE INDEX probe ON intron USING brin (start, "end") WITH (pages_per_range = 16)',
    "directory": "CREATE INDEX probe ON intron (block)",
    "directory, unique": "CREATE UNIQUE INDEX probe ON intron (block, position)",
    "directory, brin": "CREATE INDEX probe ON intron USING brin (block) WITH (pages_per_range = 4)",
}
"""The index on rows for each method; the directory methods also have a GiST on the small table of
blocks.
"""

ID_INDEXES = {
    "btree": "CREATE INDEX probe ON intron (snaptron_id)",
    "brin": "CREATE INDEX probe ON intron USING brin (snaptron_id) WITH (pages_per_range = 16)",
    "directory": "CREATE INDEX probe ON intron (block)",
}


def measure(server: Server, *, repeats: int) -> None:
    """Measures every method on every width of window, and writes results/storage-overlap.json."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        _create(connection)
        longest = _longest(connection)
        ways = {way: _way(connection, way, longest, repeats) for way in ("naive", *OVERLAP_INDEXES)}
        ids = {way: _id_way(connection, way, repeats) for way in ID_INDEXES}
        directory = _index(
            connection,
            "CREATE INDEX probe ON intron_block USING gist (int4range(min_start, max_end, '[]'))",
        )
        counts = """SELECT (SELECT count(*) FROM intron), (SELECT count(*) FROM intron_block),
            pg_relation_size('intron')"""
        rows, blocks, table = connection.execute(counts).fetchone()
        facts = {
            "rows": rows,
            "blocks": blocks,
            "table_bytes": table,
            "longest": longest,
            "directory_gist": directory,
        }
        connection.execute("DROP TABLE intron, intron_block")
    write_result(
        "storage-overlap", facts | {"overlap": ways, "id": ids, "server": server.version()}
    )


def _spans() -> tuple[Integers, Integers]:
    """Starts and ends of chr1 of a complete simulated GTEx in order of both; eight of them are extended
    to 2.8 Mb.
    """
    plan = Plan(FULL_SIZE, SAMPLES, SEED)
    segments = [segment for segment in plan.segments if segment.chromosome.name == "chr1"]
    simulated = [
        simulate_junctions(plan, segment, simulate_genes(plan, segment)) for segment in segments
    ]
    starts = np.concatenate([junctions.start for junctions in simulated])
    ends = np.concatenate([junctions.end for junctions in simulated])
    giants = np.random.default_rng(SEED).integers(0, len(starts), 8)
    ends[giants] = starts[giants] + 2_800_000 - 1
    order = np.lexsort((ends, starts))
    return starts[order], ends[order]


def _lines() -> Iterator[bytes]:
    starts, ends = _spans()
    classes = np.searchsorted(_CLASS_ENDS, ends - starts + 1)
    for at, (start, end, length_class) in enumerate(
        zip(starts.tolist(), ends.tolist(), classes.tolist(), strict=True)
    ):
        block, position = divmod(at, _ROWS_PER_BLOCK)
        yield b"%d\t7\t%d\t%d\t%d\t%d\t3\t1\t%d\tchr1\t+\t0\tGT\tAG\t0\t0\t2.333\t2.000\n" % (
            at + 15_000_000, block, length_class, start, end, position,
        )  # fmt: skip


def _create(connection: Any) -> None:
    connection.execute("DROP TABLE IF EXISTS intron, intron_block")
    connection.execute(
        narrow_ddl("intron", key="block integer, class integer", small="position smallint,")
    )
    with connection.cursor().copy("COPY intron FROM STDIN") as copy:
        for line in _lines():
            copy.write(line)
    connection.execute(_SETUP)
    connection.execute(
        "CREATE INDEX ON intron_block USING gist (int4range(min_start, max_end, '[]'))"
    )
    connection.execute("VACUUM ANALYZE intron, intron_block")


def _longest(connection: Any) -> dict[int, int]:
    return dict(
        connection.execute(
            "SELECT class, max(length) FROM intron GROUP BY class ORDER BY class"
        ).fetchall()
    )


def _index(connection: Any, statement: str) -> dict[str, float]:
    """Seconds to build an index, and its bytes; the previous index is dropped."""
    connection.execute("DROP INDEX IF EXISTS probe")
    began = time.perf_counter()
    connection.execute(statement)
    seconds = time.perf_counter() - began
    connection.execute("ANALYZE intron, intron_block")
    return {
        "build_s": seconds,
        "bytes": connection.execute("SELECT pg_relation_size('probe')").fetchone()[0],
    }


def _conditions(way: str, longest: dict[int, int]) -> list[str]:
    """The conditions of SELECTs whose union are the rows that overlap."""
    overlapping = f"chromosome = 'chr1' AND {_OVERLAPS}"
    bounded = overlapping + " AND start >= %(start)s - {}"
    if way == "classes":
        return [
            f"class = {number} AND {bounded.format(length)}" for number, length in longest.items()
        ]
    if way in ("btree", "brin"):
        return [bounded.format(max(longest.values()))]
    if way == "gist":
        return [
            "int4range(start, \"end\", '[]') && int4range(%(start)s, %(end)s, '[]') "
            "AND chromosome = 'chr1'"
        ]
    if way == "naive":
        return [overlapping]
    return [f"block IN (SELECT block FROM {_BLOCKS}) AND {overlapping}"]


def _way(connection: Any, way: str, longest: dict[int, int], repeats: int) -> dict[str, Any]:
    figure: dict[str, Any] = _index(connection, OVERLAP_INDEXES["btree" if way == "naive" else way])
    selects = " UNION ALL ".join(
        f"SELECT coverage_sum FROM intron WHERE {condition}"
        for condition in _conditions(way, longest)
    )
    query = f"SELECT count(coverage_sum), sum(coverage_sum) FROM ({selects}) AS overlapping"
    for name, width in _WIDTHS.items():
        starts = (
            np.random.default_rng(width).integers(3_000_000, _SPAN - 3_000_000, repeats).tolist()
        )
        runs = [
            _timed(connection, query, {"start": start, "end": start + width - 1})
            for start in starts
        ]
        figure[name] = {
            "ms": statistics.median(ms for ms, _ in runs),
            "rows": sum(row[0] for _, row in runs) / repeats,
        }
    return figure


def _id_way(connection: Any, way: str, repeats: int) -> dict[str, Any]:
    figure: dict[str, Any] = _index(connection, ID_INDEXES[way])
    query = "SELECT coverage_sum FROM intron WHERE snaptron_id = %(id)s"
    if way == "directory":
        blocks = "SELECT block FROM intron_block WHERE min_id <= %(id)s AND max_id >= %(id)s"
        query += f" AND block IN ({blocks})"
    (first, last) = connection.execute(
        "SELECT min(snaptron_id), max(snaptron_id) FROM intron"
    ).fetchone()
    ids = np.random.default_rng(1).integers(first, last, repeats).tolist()
    times = [_timed(connection, query, {"id": number})[0] for number in ids]
    return figure | {"ms": statistics.median(times)}


def _timed(connection: Any, query: str, arguments: Any) -> tuple[float, Any]:
    """Milliseconds of the quickest of several runs, which other work on the machine disturbed least,
    and the row.
    """
    times = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        row = connection.execute(query, arguments).fetchone()
        times.append((time.perf_counter() - began) * 1e3)
    return min(times), row
