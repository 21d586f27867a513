"""Reads the rows of one interval that match a query.

A read has two steps. First the block directory, which is cached in memory, selects the candidate
blocks (see directory.py). Then one SQL statement reads those blocks from the shard. If no block is a
candidate, no statement is sent, but the shard must still respond: a response must not depend on
whether an unavailable shard happened to hold a match.
"""

import time
from collections.abc import Generator, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial

from snapshard.connections import Ask, Pools, Use, ask, fanout
from snapshard.errors import QueryTimeout
from snapshard.index.copy_out import copy_lines, copy_records
from snapshard.index.directory import Blocks, Directories, Directory, Mask, Split
from snapshard.index.estimate import planned_rows
from snapshard.index.id_blocks import IdBlocks, id_blocks_statement
from snapshard.index.small_answers import ask_of, result_blocks, result_lines
from snapshard.index.statements import (
    Statement,
    count_statement,
    directory_statement,
    payload_statement,
    summary_statement,
)
from snapshard.index.unpack_blocks import RECORD_TYPES, batches, unpacked
from snapshard.match import Match
from snapshard.query import Query
from snapshard.release import Interval, Release
from snapshard.rows import Rows

_FEW_ROWS = 500
"""Rows up to which a result is read at once; COPY returns more rows faster."""
_FEW_REGIONS = 20
"""Exact regions, or ids, of a question for few rows."""
_FEW_BYTES = 1 << 20
"""Bytes of text in the blocks of a result that is read at once."""


