"""The index: queries the shards that may hold matching rows, and returns rows in genome order."""

import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from snapshard.catalog import Catalog, FactsCache
from snapshard.connections import Pools, ShardMap, ShardSource, Use, ask, current_watch, fanout
from snapshard.errors import NotFound, QueryTimeout, ShardUnavailable, TooBusy
from snapshard.index.directory import Directories
from snapshard.index.estimate import CHEAP, Count
from snapshard.index.interval_lookup import IntervalLookup
from snapshard.index.interval_reader import Deadline, IntervalReader, Resources
from snapshard.index.lookup import NumberedSpan, lookup_statement
from snapshard.index.shard_intervals import in_genome_order, one_per_shard
from snapshard.index.small_answers import result_lines
from snapshard.index.statements import chromosome_statement, summary_statement
from snapshard.query import Query, RowAddress, intervals_to_ask
from snapshard.region import Region
from snapshard.release import OTHERS, Interval, Release
from snapshard.rows import Rows
from snapshard.settings import Settings

_UNPACKERS = 2
"""Threads that unpack blocks for all exports of a process. The shards and the client keep the other
cores busy.
"""


WIDE_ROWS = 20_000
"""Rows in candidate blocks above which a read of stored columns is wide."""
WIDE_BYTES = 2 << 20
"""Bytes of text in candidate blocks above which a read that unpacks them is wide: more than an ordinary
gene of a large compilation has.
"""
_WIDE_SPANS = 1_000
"""Exact names in one request above which the search for them is wide."""


@dataclass(frozen=True)
class ShardState:
    """The result of checking a shard: whether it responded, in how many ms, and why not if it did not."""

    name: str
    up: bool
    milliseconds: float
    reason: str


class ReadInterval(Protocol):
    """Reads the matching rows of one interval, lazily, up to a limit."""

    def __call__(
        self, reader: IntervalReader, /, *, use: Use, limit: int | None
    ) -> Generator[Rows, None, None]: ...


