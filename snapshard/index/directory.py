"""Where the rows of an interval lie: between which bases the rows of each block start and end.

A release does not change, so this is read from a shard once, 24 bytes a block, and asked in memory
from then on. Every block is near a query, because it may hold a match, or far from it; a near one
is whole if all of its rows match.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.match import RULES, Bounds
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import OTHERS, Interval
from snapshard.rows import Rows

COLUMNS = ("block", "row_count", "min_start", "max_start", "max_end", "text_bytes")
_MOST_LISTED = 1_000
"""Numbers that a statement lists; of more blocks it names the first and the last."""
_MOST_KEPT = 2_000_000
"""Blocks that a process keeps directories of (48 MB); a whole GTEx has a sixth of that."""

Integers = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Blocks:
    """Blocks by number: those listed, or all from first to last but the ones left out."""

    first: int
    last: int
    listed: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class Split:
    """The blocks that a query needs: those whose rows must be looked at, those of which every row
    matches, and their rows.
    """

    opened: Blocks | None
    whole: Blocks | None = None
    whole_rows: int = 0


@dataclass(frozen=True)
class Directory:
    """The blocks of one interval and kind of rows, ascending. Positions are 1-based and both ends
    are included.
    """

    interval: Interval
    block: Integers
    row_count: Integers
    min_start: Integers
    max_start: Integers
    max_end: Integers
    text_bytes: Integers

    @classmethod
    def from_lines(cls, interval: Interval, lines: bytes) -> "Directory":
        """The directory that these lines of COLUMNS spell out."""
        rows = Rows(lines, COLUMNS)
        return cls(interval, *[rows.integers(name).astype(np.int32) for name in COLUMNS])

    def near(self, query: Query) -> Mask:
        """Which blocks may hold a match."""
        near = np.ones(len(self.block), np.bool_)
        if query.regions:
            rule = RULES[query.match]
            near = np.any(
                [
                    rule.any_row(self._bounds, region.start, region.end)
                    for region in self._own(query)
                ],
                axis=0,
            )
        if self._continues(query):
            near &= self.block >= query.after.block  # type: ignore[union-attr]
        return near

    def whole(self, query: Query) -> Mask:
        """Of which blocks every row matches as far as regions and continuation go, told by their
        bounds alone; these are near.
        """
        whole = np.ones(len(self.block), np.bool_)
        if query.regions:
            # Blocks of `*` may hold several chromosomes.
            if self.interval.chrom == OTHERS:
                return ~whole
            rule = RULES[query.match]
            whole = np.any(
                [
                    rule.every_row(self._bounds, region.start, region.end)
                    for region in self._own(query)
                ],
                axis=0,
            )
        if self._continues(query):
            whole &= self.block > query.after.block  # type: ignore[union-attr]
        return whole

    def split(self, query: Query) -> Split:
        """What must be opened for a query and what must not."""
        near = self.near(query)
        if query.filters or query.ids is not None:
            return Split(self.around(near))
        whole = self.whole(query)
        if not whole.any():
            return Split(self.around(near))
        return Split(
            self.exactly(near & ~whole), self.exactly(whole), int(self.row_count[whole].sum())
        )

    def starting_at(self, starts: Sequence[int]) -> list[tuple[int, int]]:
        """For each of these starts, by its place in the list, the number of every block that may
        hold a row that starts there.
        """
        wanted = np.asarray(starts, np.int64)
        if self.interval.chrom == OTHERS:
            # Starts ascend within a chromosome only.
            found = [
                np.flatnonzero((self.min_start <= start) & (self.max_start >= start))
                for start in wanted
            ]
            return [
                (place, int(self.block[at])) for place, places in enumerate(found) for at in places
            ]
        first = np.searchsorted(self.max_start, wanted, "left").tolist()
        last = np.searchsorted(self.min_start, wanted, "right").tolist()
        bounds = zip(first, last, strict=True)
        return [
            (place, int(self.block[at]))
            for place, (low, high) in enumerate(bounds)
            for at in range(low, high)
        ]

    def exactly(self, mask: Mask) -> Blocks | None:
        """The blocks of a mask; None for none."""
        places = np.flatnonzero(mask)
        if not len(places):
            return None
        first, last = int(places[0]), int(places[-1])
        ends = int(self.block[first]), int(self.block[last])
        if len(places) == last - first + 1:
            return Blocks(*ends)
        left_out = first + np.flatnonzero(~mask[first : last + 1])
        if len(places) <= max(_MOST_LISTED, len(left_out)):
            return Blocks(*ends, listed=tuple(self.block[places].tolist()))
        return Blocks(*ends, left_out=tuple(self.block[left_out].tolist()))

    def around(self, mask: Mask) -> Blocks | None:
        """The blocks of a mask, and others between them if they are many; for statements that look
        at every row.
        """
        blocks = self.exactly(mask)
        if blocks is None or len(blocks.listed) > _MOST_LISTED or blocks.left_out:
            return None if blocks is None else Blocks(blocks.first, blocks.last)
        return blocks

    @property
    def _bounds(self) -> Bounds:
        return Bounds(self.min_start, self.max_start, self.max_end)

    def _own(self, query: Query) -> list[Region]:
        """The query's regions that the interval may hold rows of; there is one, else the interval
        would not be asked.
        """
        chrom = self.interval.chrom
        return [region for region in query.regions if chrom in (OTHERS, region.chrom)]

    def _continues(self, query: Query) -> bool:
        return query.after is not None and query.after.interval == self.interval.number


class Directories:
    """The directories that a process has read, the least recently used ones forgotten; for any
    number of threads.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Directory] = OrderedDict()
        self._blocks = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, read: Callable[[], Directory]) -> Directory:
        """The directory of that key, read if it is not known; of two threads that miss it at once
        both read.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = read()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._blocks += len(found.block)
            while self._blocks > _MOST_KEPT and len(self._kept) > 1:
                self._blocks -= len(self._kept.popitem(last=False)[1].block)
        return found
