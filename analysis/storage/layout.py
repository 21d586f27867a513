"""What every layout of rows and payload has to do, and what several of them share."""

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
    """Junctions inside start to end (1-based, both included) of a chromosome."""

    chrom: str
    start: int
    end: int


@dataclass(frozen=True)
class Cut:
    """Sample lists cut to some samples, for the rows that have any of them, in order of the rows."""

    texts: list[bytes]
    counts: Integers
    sums: Integers


class Layout(Protocol):
    """One way of keeping rows and samples. `tables` are all its tables, `payload` the one with the
    samples.
    """

    name: str
    tables: tuple[str, ...]
    payload: str

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Creates the tables, fills and indexes them."""

    def export(self, connection: Any) -> Iterator[bytes]:
        """All lines, in pieces of any size."""

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The lines with that many samples or more."""

    def subset(self, connection: Any, window: Window, wanted: SampleSet) -> Cut:
        """The sample lists of a window cut to some samples."""

    def one(self, connection: Any, place: Window) -> Pairs:
        """Samples and coverages of the junction at exactly that place."""


NARROW = tuple(name for name in SUMMARY if name != "length")
_NARROW_DDL = """
CREATE TABLE {table} (
    snaptron_id bigint NOT NULL, coverage_sum bigint NOT NULL, {key}, start integer NOT NULL,
    "end" integer NOT NULL,
    samples_count integer NOT NULL, source_dataset_id integer, {small} chromosome text COLLATE "C" NOT NULL,
    strand text COLLATE "C" NOT NULL, annotated text COLLATE "C" NOT NULL,
    left_motif text COLLATE "C" NOT NULL,
    right_motif text COLLATE "C" NOT NULL, left_annotated text COLLATE "C" NOT NULL,
    right_annotated text COLLATE "C" NOT NULL,
    coverage_avg numeric NOT NULL, coverage_median numeric NOT NULL,
    length integer GENERATED ALWAYS AS ("end" - start + 1) VIRTUAL
)"""
INSIDE = 'chromosome = %(chrom)s AND start >= %(start)s AND start <= %(end)s AND "end" <= %(end)s'
EXACT = 'chromosome = %(chrom)s AND start = %(start)s AND "end" = %(end)s'


def narrow_ddl(table: str, *, key: str, small: str = "") -> str:
    """The narrow table: every column but the samples, and the key of the payload (small: its
    two-byte part).
    """
    return _NARROW_DDL.format(table=table, key=key, small=small)


def copy_narrow(table: str, *keys: str) -> str:
    """The COPY that takes `narrow_lines`."""
    return f"COPY {table} ({', '.join(_quoted(name) for name in (*keys, *NARROW))}) FROM STDIN (NULL '')"


def narrow_lines(rows: Rows, *keys: Iterable[int]) -> bytes:
    """The narrow columns of rows for COPY, keys first."""
    numbered = [[b"%d" % number for number in key] for key in keys]
    columns = numbered + [rows.texts(name) for name in NARROW]
    return b"".join([b"\t".join(row) + b"\n" for row in zip(*columns, strict=True)])


def _quoted(name: str) -> str:
    return f'"{name}"'


def unframed(copy: psycopg.Copy) -> Iterator[bytes]:
    """The one value of each row of a binary COPY: its messages without header, trailer and six
    bytes of framing.
    """
    first = True
    for message in copy:
        framed = bytes(message)
        if first:
            framed, first = framed[19:], False
        if len(framed) > 2:
            yield framed[6:]


def gathered(pieces: Iterable[bytes], size: int = 1 << 16) -> Iterator[bytes]:
    """The same bytes in pieces of at least that size, for cheaper writes to the network."""
    held: list[bytes] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    yield b"".join(held)


def stream(
    connection: Any, query: str, *, arguments: Any = None, binary: bool = False
) -> Iterator[bytes]:
    """What COPY (query) TO STDOUT sends: lines of text, or the single value of each row."""
    target = f"COPY ({query}) TO STDOUT" + (" (FORMAT binary)" if binary else "")
    with connection.cursor() as cursor, cursor.copy(target, arguments) as copy:
        yield from unframed(copy) if binary else map(bytes, copy)


def fetch(connection: Any, query: str, arguments: Any) -> list[Any]:
    """Rows in binary form, text as bytes."""
    cursor = connection.cursor(binary=True)
    cursor.adapters.register_loader("text", ByteaBinaryLoader)
    return cursor.execute(query, arguments).fetchall()


def cut(samples: Iterable[bytes], wanted: SampleSet) -> Cut:
    """The sample lists that have wanted samples, cut to them; parsed 256 kB at a time, which stays
    in the cache.
    """
    texts: list[bytes] = []
    counts, sums = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for batch in _batches(samples):
        kept = parse_pairs(batch).restrict(wanted)
        some = kept.counts() > 0
        texts += [text for text in kept.row_texts() if text]
        counts.append(kept.counts()[some])
        sums.append(kept.sums()[some])
    return Cut(texts, np.concatenate(counts), np.concatenate(sums))


def _batches(samples: Iterable[bytes], size: int = 1 << 18) -> Iterator[list[bytes]]:
    batch, length = [], 0
    for one in samples:
        batch.append(one)
        length += len(one)
        if length >= size:
            yield batch
            batch, length = [], 0
    yield batch