class Index:
    """The catalog and the shards. Create it after a fork and close it at the end."""

    def __init__(self, shards: ShardSource, settings: Settings) -> None:
        self.settings = settings
        self.pools = Pools(shards, settings)
        self.catalog = Catalog(self.pools)
        self.facts = FactsCache(self.catalog, self._other_chromosomes)
        # Shared by all exports: each export with its own threads would start dozens under load.
        unpackers = ThreadPoolExecutor(_UNPACKERS, thread_name_prefix="unpack")
        self._resources = Resources(self.pools, Directories(), Directories(), unpackers)

    @property
    def shard_map(self) -> ShardMap:
        """The addresses of the catalog and the shards, as last read."""
        return self.pools.shard_map

    def close(self) -> None:
        """Closes every connection and ends every thread."""
        self._resources.unpackers.shutdown(cancel_futures=True)
        self.pools.close()

    def summaries(
        self, release: Release, query: Query, *, columns: Sequence[str], limit: int | None = None
    ) -> Iterator[Rows]:
        """Stored columns of the matching rows, without samples, in genome order, lazily.

        Not for a query restricted to samples, whose statistics are not stored: use `rows`.
        """
        names = tuple(columns)
        if (
            query.ids is not None
            and not query.regions
            and query.after is None
            and limit is not None
        ):
            stored_query = self.facts.of(release).stored_query(query)
            return self._summaries_by_id(release, stored_query, names, limit)

        def read_summaries(
            reader: IntervalReader, *, use: Use, limit: int | None
        ) -> Generator[Rows, None, None]:
            return reader.summaries(names, use=use, limit=limit)

        readers = self._readers(release, query)
        return self._stream(readers, read_summaries, limit, unpacked=False)

    def rows(self, release: Release, query: Query, *, limit: int | None = None) -> Iterator[Rows]:
        """The matching rows with all 17 columns, byte for byte as in the source, in genome order, lazily.

        If the query is restricted to samples, the other samples are left out and the statistics
        recomputed (`Rows.restrict`). Raises BadQuery for samples that the release does not have.
        """
        readers = self._readers(release, query)
        return self._stream(readers, IntervalReader.rows, limit, unpacked=True)

    def reader(self, release: Release, query: Query, interval: Interval) -> IntervalReader:
        """A reader of the matching rows of one interval."""
        return IntervalReader(self._resources, release, query, interval)

    def lookup(self, release: Release, interval: Interval) -> IntervalLookup:
        """Look-ups of many junctions and splice sites at once in one interval."""
        return IntervalLookup(self._resources, release, interval)

    def count(self, release: Release, query: Query) -> int:
        """The number of matching rows; all shards are queried at once.

        If the query is restricted to samples, every candidate row is unpacked. QueryTimeout, which
        names a shard, is then raised at the deadline of interactive responses; exports have none.
        """
        readers = self._readers(release, query)
        if query.samples is not None or query.filters:
            _read_directories(readers)
            note_size(sum(read_size(reader, unpacked=bool(query.samples)) for reader in readers))
        if query.samples is None:
            return self._count_stored(readers)
        deadline = Deadline.after(self.settings.read_seconds)
        count = partial(IntervalReader.count_restricted, deadline=deadline)
        return sum(fanout.gather_by(_shard, count, readers))

    def estimate(self, release: Release, query: Query) -> Count:
        """The number of matching rows: exact if that is cheap, else estimated.

        An estimate uses the sizes of the blocks and the statistics of the shards' planners. For a
        query restricted to samples it is an upper bound.
        """
        if query.ids is not None:
            return Count(self.count(release, query), "exact")
        readers = self._readers(release, query)
        _read_directories(readers)
        candidate_rows = [_candidate_rows(reader) for reader in readers]
        if sum(candidate_rows) <= CHEAP or (query.samples is None and not query.filters):
            return Count(self.count(release, query), "exact")
        if query.samples is not None:
            return Count(sum(candidate_rows), "at most")
        expected_rows = fanout.gather_by(
            lambda pair: pair[0].interval.shard,
            lambda pair: pair[0].expected_rows(pair[1]),
            list(zip(readers, candidate_rows, strict=True)),
        )
        return Count(round(sum(expected_rows)), "estimated")

    def candidate_bytes(self, release: Release, query: Query) -> int:
        """Bytes of text in the blocks that may hold a match: an upper bound of the size of the rows."""
        readers = self._readers(release, query)
        _read_directories(readers)
        return sum(map(_candidate_bytes, readers))

    def find(
        self, release: Release, spans: Sequence[Region], *, columns: Sequence[str]
    ) -> list[Rows]:
        """For every span, the junctions with exactly its first and last base (one per strand).

        The result is in the order of the spans and has these columns, without samples.
        """
        if len(spans) > _WIDE_SPANS:
            current_watch().before_wide_read()
        names = tuple(columns)
        facts = self.facts.of(release)
        searches = _spans_by_interval(release, [facts.stored_region(span) for span in spans])

        def search(interval: Interval) -> list[bytes]:
            directory = self._resources.directory(release, interval, "junction")
            statement = lookup_statement(release, directory, searches[interval.number], names)
            return self._resources.read_lines(interval, statement).splitlines(keepends=True)

        intervals = [interval for interval in release.intervals if interval.number in searches]
        lines_of_span: list[list[bytes]] = [[] for _ in spans]
        for lines in fanout.gather_by(lambda interval: interval.shard, search, intervals):
            for line in lines:
                number, _, row = line.partition(b"\t")
                lines_of_span[int(number)].append(row)
        return [Rows(b"".join(lines), names) for lines in lines_of_span]

    def reach(self, shards: Sequence[str]) -> None:
        """Checks that all of these shards respond. Raises ShardUnavailable for the first that does not."""
        for state in self.states(list(dict.fromkeys(shards))):
            if not state.up:
                raise ShardUnavailable(state.name, state.reason)

    def states(self, shards: Sequence[str] | None = None) -> list[ShardState]:
        """The state of these shards, or of every shard with an address; all are checked at once."""
        names = self.pools.names() if shards is None else shards
        return fanout.gather(self._state, names, threads=32)

    def row_address(self, release: Release, snaptron_id: int, kind: str = "junction") -> RowAddress:
        """The address of the row with an id. Raises NotFound if the release has no such row."""
        query = Query(ids=(snaptron_id,), kind=kind)
        columns = ("block", "position")
        for interval in intervals_to_ask(query, release):
            blocks = self.reader(release, query, interval).candidates()
            if blocks is None:
                continue
            statement = summary_statement(query, release, interval, blocks, columns=columns)
            lines = self._resources.read_lines(interval, statement)
            if lines:
                block, position = lines.split(b"\n", 1)[0].split(b"\t")
                return RowAddress(interval.number, int(block), int(position))
        raise NotFound(kind, snaptron_id)

    def _readers(self, release: Release, query: Query) -> list[IntervalReader]:
        stored_query = self.facts.of(release).stored_query(query)
        intervals = intervals_to_ask(stored_query, release)
        return [self.reader(release, stored_query, interval) for interval in intervals]

    def _count_stored(self, readers: Sequence[IntervalReader]) -> int:
        _read_directories(readers)
        parts = [reader.count() for reader in readers]
        results = ask(self.pools, [question for _, question in parts if question])
        counts = [int(result_lines(result)) for result in results]
        return sum(known for known, _ in parts) + sum(counts)

    def _summaries_by_id(
        self, release: Release, query: Query, columns: tuple[str, ...], limit: int
    ) -> Iterator[Rows]:
        """Stored columns of the first rows with ids, in genome order; every shard is asked once."""
        intervals = intervals_to_ask(query, release)
        columns_read = ("block", *columns)
        shares = one_per_shard(intervals, query.kind)
        readers = [self.reader(release, query, share) for share in shares]
        _read_directories(readers)
        asks = [reader.few_summaries(columns_read, limit=limit) for reader in readers]
        lines = map(result_lines, ask(self.pools, asks))
        rows_of_shard = {
            share.shard: Rows(text, columns_read) for share, text in zip(shares, lines, strict=True)
        }
        ordered = in_genome_order(intervals, query.kind, rows_of_shard)
        if ordered:
            yield Rows(b"".join(ordered[:limit]), columns)

    def _stream(
        self,
        readers: Sequence[IntervalReader],
        read_interval: ReadInterval,
        limit: int | None,
        *,
        unpacked: bool,
    ) -> Iterator[Rows]:
        if limit is None:
            sources = [
                partial(read_interval, reader, use=Use.EXPORT, limit=None) for reader in readers
            ]
            yield from fanout.stream(sources)
            return
        deadline = Deadline.after(self.settings.read_seconds)
        size = 0.0
        for reader in readers:
            # The intervals after the last that is read do not count.
            size += read_size(reader, unpacked=unpacked, limit=limit)
            note_size(size)
            deadline.check(reader.interval.shard)
            # The reader is exhausted even if the limit is reached: a shard that applied the limit
            # has nothing more to send, and the connection can then be reused.
            for rows in read_interval(reader, use=Use.READ, limit=limit):
                page = rows if len(rows) <= limit else rows.take(range(limit))
                limit -= len(page)
                yield page
                # Rows restricted to samples are limited here only, so the rest is not read.
                if not limit and reader.query.samples is not None:
                    return
            if not limit:
                return

    def _other_chromosomes(self, release: Release) -> frozenset[str]:
        """The chromosomes that have junctions but no interval of their own."""
        chroms: set[str] = set()
        for interval in release.intervals:
            if interval.chrom == OTHERS and "junction" in interval.content:
                statement = chromosome_statement(release, interval)
                chroms.update(self._resources.read_lines(interval, statement).decode().splitlines())
        return frozenset(chroms)

    def _state(self, shard: str) -> ShardState:
        start = time.perf_counter()
        reason = ""
        try:
            # A shard whose connections are all in use responds to those who have them.
            with suppress(TooBusy), self.pools.connection(shard):
                pass
        except (ShardUnavailable, NotFound, QueryTimeout) as exc:
            reason = str(exc)
        return ShardState(shard, not reason, 1000 * (time.perf_counter() - start), reason)