@dataclass(frozen=True)
class Deadline:
    """A moment on the clock of time.monotonic, and the timeout in seconds that leads to it."""

    moment: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """The deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, seconds)

    def check(self, shard: str) -> None:
        """Raises QueryTimeout, which names the shard, if the deadline has passed."""
        if time.monotonic() > self.moment:
            raise QueryTimeout(shard, self.seconds)


@dataclass(frozen=True)
class Resources:
    """The connections, directories and threads that all readers of a process share."""

    pools: Pools
    directories: Directories[Directory]
    id_blocks: Directories[IdBlocks]
    unpackers: ThreadPoolExecutor

    def read_lines(self, interval: Interval, statement: Statement) -> bytes:
        """All lines of a statement, read to the end, so that the connection can be reused."""
        with self.pools.connection(interval.shard) as connection:
            return b"".join(copy_lines(connection, statement))

    def directory(self, release: Release, interval: Interval, kind: str) -> Directory:
        """The directory of an interval, read from its shard if it is not cached."""
        key = _directory_key(release, interval, kind)

        def read_directory() -> Directory:
            lines = self.read_lines(interval, directory_statement(release, interval, kind))
            return Directory.from_lines(interval, lines)

        return self.directories.get(key, read_directory)

    def blocks_of_ids(
        self, release: Release, interval: Interval, kind: str, ids: Sequence[int]
    ) -> Blocks | None:
        """The blocks of an interval, or of a shard's intervals together, that may hold rows with these
        ids; None if none can.
        """
        key = _id_blocks_key(release, interval, kind)

        def read_id_blocks() -> IdBlocks:
            lines = self.read_lines(interval, id_blocks_statement(release.schema, kind))
            return IdBlocks.from_lines(lines)

        whole = interval.content[kind]
        id_blocks = self.id_blocks.get(key, read_id_blocks)
        if not len(id_blocks.block):
            # Only the shard's index of ids can tell.
            return Blocks(whole.first_block, whole.last_block)
        contents = [
            content
            for other in release.intervals
            if other.shard == interval.shard
            and (content := other.content.get(kind))
            and whole.first_block <= content.first_block <= whole.last_block
        ]
        found_ids, blocks = id_blocks.holding(ids, contents)
        if not len(blocks):
            return None
        listed = tuple(blocks.tolist())
        return Blocks(min(listed), max(listed), listed=listed, ids=tuple(found_ids.tolist()))


def _directory_key(release: Release, interval: Interval, kind: str) -> Hashable:
    # A release that was dropped and loaded again has the same schema but another creation time.
    return release.schema, release.created, interval.number, kind, interval.content[kind]


def _id_blocks_key(release: Release, interval: Interval, kind: str) -> Hashable:
    return release.schema, release.created, interval.shard, kind


@dataclass(frozen=True)
class IntervalReader:
    """The rows of one interval of a release that match a query, in genome order."""

    resources: Resources
    release: Release
    query: Query
    interval: Interval

    @property
    def knows_blocks(self) -> bool:
        """Whether the process has in memory what leads to the candidate blocks."""
        key = (self.release, self.interval, self.query.kind)
        if self.query.ids is not None:
            return _id_blocks_key(*key) in self.resources.id_blocks
        return _directory_key(*key) in self.resources.directories

    def directory(self) -> Directory:
        """The directory of the interval's blocks."""
        return self.resources.directory(self.release, self.interval, self.query.kind)

    def candidates(self) -> Blocks | None:
        """A range or list of blocks that contains every candidate; None if there is no candidate."""
        if self.query.ids is not None:
            return self.resources.blocks_of_ids(
                self.release, self.interval, self.query.kind, self.query.ids
            )
        return self.directory().around(self.mask)

    def split(self) -> Split:
        """The candidate blocks, split into those to open and those that match fully."""
        if self.query.ids is not None:
            return Split(self.candidates())
        return self.directory().split(self.query)

    def summaries(
        self, columns: tuple[str, ...], *, use: Use, limit: int | None
    ) -> Generator[Rows, None, None]:
        """These stored columns of the matching rows. Not for a query restricted to samples."""
        blocks = self.candidates()
        if blocks is None:
            self._check_shard()
            return
        if use is Use.READ and self._has_few_rows():
            (result,) = ask(self.resources.pools, [self.few_summaries(columns, limit=limit)])
            if result.ntuples:
                yield Rows(result_lines(result), columns)
            return
        statement = summary_statement(
            self.query, self.release, self.interval, blocks, columns=columns, limit=limit
        )
        with self.resources.pools.connection(self.interval.shard, use) as connection:
            for lines in copy_lines(connection, statement):
                yield Rows(lines, columns)

    def few_summaries(self, columns: tuple[str, ...], *, limit: int | None) -> Ask:
        """The question for these stored columns of the matching rows, of which there are few."""
        # A shard without candidates is asked as well, since it must respond; no block has number -1.
        blocks = self.candidates() or Blocks(-1, -1)
        statement = summary_statement(
            self.query, self.release, self.interval, blocks, columns=columns, limit=limit
        )
        return ask_of(self.interval.shard, statement, kept=True)

    def rows(
        self, *, use: Use, limit: int | None = None, deadline: Deadline | None = None
    ) -> Generator[Rows, None, None]:
        """The matching rows with all columns, restricted to the query's samples if it has any.

        Raises QueryTimeout after the deadline, if there is one.
        """
        statement = self._payload_statement(limit)
        if statement is None:
            self._check_shard()
            return
        unpack = partial(unpacked, query=self.query)
        if use is Use.READ and self._has_few_bytes():
            question = ask_of(self.interval.shard, statement, kept=True, binary=True)
            (result,) = ask(self.resources.pools, [question])
            rows = unpack(result_blocks(result))
            if deadline is not None:
                deadline.check(self.interval.shard)
            if rows.text:
                yield rows
            return
        with self.resources.pools.connection(self.interval.shard, use) as connection:
            records = batches(copy_records(connection, statement, RECORD_TYPES))
            # Decompression releases the GIL, so threads help if there are more than a few blocks.
            # Restricting rows to samples consists of many short steps, for which threads would only
            # wait for each other.
            batches_of_rows: Iterator[Rows]
            if use is Use.READ or self.query.samples is not None:
                batches_of_rows = map(unpack, records)
            else:
                batches_of_rows = fanout.ahead(self.resources.unpackers, unpack, records)
            for rows in batches_of_rows:
                if deadline is not None:
                    deadline.check(self.interval.shard)
                if rows.text:
                    yield rows

    def count(self) -> tuple[int, Ask | None]:
        """The number of matching rows in two parts: those that are known, and the question for the
        others, if there may be any. Not for a query restricted to samples.
        """
        split = self.split()
        if split.opened is None:
            return split.fully_matching_rows, None
        statement = count_statement(self.query, self.release, self.interval, split.opened)
        # The best plan depends on the number of blocks and on the filters.
        return split.fully_matching_rows, ask_of(self.interval.shard, statement, kept=False)

    def count_restricted(self, *, deadline: Deadline) -> int:
        """The number of matching rows of a query restricted to samples: every candidate is unpacked."""
        return sum(len(rows) for rows in self.rows(use=Use.READ, deadline=deadline))

    def expected_rows(self, candidate_rows: int) -> float:
        """An estimate of the matching rows among so many rows of candidate blocks.

        It is the share of the interval's rows that pass the filters, according to the statistics of
        the shard's planner, times the candidate rows.
        """
        with self.resources.pools.connection(self.interval.shard) as connection:
            passing_rows = planned_rows(connection, self.query, self.release, self.interval)
        row_count = max(1, self.interval.content[self.query.kind].row_count)
        return passing_rows * candidate_rows / row_count

    @cached_property
    def mask(self) -> Mask:
        """For every block of the directory, whether it is a candidate."""
        return self.directory().candidates(self.query)

    def _has_few_rows(self) -> bool:
        """Whether few stored rows can match, in a few blocks."""
        query = self.query
        if query.ids is not None:
            return len(query.ids) <= _FEW_ROWS
        row_count = int(self.directory().row_count[self.mask].sum())
        if query.match is Match.EXACT and 0 < len(query.regions) <= _FEW_REGIONS:
            return row_count <= _FEW_REGIONS * _FEW_ROWS
        return row_count <= _FEW_ROWS

    def _has_few_bytes(self) -> bool:
        """Whether the blocks that can match are few and small."""
        if self.query.ids is not None:
            return len(self.query.ids) <= _FEW_REGIONS
        return int(self.directory().text_bytes[self.mask].sum()) <= _FEW_BYTES

    def _payload_statement(self, limit: int | None) -> Statement | None:
        """The statement that reads the blocks of the matching rows; None if there are no candidates."""
        # The shard cannot apply a limit if rows without the query's samples are dropped later.
        if self.query.samples is not None:
            limit = None
        split = self.split() if limit is None else Split(self.candidates())
        if split.opened is None and split.fully_matching is None:
            return None
        return payload_statement(
            self.query,
            self.release,
            self.interval,
            opened=split.opened,
            fully_matching=split.fully_matching,
            limit=limit,
        )

    def _check_shard(self) -> None:
        with self.resources.pools.connection(self.interval.shard):
            pass
