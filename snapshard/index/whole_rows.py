"""Whole rows of a region or of ids, read so that an outage shows before the first row and small
answers cost no export.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from snapshard.connections import Use, fanout
from snapshard.index.index import Index
from snapshard.query import MOST_IDS, Query, intervals_to_ask
from snapshard.release import Interval, Release
from snapshard.rows import Rows

SMALL = 4 << 20
"""Bytes of text in the blocks that may hold a match, up to which rows are read at once over a
connection for reads.
"""

Slot = Callable[[], Callable[[], None]]
"""Takes one of the few places for exports, and gives what hands it back; raises if none is to be
had.
"""


def matching_rows(index: Index, release: Release, query: Query, *, slot: Slot) -> Iterator[Rows]:
    """The matching rows in genome order. Every shard that must be asked has answered when this
    returns, or it has raised.

    Small answers are complete by then. Large ones take a slot, and are streamed over connections
    for exports.
    """
    near = index.near(release, query)
    asked = [directory.interval for directory, _ in near]
    size = sum(int(directory.text_bytes[mask].sum()) for directory, mask in near)
    return read_parts(index, asked, size=size, part=partial(index.part, release, query), slot=slot)


def rows_by_id(index: Index, release: Release, ids: Iterable[int], *, kind: str) -> Rows:
    """The rows of these ids, ascending by id, each once; ids that no row has are left out."""
    wanted = sorted(set(ids))
    found: dict[int, bytes] = {}
    for first in range(0, len(wanted), MOST_IDS):
        query = Query(ids=tuple(wanted[first : first + MOST_IDS]), kind=kind)
        part = partial(index.part, release, query)
        for rows in _at_once(_by_shard(intervals_to_ask(query, release), kind), part):
            found.update(zip(rows.integers("snaptron_id").tolist(), rows.lines(), strict=True))
    return Rows(b"".join(found[number] for number in sorted(found)))


def read_parts(
    index: Index,
    asked: Sequence[Interval],
    *,
    size: int,
    part: Callable[..., Iterator[Rows]],
    slot: Slot,
) -> Iterator[Rows]:
    """What `part(interval, use=...)` gives of every interval, in order: read at once if the size is
    small, else streamed.

    Raises ShardUnavailable before anything is read if a shard does not answer.
    """
    if size <= SMALL:
        return iter(_at_once(asked, part))
    index.reach([interval.shard for interval in asked])
    stream = _streamed([partial(part, interval, use=Use.EXPORT) for interval in asked], slot)
    # Its first item stands for the slot that was taken; begun, it hands the slot back however it
    # ends.
    next(stream)
    return stream


def _at_once(asked: Sequence[Interval], part: Callable[..., Iterator[Rows]]) -> list[Rows]:
    read = fanout.gather_by(
        lambda interval: interval.shard, lambda interval: list(part(interval, use=Use.READ)), asked
    )
    return list(chain.from_iterable(read))


def _by_shard(intervals: Sequence[Interval], kind: str) -> list[Interval]:
    """One interval per shard that has the blocks of all its intervals: where order does not matter,
    one statement does.
    """
    joined: dict[str, Interval] = {}
    for one in intervals:
        content = one.content[kind]
        if one.shard in joined:
            before = joined[one.shard].content[kind]
            content = replace(
                before,
                first_block=min(before.first_block, content.first_block),
                last_block=max(before.last_block, content.last_block),
                min_id=min(before.min_id, content.min_id),
                max_id=max(before.max_id, content.max_id),
            )
        joined[one.shard] = replace(one, content={kind: content})
    return list(joined.values())


def _streamed(sources: "Sequence[Callable[[], Iterator[Rows]]]", slot: Slot) -> Iterator[Rows]:
    end = slot()
    try:
        yield Rows(b"")
        yield from fanout.stream(sources)
    finally:
        end()
