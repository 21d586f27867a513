"""The rows of several queries at once, and whole rows by their addresses.

Whoever needs a few rows of many queries asks in two steps: `summaries_of_each` returns the stored
columns and the addresses of the matching rows, and `rows_at` the whole rows at the addresses that
matter. Each step takes one round trip to a shard, and a block is unpacked once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from snapshard.connections import Ask, ask
from snapshard.index.directory import Blocks
from snapshard.index.index import Index, note_size, read_size
from snapshard.index.interval_reader import IntervalReader
from snapshard.index.small_answers import ask_of, result_blocks, result_lines
from snapshard.index.statements import payload_statement
from snapshard.index.unpack_blocks import Record, unpacked
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
    questions = [reader.few_summaries(names, limit=limit) for reader in every_reader]
    texts = map(result_lines, ask(index.pools, questions))
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
    questions = [
        _block_question(release, interval, tuple(blocks_of[interval.number]))
        for interval in intervals
    ]
    parts = [
        _lines_at(result_blocks(result), blocks_of[interval.number])
        for interval, result in zip(intervals, ask(index.pools, questions), strict=True)
    ]
    return Rows(b"".join(parts))


def _readers(index: Index, release: Release, query: Query) -> list[IntervalReader]:
    stored_query = index.facts.of(release).stored_query(query)
    intervals = intervals_to_ask(stored_query, release)
    return [index.reader(release, stored_query, interval) for interval in intervals]


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


def _block_question(release: Release, interval: Interval, blocks: tuple[int, ...]) -> Ask:
    """The question for these blocks of an interval, which must ascend."""
    listed = Blocks(blocks[0], blocks[-1], listed=blocks)
    statement = payload_statement(_WHOLE, release, interval, opened=None, fully_matching=listed)
    return ask_of(interval.shard, statement, kept=True, binary=True)


def _lines_at(records: Sequence[Record], positions: Mapping[int, Sequence[int]]) -> bytes:
    """The lines at these positions of each block, in the order of the blocks."""
    chosen = [
        (block, np.array(positions[block], ">i2").tobytes(), payload)
        for block, _, payload in records
    ]
    return unpacked(chosen, query=_WHOLE).text
