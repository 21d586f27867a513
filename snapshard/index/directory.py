"""The block directory of an interval: the bounds of each block, kept in memory.

A shard stores rows in blocks of about 64 kB of text, in genome order. The directory has 24 bytes per
block. A release never changes, so a directory is read from the shard once and then searched in
memory. For a query, a block is

- a *candidate* if it may hold a matching row, and
- *fully matching* if its bounds show that every row matches. Such a block is sent as it is; the rows
  of other candidates are first selected by an index scan, which is called opening the block.

Both follow from the rules in snapshard/match.py. Filters and ids cannot be decided from bounds, so a
query with either has no fully matching blocks. The candidates of a query for ids are in id_blocks.py.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from snapshard.match import RULES, Bounds
from snapshard.query import Query, RowAddress
from snapshard.region import Region
from snapshard.release import OTHERS, Interval
from snapshard.rows import Rows

COLUMNS = ("block", "row_count", "min_start", "max_start", "max_end", "text_bytes")
_LISTED_BLOCKS = 1_000
"""Block numbers that a statement lists; for more blocks it gives the first and the last."""
_CACHED_BLOCKS = 2_000_000
"""Blocks whose directories a process caches (48 MB); all of GTEx has a sixth of that."""

Int32s = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Blocks:
    """Blocks by number: those listed, or all from first to last except those left out. With `ids`, each
    listed block is searched for the id at the same index only.
    """

    first: int
    last: int
    listed: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Split:
    """The candidate blocks of a query: those to open, and those that match fully with their rows."""

    opened: Blocks | None
    fully_matching: Blocks | None = None
    fully_matching_rows: int = 0


@dataclass(frozen=True)
class Directory:
    """The blocks of one interval and kind of rows, ascending by number. Positions are 1-based and closed."""

    interval: Interval
    block: Int32s
    row_count: Int32s
    min_start: Int32s
    max_start: Int32s
    max_end: Int32s
    text_bytes: Int32s

    @classmethod
    def from_lines(cls, interval: Interval, lines: bytes) -> "Directory":
        """The directory in lines with the columns COLUMNS."""
        rows = Rows(lines, COLUMNS)
        return cls(interval, *[rows.integers(name).astype(np.int32) for name in COLUMNS])

    def candidates(self, query: Query) -> Mask:
        """For every block, whether it may hold a matching row."""
        mask = np.ones(len(self.block), np.bool_)
        if query.regions:
            rule = RULES[query.match]
            mask = np.any(
                [
                    rule.any_row(self._bounds, region.start, region.end)
                    for region in self._regions(query)
                ],
                axis=0,
            )
        after = self._start_address(query)
        if after is not None:
            mask &= self.block >= after.block
        return mask

    def fully_matching(self, query: Query) -> Mask:
        """For every block, whether its bounds show that all rows match the regions and follow `after`.

        These blocks are all candidates.
        """
        mask = np.ones(len(self.block), np.bool_)
        if query.regions:
            # Blocks of the interval `*` may hold several chromosomes, which bounds do not show.
            if self.interval.chrom == OTHERS:
                return ~mask
            rule = RULES[query.match]
            mask = np.any(
                [
                    rule.every_row(self._bounds, region.start, region.end)
                    for region in self._regions(query)
                ],
                axis=0,
            )
        after = self._start_address(query)
        if after is not None:
            mask &= self.block > after.block
        return mask

    def split(self, query: Query) -> Split:
        """The candidate blocks, split into those to open and those that match fully."""
        candidates = self.candidates(query)
        # Bounds say nothing about filters or ids, so the rows of every candidate must be checked.
        if query.filters or query.ids is not None:
            return Split(self.around(candidates))
        fully_matching = self.fully_matching(query)
        if not fully_matching.any():
            return Split(self.around(candidates))
        return Split(
            self.exactly(candidates & ~fully_matching),
            self.exactly(fully_matching),
            int(self.row_count[fully_matching].sum()),
        )

    def starting_at(self, starts: Sequence[int]) -> list[tuple[int, int]]:
        """Pairs of an index into `starts` and the number of a block that may hold a row starting there."""
        positions = np.asarray(starts, np.int64)
        pairs: list[tuple[int, int]] = []
        if self.interval.chrom == OTHERS:
            # Starts ascend only within a chromosome, so a binary search over all blocks is wrong.
            for number, position in enumerate(positions):
                mask = (self.min_start <= position) & (self.max_start >= position)
                pairs += [(number, block) for block in self.block[mask].tolist()]
            return pairs
        first = np.searchsorted(self.max_start, positions, "left").tolist()
        last = np.searchsorted(self.min_start, positions, "right").tolist()
        for number, (low, high) in enumerate(zip(first, last, strict=True)):
            pairs += [(number, block) for block in self.block[low:high].tolist()]
        return pairs

    def exactly(self, mask: Mask) -> Blocks | None:
        """Exactly the blocks of a mask; None if there are none."""
        indices = np.flatnonzero(mask)
        if not len(indices):
            return None
        first, last = int(indices[0]), int(indices[-1])
        ends = int(self.block[first]), int(self.block[last])
        if len(indices) == last - first + 1:
            return Blocks(*ends)
        # The shorter description of the mask is sent: the blocks, or the gaps in their range.
        left_out = first + np.flatnonzero(~mask[first : last + 1])
        if len(indices) <= max(_LISTED_BLOCKS, len(left_out)):
            return Blocks(*ends, listed=tuple(self.block[indices].tolist()))
        return Blocks(*ends, left_out=tuple(self.block[left_out].tolist()))

    def around(self, mask: Mask) -> Blocks | None:
        """The blocks of a mask, perhaps with others between them; for statements that check every row."""
        blocks = self.exactly(mask)
        if blocks is None:
            return None
        if blocks.left_out or len(blocks.listed) > _LISTED_BLOCKS:
            return Blocks(blocks.first, blocks.last)
        return blocks

    @property
    def _bounds(self) -> Bounds:
        return Bounds(self.min_start, self.max_start, self.max_end)

    def _regions(self, query: Query) -> list[Region]:
        """The regions that this interval may hold rows of. Never empty: intervals without are not read."""
        chrom = self.interval.chrom
        return [region for region in query.regions if chrom in (OTHERS, region.chrom)]

    def _start_address(self, query: Query) -> RowAddress | None:
        """The address after which the query's rows begin, if it lies in this interval."""
        after = query.after
        return after if after is not None and after.interval == self.interval.number else None


class HasBlocks(Protocol):
    """Something that is known of each of several blocks."""

    @property
    def block(self) -> Int32s:
        """The numbers of the blocks."""


Listing = TypeVar("Listing", bound=HasBlocks)


class Directories(Generic[Listing]):
    """A cache of directories, least recently used first out, for any number of threads.

    Directories are read outside the lock, since a shard may be slow. Two threads that miss the same
    key both read it; the first result stays.
    """

    def __init__(self) -> None:
        self._cache: OrderedDict[Hashable, Listing] = OrderedDict()
        self._blocks = 0
        self._lock = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._cache

    def get(self, key: Hashable, read_directory: Callable[[], Listing]) -> Listing:
        """The directory of a key, read if it is not cached."""
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        directory = read_directory()
        with self._lock:
            if key not in self._cache:
                self._cache[key] = directory
                self._blocks += len(directory.block)
            while self._blocks > _CACHED_BLOCKS and len(self._cache) > 1:
                _, oldest = self._cache.popitem(last=False)
                self._blocks -= len(oldest.block)
        return directory
