"""Loads a compilation with the command, as a user would, and measures time, processors, memory and
disk.
"""

import os
import subprocess
import time
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from analysis.growth.compilations import Compilation
from analysis.growth.files import Files
from analysis.processes import postgres_of, tree, watched, without
from analysis.serving import COMMAND
from snapshard.connections import Embedded
from snapshard_populate.releases import default_layout, layout_lines

_BESIDE = ("junction_summary", "density")
"""Tables that hold neither rows nor blocks: summaries by group, and densities for pictures."""


def load(size: Compilation, files: Files, data: Path) -> dict[str, Any]:
    """The figures of a load into the data folder, which must not hold the compilation yet. The command
    also verifies and publishes it.
    """
    layout = data / f"{size.name}.layout.tsv"
    data.mkdir(parents=True, exist_ok=True)
    layout.write_text("\n".join(layout_lines(default_layout(size.databases))) + "\n")
    before, began = os.getloadavg()[0], time.perf_counter()
    with subprocess.Popen(_command(size, files, data=data, layout=layout)) as loading:
        postgres = postgres_of(data)
        loader = without(tree(loading.pid), postgres)
        with watched({"loader": loader, "postgres": postgres}) as uses:
            exit_code = loading.wait()
    if exit_code:
        raise subprocess.CalledProcessError(exit_code, loading.args)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": {name: use.cpu_seconds for name, use in uses.items()},
        "peak_bytes": {name: use.peak_bytes for name, use in uses.items()},
        "load_average": [before, os.getloadavg()[0]],
        **_contents(size, data),
    }


def _command(size: Compilation, files: Files, *, data: Path, layout: Path) -> list[str]:
    values = {
        "--samples": files.samples,
        "--sample-types": files.sample_types,
        "--groups": files.groups,
        "--annotation": files.annotation,
        "--layout": layout,
        "--data": data,
        "--compilation": size.name,
    }
    options = [str(word) for word in chain.from_iterable(values.items())]
    return [
        *COMMAND,
        "load",
        str(files.junctions),
        "--simulated",
        "--assembly",
        "GRCh38",
        *options,
    ]


def _contents(size: Compilation, data: Path) -> dict[str, Any]:
    """Rows, pairs and bytes of text in the release, and bytes on disk by part."""
    embedded = Embedded(data)
    try:
        shards = embedded.shard_map()
        with psycopg.connect(shards.catalog) as catalog:
            rows, text = _totals(catalog, size)
            descriptions = _bytes(catalog, size)
        pairs, sizes = 0, {"rows": 0, "payload": 0, "beside": 0}
        for name in size.databases:
            with psycopg.connect(shards.address(name)) as connection:
                pairs += _pairs(connection, size)
                for table, count in _bytes(connection, size).items():
                    sizes[_part(table)] += count
    finally:
        embedded.close()
    return {
        "rows": rows,
        "pairs": pairs,
        "text_bytes": text,
        "bytes": sizes | {"catalog": sum(descriptions.values())},
    }


def _part(table: str) -> str:
    if table in _BESIDE:
        return "beside"
    return "payload" if table.endswith("_block") else "rows"


def _totals(catalog: Any, size: Compilation) -> tuple[int, int]:
    query = """SELECT sum(row_count)::bigint, sum(text_bytes)::bigint FROM content
        WHERE schema = %s AND kind = 'junction'"""
    rows, text = catalog.execute(query, [schema(size)]).fetchone()
    return rows, text


def _pairs(connection: Any, size: Compilation) -> int:
    query = sql.SQL("SELECT coalesce(sum(samples_count), 0)::bigint FROM {}.junction").format(
        sql.Identifier(schema(size))
    )
    return int(connection.execute(query).fetchone()[0])


def _bytes(connection: Any, size: Compilation) -> dict[str, int]:
    query = """SELECT relname, pg_total_relation_size(oid) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)"""
    return dict(connection.execute(query, [f'"{schema(size)}"']).fetchall())


def schema(size: Compilation) -> str:
    """The schema of the compilation's only release."""
    return f"{size.name}@r1"
