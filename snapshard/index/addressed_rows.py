"""The rows of several queries at once, and whole rows by their addresses.

Whoever needs a few rows of many queries asks in two steps: `summaries_of_each` returns the stored
columns and the addresses of the matching rows, and `rows_at` the whole rows at the addresses that
matter. Each step takes one round trip to a shard, and a block is unpacked once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from snapshard.connections import fanout
from snapshard.index.copy_out import copy_each, copy_records
from snapshard.index.directory import Blocks
from snapshard.index.index import Index, note_size, read_size
from snapshard.index.interval_reader import IntervalReader
from snapshard.index.statements import payload_statement
from snapshard.index.unpack_blocks import RECORD_TYPES, unpacked
from snapshard.query import Query, RowAddress, intervals_to_ask
from snapshard.release import Interval, Release
from snapshard.rows import Rows

_ADDRESS = ("block", "position")
_WHOLE = Query()


@dataclass(frozen=True)
class AddressedRows:
    """Rows with two columns more, block and position, and the address of each row."""

    rows: Rows
    addresses: tuple[RowAddress, ...]


def summaries_of_each(
    index: Index, release: Release, queries: Sequence[Query], *, columns: Sequence[str], limit: int
) -> list[AddressedRows]:
    """For each query the stored columns of its matching rows, at most `limit`, in genome order.

    Not for queries restricted to samples. Raises as `Index.summaries` does.
    """
    names = (*columns, *_ADDRESS)
    readers = [_readers(index, release, query) for query in queries]
    every_reader = [reader for of_query in readers for reader in of_query]
    note_size(sum(read_size(reader, unpacked=False, limit=limit) for reader in every_reader))
    texts = iter(_read_each(index, every_reader, names, limit))
    return [
        _addressed([(reader.interval, next(texts)) for reader in of_query], names, limit)
        for of_query in readers
    ]


def rows_at(index: Index, release: Release, addresses: Iterable[RowAddress]) -> Rows:
    """The whole rows at these addresses, which must ascend and differ, in their order.

    Raises ShardUnavailable, QueryTimeout and TooBusy.
    """
    blocks_of: dict[int, dict[int, list[int]]] = {}
    for address in addresses:
        blocks = blocks_of.setdefault(address.interval, {})
        blocks.setdefault(address.block, []).append(address.position)
    intervals = [interval for interval in release.intervals if interval.number in blocks_of]
    parts = fanout.gather_by(
        lambda interval: interval.shard,
        lambda interval: _lines_at(index, release, interval, blocks_of[interval.number]),
        intervals,
    )
    return Rows(b"".join(parts))


def _readers(index: Index, release: Release, query: Query) -> list[IntervalReader]:
    stored_query = index.facts.of(release).stored_query(query)
    intervals = intervals_to_ask(stored_query, release)
    return [index.reader(release, stored_query, interval) for interval in intervals]


def _read_each(
    index: Index, readers: Sequence[IntervalReader], names: tuple[str, ...], limit: int
) -> list[bytes]:
    """The lines of every reader, in the order of the readers; all statements of a shard together."""
    numbers: dict[str, list[int]] = {}
    for number, reader in enumerate(readers):
        numbers.setdefault(reader.interval.shard, []).append(number)
    lines = [b""] * len(readers)

    def read_shard(shard: str) -> None:
        statements = {
            number: statement
            for number in numbers[shard]
            if (statement := readers[number].summary_statement(names, limit=limit)) is not None
        }
        with index.pools.connection(shard) as connection:
            texts = copy_each(connection, list(statements.values()))
        for number, text in zip(statements, texts, strict=True):
            lines[number] = text

    fanout.gather(read_shard, list(numbers))
    return lines


def _addressed(
    parts: Sequence[tuple[Interval, bytes]], names: tuple[str, ...], limit: int
) -> AddressedRows:
    """The first `limit` of the rows that several intervals have for a query."""
    addresses: list[RowAddress] = []
    for interval, text in parts:
        if text:
            rows = Rows(text, names)
            columns = [rows.integers(name).tolist() for name in _ADDRESS]
            addresses += [
                RowAddress(interval.number, block, position)
                for block, position in zip(*columns, strict=True)
            ]
    rows = Rows(b"".join(text for _, text in parts), names)
    if len(addresses) > limit:
        rows = rows.take(range(limit))
    return AddressedRows(rows, tuple(addresses[:limit]))


def _lines_at(
    index: Index, release: Release, interval: Interval, positions: Mapping[int, Sequence[int]]
) -> bytes:
    """The lines at these positions of each block of an interval, in the order of the blocks."""
    blocks = Blocks(min(positions), max(positions), listed=tuple(positions))
    statement = payload_statement(_WHOLE, release, interval, opened=None, fully_matching=blocks)
    with index.pools.connection(interval.shard) as connection:
        records = list(copy_records(connection, statement, RECORD_TYPES))
    chosen = [
        (block, np.array(positions[block], ">i2").tobytes(), payload)
        for block, _, payload in records
    ]
    return unpacked(chosen, query=_WHOLE).text
