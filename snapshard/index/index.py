"""The index: asks the shards that it must, and hands on rows in genome order."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from snapshard.catalog import Catalog, FactsCache
from snapshard.connections import Pools, ShardSource, Use, fanout
from snapshard.errors import NotFound, QueryTimeout, ShardUnavailable
from snapshard.index.copy_out import copy_lines, copy_records
from snapshard.index.directory import Blocks, Directories, Directory, Mask, Split
from snapshard.index.estimate import CHEAP, Count, planned_rows
from snapshard.index.lookup import lookup_statement
from snapshard.index.statements import (
    Statement,
    chromosome_statement,
    count_statement,
    directory_statement,
    payload_statement,
    summary_statement,
)
from snapshard.index.unpack_blocks import RECORD_TYPES, batches, unpacked
from snapshard.query import Query, RowAddress, intervals_to_ask
from snapshard.region import Region
from snapshard.release import OTHERS, Interval, Release
from snapshard.rows import Rows
from snapshard.settings import Settings

_UNPACKERS = 2
"""Threads that unpack for all exports of a process; more find no idle core behind the shards and
the client.
"""


@dataclass(frozen=True)
class ShardState:
    """Whether a shard answered just now, how long that took, and the reason if it did not."""

    name: str
    up: bool
    milliseconds: float
    reason: str


class Index:
    """A catalog and the shards it speaks of. Make it after a fork, close it at the end."""

    def __init__(self, shards: ShardSource, settings: Settings) -> None:
        self.settings = settings
        self.pools = Pools(shards, settings)
        self.catalog = Catalog(self.pools)
        self._directories = Directories()
        self._unpackers = ThreadPoolExecutor(_UNPACKERS, thread_name_prefix="unpack")
        self.facts = FactsCache(self.catalog, self._other_chromosomes)

    def close(self) -> None:
        """Closes every connection and ends every thread."""
        self._unpackers.shutdown(cancel_futures=True)
        self.pools.close()

    def summaries(
        self, release: Release, query: Query, *, columns: Sequence[str], limit: int | None = None
    ) -> Iterator[Rows]:
        """Stored columns of the matching rows, without samples, in genome order, lazily.

        Not for a query restricted to samples: its statistics are not stored, so ask for whole rows.
        """
        return self._stream(release, query, partial(self._summaries, columns=tuple(columns)), limit)

    def rows(self, release: Release, query: Query, *, limit: int | None = None) -> Iterator[Rows]:
        """The matching rows with all 17 columns, byte for byte as the source wrote them, in genome
        order, lazily.

        Restricted to samples they are cut and recomputed (`Rows.restrict`).
        """
        return self._stream(release, query, self._rows, limit)

    def part(
        self, release: Release, query: Query, interval: Interval, *, use: Use
    ) -> Iterator[Rows]:
        """The matching rows of one interval, as `rows` gives those of all."""
        return self._rows(release, query, interval, use=use, limit=None)

    def count(self, release: Release, query: Query) -> int:
        """How many rows match, every shard asked at once.

        Restricted to samples every row that is near must be unpacked and cut. Raises QueryTimeout,
        which names a shard, at the deadline of an interactive answer; an export has none.
        """
        asked = intervals_to_ask(query, release)
        if query.samples is None:
            return sum(fanout.gather_by(_shard, partial(self._count, release, query), asked))
        deadline = time.monotonic() + self.settings.read_seconds
        return sum(
            fanout.gather_by(
                _shard, partial(self._count_cut, release, query, deadline=deadline), asked
            )
        )

    def estimate(self, release: Release, query: Query) -> Count:
        """About how many rows match: exact where few can, else from the sizes of blocks and the
        shards' own statistics.
        """
        if query.ids is not None:
            return Count(self.count(release, query), "exact")
        near = self.near(release, query)
        rows = sum(int(one.row_count[mask].sum()) for one, mask in near)
        if rows <= CHEAP or (query.samples is None and not query.filters):
            return Count(self.count(release, query), "exact")
        if query.samples is not None:
            return Count(rows, "at most")
        expected = fanout.gather_by(
            lambda one: one[0].interval.shard, partial(self._expected, release, query), near
        )
        return Count(round(sum(expected)), "estimated")

    def find(
        self, release: Release, spans: Sequence[Region], *, columns: Sequence[str]
    ) -> list[Rows]:
        """For every span the junctions that begin and end where it does (one per strand), in the
        order asked; without samples.
        """
        found: list[list[bytes]] = [[] for _ in spans]
        named = release.named
        asked = [
            (interval, held)
            for interval in release.intervals
            if "junction" in interval.content
            and (
                held := [
                    (n, s)
                    for n, s in enumerate(spans)
                    if interval.holds_start(s.chrom, s.start, named)
                ]
            )
        ]
        for lines in fanout.gather_by(
            lambda one: one[0].shard, partial(self._find, release, tuple(columns)), asked
        ):
            for line in lines:
                number, _, row = line.partition(b"\t")
                found[int(number)].append(row)
        return [Rows(b"".join(lines), tuple(columns)) for lines in found]

    def near(self, release: Release, query: Query) -> list[tuple[Directory, Mask]]:
        """The directories of the intervals that may hold matches, in genome order, and which of
        their blocks may.
        """
        directories = fanout.gather_by(
            _shard, partial(self._directory, release, query.kind), intervals_to_ask(query, release)
        )
        return [(directory, directory.near(query)) for directory in directories]

    def reach(self, shards: Sequence[str]) -> None:
        """Makes sure that every one of these shards answers now. Raises ShardUnavailable."""
        for state in self.states(list(dict.fromkeys(shards))):
            if not state.up:
                raise ShardUnavailable(state.name, state.reason)

    def states(self, shards: Sequence[str] | None = None) -> list[ShardState]:
        """Whether each shard answers now, all asked at once; without names every shard that has an
        address.
        """
        return fanout.gather(
            self._state, self.pools.names() if shards is None else shards, threads=32
        )

    def row_address(self, release: Release, snaptron_id: int, kind: str = "junction") -> RowAddress:
        """Where the row of an id stands. Raises NotFound if the release has no such row."""
        query = Query(ids=(snaptron_id,), kind=kind)
        for interval in intervals_to_ask(query, release):
            content = interval.content[kind]
            blocks = Blocks(content.first_block, content.last_block)
            # Read to its end: a connection with half an answer could not be used again.
            found = self._read(
                interval,
                summary_statement(query, release, interval, blocks, columns=("block", "position")),
            )
            if found:
                block, position = found.split(b"\n", 1)[0].split(b"\t")
                return RowAddress(interval.number, int(block), int(position))
        raise NotFound(kind, snaptron_id)

    def _stream(
        self,
        release: Release,
        query: Query,
        ask: "Callable[..., Iterator[Rows]]",
        limit: int | None,
    ) -> Iterator[Rows]:
        asked = intervals_to_ask(query, release)
        if limit is None:
            sources = [
                partial(ask, release, query, interval, use=Use.EXPORT, limit=None)
                for interval in asked
            ]
            yield from fanout.stream(sources)
            return
        deadline = time.monotonic() + self.settings.read_seconds
        for interval in asked:
            if time.monotonic() > deadline:
                raise QueryTimeout(interval.shard, self.settings.read_seconds)
            # To its end, although a limit that the shard knows leaves nothing behind it: then the
            # connection is used again.
            for rows in ask(release, query, interval, use=Use.READ, limit=limit):
                kept = rows if len(rows) <= limit else rows.take(range(limit))
                limit -= len(kept)
                yield kept
                if not limit and query.samples is not None:
                    return
            if not limit:
                return

    def _summaries(
        self,
        release: Release,
        query: Query,
        interval: Interval,
        *,
        columns: tuple[str, ...],
        use: Use,
        limit: int | None,
    ) -> Iterator[Rows]:
        blocks = self._near(release, query, interval)
        if blocks is None:
            # Nothing lies there; yet a shard that is away is said to be, whatever is asked of it.
            self.reach([interval.shard])
            return
        statement = summary_statement(
            query, release, interval, blocks, columns=columns, limit=limit
        )
        with self.pools.connection(interval.shard, use) as connection:
            for lines in copy_lines(connection, statement):
                yield Rows(lines, columns)

    def _rows(
        self,
        release: Release,
        query: Query,
        interval: Interval,
        *,
        use: Use,
        limit: int | None,
        deadline: float = math.inf,
    ) -> Iterator[Rows]:
        statement = self._payloads(release, query, interval, limit)
        if statement is None:
            self.reach([interval.shard])
            return
        unpack = partial(unpacked, query=query)
        with self.pools.connection(interval.shard, use) as connection:
            packed = batches(copy_records(connection, statement, RECORD_TYPES))
            # Zstandard lets other threads run meanwhile, which pays where more than a few blocks
            # are read. Cutting to samples is many short steps, for which threads only wait on each
            # other.
            alone = use is Use.READ or query.samples is not None
            parts = map(unpack, packed) if alone else fanout.ahead(self._unpackers, unpack, packed)
            for rows in parts:
                if time.monotonic() > deadline:
                    raise QueryTimeout(interval.shard, self.settings.read_seconds)
                if rows.text:
                    yield rows

    def _payloads(
        self, release: Release, query: Query, interval: Interval, limit: int | None
    ) -> Statement | None:
        """What asks for the blocks of the matching rows; None if there can be none."""
        # Which rows stay is decided after unpacking when samples are left out; the shard cannot
        # count them.
        known = None if query.samples is not None else limit
        split = (
            self._split(release, query, interval)
            if known is None
            else Split(self._near(release, query, interval))
        )
        if split.opened is None and split.whole is None:
            return None
        return payload_statement(
            query, release, interval, opened=split.opened, whole=split.whole, limit=known
        )

    def _split(self, release: Release, query: Query, interval: Interval) -> Split:
        if query.ids is not None:
            return Split(self._near(release, query, interval))
        return self._directory(release, query.kind, interval).split(query)

    def _near(self, release: Release, query: Query, interval: Interval) -> Blocks | None:
        """The blocks of an interval that may hold a match, perhaps with others between them; None
        if there are none.
        """
        if query.ids is not None:
            # The index of ids leads to the rows.
            content = interval.content[query.kind]
            return Blocks(content.first_block, content.last_block)
        directory = self._directory(release, query.kind, interval)
        return directory.around(directory.near(query))

    def _directory(self, release: Release, kind: str, interval: Interval) -> Directory:
        key = release.schema, release.created, interval.number, kind, interval.content[kind]

        def read() -> Directory:
            return Directory.from_lines(
                interval, self._read(interval, directory_statement(release, interval, kind))
            )

        return self._directories.get(key, read)

    def _read(self, interval: Interval, statement: Statement) -> bytes:
        """All lines of an answer, read to its end, so that the connection can be used again."""
        with self.pools.connection(interval.shard) as connection:
            return b"".join(copy_lines(connection, statement))

    def _other_chromosomes(self, release: Release) -> frozenset[str]:
        """The chromosomes that have junctions but no interval of their own."""
        chroms: set[str] = set()
        for interval in release.intervals:
            if interval.chrom == OTHERS and "junction" in interval.content:
                chroms.update(self._chromosomes(release, interval))
        return frozenset(chroms)

    def _chromosomes(self, release: Release, interval: Interval) -> list[str]:
        return self._read(interval, chromosome_statement(release, interval)).decode().splitlines()

    def _expected(self, release: Release, query: Query, near: tuple[Directory, Mask]) -> float:
        """About how many rows of an interval match: the part of it that passes the filters, of the
        rows that are near.
        """
        directory, mask = near
        interval = directory.interval
        with self.pools.connection(interval.shard) as connection:
            passing = planned_rows(connection, query, release, interval)
        return (
            passing
            * float(directory.row_count[mask].sum())
            / max(1, interval.content[query.kind].row_count)
        )

    def _find(
        self,
        release: Release,
        columns: tuple[str, ...],
        asked: tuple[Interval, list[tuple[int, Region]]],
    ) -> list[bytes]:
        interval, spans = asked
        directory = self._directory(release, "junction", interval)
        return self._read(
            interval, lookup_statement(release, directory, spans, columns)
        ).splitlines(keepends=True)

    def _state(self, shard: str) -> ShardState:
        started = time.perf_counter()
        reason = ""
        try:
            with self.pools.connection(shard):
                pass
        except (ShardUnavailable, NotFound, QueryTimeout) as exc:
            reason = str(exc)
        return ShardState(shard, not reason, 1000 * (time.perf_counter() - started), reason)

    def _count(self, release: Release, query: Query, interval: Interval) -> int:
        split = self._split(release, query, interval)
        if split.opened is None:
            return split.whole_rows
        return split.whole_rows + int(
            self._read(interval, count_statement(query, release, interval, split.opened))
        )

    def _count_cut(
        self, release: Release, query: Query, interval: Interval, *, deadline: float
    ) -> int:
        return sum(
            len(rows)
            for rows in self._rows(
                release, query, interval, use=Use.READ, limit=None, deadline=deadline
            )
        )


def _shard(interval: Interval) -> str:
    return interval.shard
