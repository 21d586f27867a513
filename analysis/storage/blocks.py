"""Blocks of neighbouring rows: whole lines, zstd by the loader, beside the narrow table. What
Snapshard does.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
import psycopg
import zstandard

from analysis.storage.layout import (
    EXACT,
    INSIDE,
    Cut,
    Window,
    copy_narrow,
    cut,
    fetch,
    gathered,
    narrow_ddl,
    narrow_lines,
    stream,
)
from snapshard.junction import SAMPLES
from snapshard.pairs import Pairs, SampleSet, parse_pairs
from snapshard.rows import Rows

_BLOCK_DDL = """
CREATE TABLE blocks_block (
    block integer, chromosome text COLLATE "C", first_row integer, row_count integer,
    min_start integer, max_start integer, max_end integer, payload bytea STORAGE EXTERNAL
)"""
_BLOCK_TYPES = ["int4", "text", "int4", "int4", "int4", "int4", "int4", "bytea"]
_INDEXES = (
    "CREATE INDEX ON blocks_row (block)",
    "ALTER TABLE blocks_block ADD PRIMARY KEY (block)",
    "CREATE INDEX ON blocks_block USING gist (int4range(min_start, max_end, '[]'))",
    "CREATE INDEX ON blocks_row USING brin (snaptron_id)",
)
"""The first has one key for a hundred rows, which PostgreSQL keeps once: a third of what PRIMARY
KEY (block, position) takes.
"""
_NEAR = """
    int4range(min_start, max_end, '[]') && int4range(%(start)s, %(end)s, '[]')
    AND min_start <= %(end)s AND max_start >= %(start)s"""
"""Blocks that may hold rows that start in the window; the first line alone, those that may hold
rows that overlap it.
"""
_NEWLINE = 10
_AHEAD = 16


def blocks_of(chunks: Iterable[Rows], size: int) -> Iterator[Rows]:
    """Consecutive rows of one chromosome, each block ending with the row that reaches the size in
    bytes of text.
    """
    for rows in chunks:
        lines, chroms = rows.lines(), rows.texts("chromosome")
        first, length = 0, 0
        for at, line in enumerate(lines):
            if length >= size or chroms[at] != chroms[first]:
                yield Rows(b"".join(lines[first:at]))
                first, length = at, 0
            length += len(line)
        yield Rows(b"".join(lines[first:]))


class Blocks:
    """Blocks of about `size` bytes of text, compressed at a zstd level."""

    name = "blocks"
    tables = ("blocks_row", "blocks_block")
    payload = "blocks_block"

    def __init__(self, *, size: int = 1 << 16, level: int = 1, threads: int = 1) -> None:
        self.size, self.level, self.threads = size, level, threads

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Two COPYs side by side, then the indexes."""
        with psycopg.connect(dsn) as connection, psycopg.connect(dsn) as second:
            connection.execute(
                narrow_ddl("blocks_row", key="block integer", small="position smallint,")
            )
            connection.execute(_BLOCK_DDL)
            connection.commit()
            self._copy(connection, second, chunks)
            second.commit()
            for statement in _INDEXES:
                connection.execute(statement)

    def _copy(self, connection: Any, second: Any, chunks: Iterable[Rows]) -> None:
        compressor = zstandard.ZstdCompressor(level=self.level)
        before = 0
        into_narrow, into_wide = (
            copy_narrow("blocks_row", "block", "position"),
            "COPY blocks_block FROM STDIN (FORMAT binary)",
        )
        with (
            connection.cursor().copy(into_narrow) as narrow,
            second.cursor().copy(into_wide) as wide,
        ):
            wide.set_types(_BLOCK_TYPES)
            for number, rows in enumerate(blocks_of(chunks, self.size)):
                narrow.write(narrow_lines(rows, [number] * len(rows), range(len(rows))))
                starts, chrom = rows.integers("start"), rows.texts("chromosome")[0].decode()
                places = (int(starts.min()), int(starts.max()), int(rows.integers("end").max()))
                wide.write_row(
                    (number, chrom, before, len(rows), *places, compressor.compress(rows.text))
                )
                before += len(rows)

    def export(self, connection: Any) -> Iterator[bytes]:
        """Blocks as they are, decompressed."""
        decompress = zstandard.ZstdDecompressor().decompress
        payloads = stream(
            connection, "SELECT payload FROM blocks_block ORDER BY block", binary=True
        )
        return self._made(map(decompress, payloads))

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The blocks that have such rows, and of each the lines at their positions."""
        return self._made(self._selected(connection, "samples_count >= %s", (least,)))

    def _made(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        return gathered(pieces) if self.threads == 1 else _ahead(gathered(pieces))

    def _selected(self, connection: Any, condition: str, arguments: Any) -> Iterator[bytes]:
        query = f"COPY ({_chosen(condition)}) TO STDOUT (FORMAT binary)"
        decompress = zstandard.ZstdDecompressor().decompress
        with connection.cursor() as cursor, cursor.copy(query, arguments) as copy:
            copy.set_types(["bytea", "bytea"])
            for payload, positions in copy.rows():
                yield b"".join(_lines_at(decompress(payload), positions))

    def subset(self, connection: Any, window: Window, wanted: SampleSet) -> Cut:
        """The lines of the window, parsed."""
        return cut([_samples(line) for line in self._found(connection, window, INSIDE)], wanted)

    def one(self, connection: Any, place: Window) -> Pairs:
        """One block for one line."""
        return parse_pairs([_samples(line) for line in self._found(connection, place, EXACT)])

    def _found(self, connection: Any, window: Window, condition: str) -> list[bytes]:
        near = f"SELECT block FROM blocks_block WHERE {_NEAR}"
        query = _chosen(f"block IN ({near}) AND {condition}")
        decompress = zstandard.ZstdDecompressor().decompress
        found: list[bytes] = []
        for payload, positions in fetch(connection, query, vars(window)):
            found += _lines_at(decompress(payload), positions)
        return found


def _chosen(condition: str) -> str:
    """Blocks that hold rows of the condition, in order, and the positions of these rows as 16-bit
    numbers.
    """
    positions = "string_agg(int2send(position), '' ORDER BY position) AS positions"
    chosen = f"SELECT block, {positions} FROM blocks_row WHERE {condition} GROUP BY block"
    return f"SELECT payload, positions FROM ({chosen}) AS chosen JOIN blocks_block USING (block) ORDER BY block"


def _lines_at(text: bytes, positions: bytes) -> list[bytes]:
    """The lines at some positions; without cutting the others, which copies the whole block."""
    wanted = np.frombuffer(positions, ">i2")
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _NEWLINE) + 1
    starts = np.concatenate(([0], ends))[wanted].tolist()
    return [text[start:end] for start, end in zip(starts, ends[wanted].tolist(), strict=True)]


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, made by a second thread while the ones before are sent."""

    def batch() -> list[bytes]:
        return list(islice(pieces, _AHEAD))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(batch)
        while made := waiting.result():
            waiting = pool.submit(batch)
            yield from made


def _samples(line: bytes) -> bytes:
    return line.split(b"\t", SAMPLES + 1)[SAMPLES]