def _shard(reader: IntervalReader) -> str:
    return reader.interval.shard


def _read_directories(readers: Sequence[IntervalReader]) -> None:
    """Reads what leads to the candidate blocks, of all shards at once, if it is not in memory."""
    unread = [reader for reader in readers if not reader.knows_blocks]
    fanout.gather_by(_shard, IntervalReader.candidates, unread)


def _candidate_rows(reader: IntervalReader) -> int:
    return int(reader.directory().row_count[reader.mask].sum())


def _candidate_bytes(reader: IntervalReader) -> int:
    return int(reader.directory().text_bytes[reader.mask].sum())


def read_size(reader: IntervalReader, *, unpacked: bool, limit: int | None = None) -> float:
    """The most that a read of an interval may take, as a share of a wide read."""
    query = reader.query
    if query.ids is not None:
        return 0.0
    row_count = _candidate_rows(reader)
    size = row_count / WIDE_ROWS
    if unpacked:
        size = _candidate_bytes(reader) / WIDE_BYTES
    # A shard stops at the limit, but filters and samples may leave out all rows before it.
    if limit is not None and limit < row_count and not query.filters and query.samples is None:
        size *= limit / row_count
    return size


def note_size(size: float) -> None:
    """Lets a wide read wait for others of its kind; `size` is a share of WIDE_ROWS or WIDE_BYTES."""
    if size > 1:
        current_watch().before_wide_read()


def _spans_by_interval(release: Release, spans: Sequence[Region]) -> dict[int, list[NumberedSpan]]:
    """The spans with their numbers, by the number of the interval that holds rows starting there."""
    named_chroms = release.named_chroms
    searches: dict[int, list[NumberedSpan]] = {}
    for interval in release.intervals:
        if "junction" not in interval.content:
            continue
        numbered_spans = [
            (number, span)
            for number, span in enumerate(spans)
            if interval.holds_start(span.chrom, span.start, named_chroms)
        ]
        if numbered_spans:
            searches[interval.number] = numbered_spans
    return searches
