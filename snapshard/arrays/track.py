"""A track: how much each sample group has along one strand of a chromosome, as a running total.

`positions` are ascending bases (1-based). Row i of `totals` is what lies before `positions[i]`, a
column per group, so that what lies in a window is the difference of two rows, however large the
window is. Both arrays are mapped from files; a question reads a few pages of them.

- Junctions: the reads of an intron lie at its first base. Two positions may be equal, and `totals`
  has one row more than there are positions.
- Base coverage: the reads of a base lie at the base. Positions are those where the coverage of a
  sample changes; between them the total grows evenly.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadQuery

STRANDS = ("+", "-", "?")
"""Strands of tracks; `?` is unknown, or of data that are not of one strand."""
Totals = NDArray[np.float64]


class Source(StrEnum):
    """What a track counts."""

    JUNCTIONS = "junctions"
    BASES = "bases"


SOURCES = {
    Source.JUNCTIONS: "reads of the junctions whose intron starts in the window, per sample",
    Source.BASES: "reads that cover a base of the window, on average over its bases, per sample",
}
"""The unit of each source's means."""


@dataclass(frozen=True)
class Track:
    """One strand of a chromosome; see above. Groups are the columns, in the order of the folder."""

    source: Source
    positions: NDArray[np.int32]
    totals: NDArray[np.float64]

    def sums(self, start: int, end: int) -> Totals:
        """What each group has in the bases start to end (1-based, both included)."""
        first, last = self._before(np.array([start, end + 1]))
        difference: Totals = last - first
        return difference

    def profile(self, start: int, end: int, columns: int) -> Totals:
        """What each group has in columns of equal width, as a table: a row per column, a column per
        group. A base that two columns share is in the first.

        Raises BadQuery for more columns than bases.
        """
        bases = end - start + 1
        if not 1 <= columns <= bases:
            raise BadQuery("width", columns, f"1 to {bases} columns for {bases} bases")
        edges = start + np.arange(columns + 1) * bases // columns
        profile: Totals = np.diff(self._before(edges), axis=0)
        return profile

    def _before(self, bases: NDArray[np.int64]) -> Totals:
        """What lies before each of these bases, a row per base."""
        if self.source is Source.JUNCTIONS:
            rows = np.searchsorted(self.positions, bases.astype(self.positions.dtype))
            return self.totals[rows]
        return self._interpolated(bases)

    def _interpolated(self, bases: NDArray[np.int64]) -> Totals:
        """The totals before each of these bases, between two positions in proportion."""
        places = np.clip(bases, self.positions[0], self.positions[-1])
        right = np.searchsorted(self.positions, places.astype(self.positions.dtype))
        left = np.maximum(right - 1, 0)
        widths = np.maximum(self.positions[right] - self.positions[left], 1)
        shares = ((places - self.positions[left]) / widths)[:, None]
        lower, upper = self.totals[left], self.totals[right]
        totals: Totals = lower + (upper - lower) * shares
        return totals
