"""Loads a compilation with the command, as a user would, and says what that took: time, processors,
memory, disk.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from analysis.growth.compilations import Compilation
from analysis.growth.files import Files
from analysis.processes import postgres_of, tree, watched, without
from snapshard.connections import Embedded
from snapshard_populate.releases import default_layout, layout_lines

COMMAND = Path(sys.executable).with_name("snapshard")
_BESIDE = ("junction_summary", "density")
"""Tables that are neither rows nor payload: what answers about groups and pictures are made of."""


def load(one: Compilation, files: Files, data: Path) -> dict[str, Any]:
    """The figures of its load into the data folder, which must not have it yet. Reads back and
    publishes, as the command does.
    """
    layout = data / f"{one.name}.layout.tsv"
    data.mkdir(parents=True, exist_ok=True)
    layout.write_text("\n".join(layout_lines(default_layout(one.databases))) + "\n")
    before, began = os.getloadavg()[0], time.perf_counter()
    with subprocess.Popen(_command(one, files, data=data, layout=layout)) as loading:
        postgres = postgres_of(data)
        with watched(
            {"loader": without(tree(loading.pid), postgres), "postgres": postgres}
        ) as uses:
            failed = loading.wait()
    if failed:
        raise subprocess.CalledProcessError(failed, loading.args)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": {name: use.cpu_seconds for name, use in uses.items()},
        "peak_bytes": {name: use.peak_bytes for name, use in uses.items()},
        "load_average": [before, os.getloadavg()[0]],
        **_held(one, data),
    }


def _command(one: Compilation, files: Files, *, data: Path, layout: Path) -> list[str]:
    small = {
        "--samples": files.samples,
        "--sample-types": files.sample_types,
        "--groups": files.groups,
        "--annotation": files.annotation,
        "--layout": layout,
        "--data": data,
        "--compilation": one.name,
    }
    options = [str(word) for pair in small.items() for word in pair]
    return [
        str(COMMAND),
        "load",
        str(files.junctions),
        "--simulated",
        "--assembly",
        "GRCh38",
        *options,
    ]


def _held(one: Compilation, data: Path) -> dict[str, Any]:
    """Rows, pairs and text that the release holds, and bytes on disk by part."""
    embedded = Embedded(data)
    try:
        shards = embedded.shard_map()
        with psycopg.connect(shards.catalog) as catalog:
            rows, text = _contents(catalog, one)
            described = _bytes(catalog, one)
        pairs, sizes = 0, {"rows": 0, "payload": 0, "beside": 0}
        for name in one.databases:
            with psycopg.connect(shards.address(name)) as connection:
                pairs += _pairs(connection, one)
                for table, size in _bytes(connection, one).items():
                    sizes[_part(table)] += size
    finally:
        embedded.close()
    return {
        "rows": rows,
        "pairs": pairs,
        "text_bytes": text,
        "bytes": sizes | {"catalog": sum(described.values())},
    }


def _part(table: str) -> str:
    if table in _BESIDE:
        return "beside"
    return "payload" if table.endswith("_block") else "rows"


def _contents(catalog: Any, one: Compilation) -> tuple[int, int]:
    query = (
        "SELECT sum(row_count)::bigint, sum(text_bytes)::bigint FROM content"
        " WHERE schema = %s AND kind = 'junction'"
    )
    rows, text = catalog.execute(query, [schema(one)]).fetchone()
    return rows, text


def _pairs(connection: Any, one: Compilation) -> int:
    query = sql.SQL("SELECT coalesce(sum(samples_count), 0)::bigint FROM {}.junction").format(
        sql.Identifier(schema(one))
    )
    return int(connection.execute(query).fetchone()[0])


def _bytes(connection: Any, one: Compilation) -> dict[str, int]:
    query = (
        "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)"
    )
    return dict(connection.execute(query, [f'"{schema(one)}"']).fetchall())


def schema(one: Compilation) -> str:
    """The schema of its only release."""
    return f"{one.name}@r1"
