"""Whole rows of a region or of ids, for protocols that must report an outage before the first row.

Small results are read at once over connections for reads; they are complete when the function
returns. A large result is streamed over connections for exports, of which there are few, so it first
takes an export slot. The slot must be released exactly once, however the stream ends: exhausted,
closed early, or never read. A generator that was never started does not run its `finally`, so
`_stream` starts the generator before it is returned.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol

from snapshard.connections import Use, fanout
from snapshard.index.index import WIDE_BYTES, Index, note_size
from snapshard.index.shard_intervals import one_per_shard
from snapshard.query import MOST_IDS, Query, intervals_to_ask
from snapshard.release import Interval, Release
from snapshard.rows import Rows

SMALL = 4 << 20
"""Bytes of text in the candidate blocks up to which a result is read at once."""

Slot = Callable[[], AbstractContextManager[None]]
"""An export slot, taken on entry and released on exit; raises TooBusy if none is free."""


class IntervalRows(Protocol):
    """Reads the matching rows of one interval, lazily."""

    def __call__(self, interval: Interval, *, use: Use) -> Generator[Rows, None, None]: ...


def matching_rows(index: Index, release: Release, query: Query, *, slot: Slot) -> Iterator[Rows]:
    """The matching rows in genome order.

    When this returns, every shard that is needed has responded; otherwise it raises
    ShardUnavailable, or TooBusy if a large result finds no export slot.
    """
    stored_query = index.facts.of(release).stored_query(query)

    def rows_of(interval: Interval, *, use: Use) -> Generator[Rows, None, None]:
        return index.reader(release, stored_query, interval).rows(use=use)

    intervals = intervals_to_ask(stored_query, release)
    size = index.candidate_bytes(release, query)
    return read_intervals(index, intervals, rows_of, size=size, slot=slot)


def rows_by_id(index: Index, release: Release, ids: Iterable[int], *, kind: str) -> Rows:
    """The rows with these ids, ascending by id, each once. Ids without a row are left out."""
    ascending_ids = sorted(set(ids))
    lines: dict[int, bytes] = {}
    for first in range(0, len(ascending_ids), MOST_IDS):
        query = Query(ids=tuple(ascending_ids[first : first + MOST_IDS]), kind=kind)

        def rows_of(
            interval: Interval, *, use: Use, query: Query = query
        ) -> Generator[Rows, None, None]:
            return index.reader(release, query, interval).rows(use=use)

        intervals = one_per_shard(intervals_to_ask(query, release), kind)
        for rows in _read_at_once(intervals, rows_of):
            lines.update(zip(rows.integers("snaptron_id").tolist(), rows.lines(), strict=True))
    return Rows(b"".join(lines[number] for number in sorted(lines)))


def read_intervals(
    index: Index,
    intervals: Sequence[Interval],
    rows_of: IntervalRows,
    *,
    size: int,
    slot: Slot,
) -> Iterator[Rows]:
    """The rows of every interval, in order: read at once if the size in bytes is small, else streamed.

    Raises ShardUnavailable before anything is read if a shard does not respond.
    """
    # A small result is complete before the response starts, so that an error still changes its status.
    if size <= SMALL:
        note_size(size / WIDE_BYTES)
        return iter(_read_at_once(intervals, rows_of))
    index.reach([interval.shard for interval in intervals])
    stream = _stream([partial(rows_of, interval, use=Use.EXPORT) for interval in intervals], slot)
    # Starting the generator here guarantees that it releases the slot. It yields an empty Rows first.
    next(stream)
    return stream


def _read_at_once(intervals: Sequence[Interval], rows_of: IntervalRows) -> list[Rows]:
    rows: list[Rows] = []
    for rows_of_interval in fanout.gather_by(
        lambda interval: interval.shard,
        lambda interval: list(rows_of(interval, use=Use.READ)),
        intervals,
    ):
        rows += rows_of_interval
    return rows


def _stream(
    sources: Sequence[Callable[[], Generator[Rows, None, None]]], slot: Slot
) -> Generator[Rows, None, None]:
    with slot():
        yield Rows(b"")
        yield from fanout.stream(sources)
