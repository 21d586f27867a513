"""Whole rows of a region or of ids, read so that an outage shows before the first row and small answers cost no export."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from sqlalchemy import func, select

from snapshard import fanout
from snapshard.copying import copy_lines
from snapshard.index import Index
from snapshard.pools import Use
from snapshard.query import MOST_IDS, Query, intervals_to_ask, near_blocks
from snapshard.release import Interval, Release
from snapshard.rows import Rows
from snapshard.tables import rowset

SMALL = 4 << 20
"""Bytes of text in the blocks that may hold a match, up to which rows are read at once over a connection for reads."""


def matching_rows(index: Index, release: Release, query: Query) -> Iterator[Rows]:
    """The matching rows in genome order. Every shard that must be asked has answered when this returns, or it has raised.

    Small answers are complete by then. Large ones are streamed over connections for exports, of which there are few.
    """
    asked = intervals_to_ask(query, release)
    if sum(fanout.gather(partial(_reach, index, release, query), asked)) > SMALL:
        sources = [partial(index.part, release, query, interval, use=Use.EXPORT) for interval in asked]
        return fanout.stream(sources)
    found = fanout.gather(lambda interval: list(index.part(release, query, interval, use=Use.READ)), asked)
    return iter(list(chain.from_iterable(found)))


def rows_by_id(index: Index, release: Release, ids: Iterable[int], *, kind: str) -> Rows:
    """The rows of these ids, ascending by id, each once; ids that no row has are left out."""
    wanted = sorted(set(ids))
    found: dict[int, bytes] = {}
    for first in range(0, len(wanted), MOST_IDS):
        query = Query(ids=tuple(wanted[first : first + MOST_IDS]), kind=kind)
        for rows in matching_by_id(index, release, query):
            found.update(zip(rows.integers("snaptron_id").tolist(), rows.lines(), strict=True))
    return Rows(b"".join(found[number] for number in sorted(found)))


def matching_by_id(index: Index, release: Release, query: Query) -> list[Rows]:
    """The rows of a query that names ids, in genome order; every shard is asked at once."""
    asked = intervals_to_ask(query, release)
    found = fanout.gather(lambda interval: list(index.part(release, query, interval, use=Use.READ)), asked)
    return list(chain.from_iterable(found))


def _reach(index: Index, release: Release, query: Query, interval: Interval) -> int:
    """Bytes of text in the blocks that may hold a match."""
    blocks = rowset(release.schema, query.kind).blocks
    size = select(func.coalesce(func.sum(blocks.c.text_bytes), 0)).where(*near_blocks(query, interval, blocks))
    with index.pools.connection(interval.shard) as connection:
        return int(b"".join(copy_lines(connection, size)))
