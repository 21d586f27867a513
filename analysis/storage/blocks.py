"""Blocks: complete lines of neighbouring rows, compressed with zstd by the loader, beside the narrow
table. This is the layout of Snapshard.
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
    Subset,
    Window,
    batched_bytes,
    copy_narrow,
    fetch,
    narrow_ddl,
    narrow_lines,
    restrict,
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
"""The first index has one key per hundred rows, which PostgreSQL stores once: a third of the size of
PRIMARY KEY (block, position).
"""
_CANDIDATES = """
    int4range(min_start, max_end, '[]') && int4range(%(start)s, %(end)s, '[]')
    AND min_start <= %(end)s AND max_start >= %(start)s"""
"""The condition for blocks that may hold rows that start in the window; its first line selects the
blocks that may hold rows that overlap it.
"""
_NEWLINE = 10
_AHEAD = 16


def blocks_of(chunks: Iterable[Rows], size: int) -> Iterator[Rows]:
    """Yields blocks of consecutive rows of one chromosome; a block ends with the row that reaches the
    size in bytes of text.
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
        """Fills both tables with concurrent COPYs, then builds the indexes."""
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
        with (
            connection.cursor().copy(copy_narrow("blocks_row", "block", "position")) as narrow,
            second.cursor().copy("COPY blocks_block FROM STDIN (FORMAT binary)") as wide,
        ):
            wide.set_types(_BLOCK_TYPES)
            for number, rows in enumerate(blocks_of(chunks, self.size)):
                narrow.write(narrow_lines(rows, [number] * len(rows), range(len(rows))))
                starts, chrom = rows.integers("start"), rows.texts("chromosome")[0].decode()
                bounds = (int(starts.min()), int(starts.max()), int(rows.integers("end").max()))
                wide.write_row(
                    (number, chrom, before, len(rows), *bounds, compressor.compress(rows.text))
                )
                before += len(rows)

    def export(self, connection: Any) -> Iterator[bytes]:
        """The decompressed blocks."""
        decompress = zstandard.ZstdDecompressor().decompress
        payloads = stream(
            connection, "SELECT payload FROM blocks_block ORDER BY block", binary=True
        )
        return self._pieces(map(decompress, payloads))

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The matching lines of the blocks that have any."""
        return self._pieces(self._selected(connection, "samples_count >= %s", (least,)))

    def _pieces(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        return batched_bytes(pieces) if self.threads == 1 else _ahead(batched_bytes(pieces))

    def _selected(self, connection: Any, condition: str, arguments: Any) -> Iterator[bytes]:
        query = f"COPY ({_selection(condition)}) TO STDOUT (FORMAT binary)"
        decompress = zstandard.ZstdDecompressor().decompress
        with connection.cursor() as cursor, cursor.copy(query, arguments) as copy:
            copy.set_types(["bytea", "bytea"])
            for payload, positions in copy.rows():
                yield b"".join(_lines_at(decompress(payload), positions))

    def subset(self, connection: Any, window: Window, members: SampleSet) -> Subset:
        """Parses the lines of the window."""
        return restrict(
            [_samples(line) for line in self._lines(connection, window, INSIDE)], members
        )

    def junction(self, connection: Any, locus: Window) -> Pairs:
        """Parses one line of one block."""
        return parse_pairs([_samples(line) for line in self._lines(connection, locus, EXACT)])

    def _lines(self, connection: Any, window: Window, condition: str) -> list[bytes]:
        candidates = f"SELECT block FROM blocks_block WHERE {_CANDIDATES}"
        query = _selection(f"block IN ({candidates}) AND {condition}")
        decompress = zstandard.ZstdDecompressor().decompress
        lines: list[bytes] = []
        for payload, positions in fetch(connection, query, vars(window)):
            lines += _lines_at(decompress(payload), positions)
        return lines


def _selection(condition: str) -> str:
    """The query for the blocks with matching rows, in order, and the positions of these rows as 16-bit
    numbers.
    """
    positions = "string_agg(int2send(position), '' ORDER BY position) AS positions"
    rows = f"SELECT block, {positions} FROM blocks_row WHERE {condition} GROUP BY block"
    return (
        f"SELECT payload, positions FROM ({rows}) AS rows "
        "JOIN blocks_block USING (block) ORDER BY block"
    )


def _lines_at(text: bytes, positions: bytes) -> list[bytes]:
    """The lines at these positions; the other lines are not split off, which would copy the whole
    block.
    """
    numbers = np.frombuffer(positions, ">i2")
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _NEWLINE) + 1
    starts = np.concatenate(([0], ends))[numbers].tolist()
    return [text[start:end] for start, end in zip(starts, ends[numbers].tolist(), strict=True)]


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yields the same pieces; a second thread produces them while earlier pieces are sent."""

    def batch() -> list[bytes]:
        return list(islice(pieces, _AHEAD))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(batch)
        while batch_of_pieces := waiting.result():
            waiting = pool.submit(batch)
            yield from batch_of_pieces


def _samples(line: bytes) -> bytes:
    return line.split(b"\t", SAMPLES + 1)[SAMPLES]
