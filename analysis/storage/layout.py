"""The interface of the layouts of rows and samples, and functions that several layouts share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import psycopg
from psycopg.types.string import ByteaBinaryLoader

from snapshard.junction import SUMMARY
from snapshard.pairs import Integers, Pairs, SampleSet, parse_pairs
from snapshard.rows import Rows


@dataclass(frozen=True)
class Window:
    """A range of positions of a chromosome (1-based, both ends included)."""

    chrom: str
    start: int
    end: int


@dataclass(frozen=True)
class Subset:
    """Sample lists restricted to samples, of the rows with any of them, in order of the rows."""

    texts: list[bytes]
    counts: Integers
    sums: Integers


class Layout(Protocol):
    """A way to store rows and samples. `tables` are all its tables, `payload` is the one with the
    samples.
    """

    name: str
    tables: tuple[str, ...]
    payload: str

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Creates, fills and indexes the tables."""

    def export(self, connection: Any) -> Iterator[bytes]:
        """Yields all lines, in pieces of any size."""

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """Yields the lines with at least this many samples."""

    def subset(self, connection: Any, window: Window, members: SampleSet) -> Subset:
        """The sample lists of a window restricted to samples."""

    def junction(self, connection: Any, locus: Window) -> Pairs:
        """Samples and coverages of the junction with exactly these coordinates."""


NARROW = tuple(name for name in SUMMARY if name != "length")
_NARROW_DDL = """
CREATE TABLE {table} (
    snaptron_id bigint NOT NULL, coverage_sum bigint NOT NULL, {key}, start integer NOT NULL,
    "end" integer NOT NULL, samples_count integer NOT NULL, source_dataset_id integer, {small}
    chromosome text COLLATE "C" NOT NULL, strand text COLLATE "C" NOT NULL,
    annotated text COLLATE "C" NOT NULL, left_motif text COLLATE "C" NOT NULL,
    right_motif text COLLATE "C" NOT NULL, left_annotated text COLLATE "C" NOT NULL,
    right_annotated text COLLATE "C" NOT NULL,
    coverage_avg numeric NOT NULL, coverage_median numeric NOT NULL,
    length integer GENERATED ALWAYS AS ("end" - start + 1) VIRTUAL
)"""
INSIDE = 'chromosome = %(chrom)s AND start >= %(start)s AND start <= %(end)s AND "end" <= %(end)s'
EXACT = 'chromosome = %(chrom)s AND start = %(start)s AND "end" = %(end)s'


def narrow_ddl(table: str, *, key: str, small: str = "") -> str:
    """The DDL of the narrow table: all columns except the samples, and the key of the payload;
    `small` is the two-byte part of the key.
    """
    return _NARROW_DDL.format(table=table, key=key, small=small)


def copy_narrow(table: str, *keys: str) -> str:
    """The COPY statement for `narrow_lines`."""
    columns = ", ".join([f'"{name}"' for name in (*keys, *NARROW)])
    return f"COPY {table} ({columns}) FROM STDIN (NULL '')"


def narrow_lines(rows: Rows, *keys: Iterable[int]) -> bytes:
    """The narrow columns of rows as text for COPY, the keys first."""
    columns = [list(map(b"%d".__mod__, key)) for key in keys]
    columns += [rows.texts(name) for name in NARROW]
    return b"".join([b"\t".join(row) + b"\n" for row in zip(*columns, strict=True)])


def unframed(copy: psycopg.Copy) -> Iterator[bytes]:
    """Yields the single value of each row of a binary COPY.

    The first message begins with a header of 19 bytes, each row with six bytes of framing, and the
    trailer has two bytes.
    """
    first = True
    for message in copy:
        framed = bytes(message)
        if first:
            framed, first = framed[19:], False
        if len(framed) > 2:
            yield framed[6:]


def batched_bytes(pieces: Iterable[bytes], size: int = 1 << 16) -> Iterator[bytes]:
    """Yields the same bytes in pieces of at least this size, for cheaper writes to the network."""
    batch: list[bytes] = []
    length = 0
    for piece in pieces:
        batch.append(piece)
        length += len(piece)
        if length >= size:
            yield b"".join(batch)
            batch, length = [], 0
    yield b"".join(batch)


def stream(
    connection: Any, query: str, *, arguments: Any = None, binary: bool = False
) -> Iterator[bytes]:
    """Yields the output of COPY (query) TO STDOUT: lines of text, or the single value of each row."""
    target = f"COPY ({query}) TO STDOUT" + (" (FORMAT binary)" if binary else "")
    with connection.cursor() as cursor, cursor.copy(target, arguments) as copy:
        yield from unframed(copy) if binary else map(bytes, copy)


def fetch(connection: Any, query: str, arguments: Any) -> list[Any]:
    """The rows of a query in binary form, with text as bytes."""
    cursor = connection.cursor(binary=True)
    cursor.adapters.register_loader("text", ByteaBinaryLoader)
    return cursor.execute(query, arguments).fetchall()


def restrict(samples: Iterable[bytes], members: SampleSet) -> Subset:
    """The sample lists with any of the samples, restricted to them.

    They are parsed 256 kB at a time, which fits in the processor's cache.
    """
    texts: list[bytes] = []
    counts, sums = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for batch in _batches(samples):
        pairs = parse_pairs(batch).restrict(members)
        has_any = pairs.counts() > 0
        texts += [text for text in pairs.row_texts() if text]
        counts.append(pairs.counts()[has_any])
        sums.append(pairs.sums()[has_any])
    return Subset(texts, np.concatenate(counts), np.concatenate(sums))


def _batches(samples: Iterable[bytes], size: int = 1 << 18) -> Iterator[list[bytes]]:
    batch, length = [], 0
    for text in samples:
        batch.append(text)
        length += len(text)
        if length >= size:
            yield batch
            batch, length = [], 0
    yield batch
