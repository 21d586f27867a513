"""Block sizes and zstd levels: bytes in the database, and speed of compression and decompression."""

import gzip
import itertools
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
import zstandard

from analysis.measuring import write_result
from analysis.source import read_chunks
from analysis.storage.blocks import blocks_of
from analysis.storage.servers import Server
from snapshard.rows import Rows

SIZES_KB = (32, 64, 128, 256)
LEVELS = (1, 3, 6, 9)
_REPEATS = 3
_DDL = "CREATE TABLE size_probe (block integer PRIMARY KEY, payload bytea STORAGE EXTERNAL)"


def measure(server: Server, path: Path, *, real: Iterable[Path]) -> None:
    """Measures every size with every level on the simulated rows and on real files, and writes
    results/storage-sizes.json.
    """
    sources = {"simulated": list(read_chunks(path))}
    for file in real:
        sources[file.parent.name] = [Rows(gzip.decompress(file.read_bytes()))]
    grid = itertools.product(sources, SIZES_KB, LEVELS)
    figures = [_figure(server, name, sources[name], size, level) for name, size, level in grid]
    rows = {name: sum(map(len, chunks)) for name, chunks in sources.items()}
    write_result("storage-sizes", {"rows": rows, "figures": figures})


def _figure(server: Server, name: str, chunks: list[Rows], size: int, level: int) -> dict[str, Any]:
    texts = [block.text for block in blocks_of(chunks, size << 10)]
    length = sum(map(len, texts))
    compressor, decompressor = zstandard.ZstdCompressor(level=level), zstandard.ZstdDecompressor()
    packing = min(_seconds(compressor.compress, texts) for _ in range(_REPEATS))
    frames = [compressor.compress(text) for text in texts]
    unpacking = min(_seconds(decompressor.decompress, frames) for _ in range(_REPEATS))
    return {
        "rows": name,
        "block_kb": size,
        "level": level,
        "ratio": sum(map(len, frames)) / length,
        "ratio_in_database": _stored(server, frames) / length,
        "compress_mb_s": length / packing / 1e6,
        "decompress_mb_s": length / unpacking / 1e6,
    }


def _seconds(function: Any, items: list[bytes]) -> float:
    """Processor time of the calls, which depends little on other work of the machine."""
    began = time.process_time()
    for item in items:
        function(item)
    return time.process_time() - began


def _stored(server: Server, frames: list[bytes]) -> int:
    """Bytes of a table with these payloads, TOAST and its index included."""
    with psycopg.connect(server.dsn) as connection:
        connection.execute(_DDL)
        with connection.cursor().copy("COPY size_probe FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "bytea"])
            for row in enumerate(frames):
                copy.write_row(row)
        (size,) = connection.execute("SELECT pg_table_size('size_probe')").fetchone()
        connection.rollback()
    return int(size)
