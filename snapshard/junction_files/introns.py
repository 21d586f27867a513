"""The introns of consecutive lines of a junction file, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from snapshard.pairs import Integers
from snapshard.region import LAST_BASE

NO_READS = -1
"""The reads of a junction whose file does not state them."""


class BadCell(ValueError):
    """A row that cannot be read: its index in its block, and what was expected."""

    def __init__(self, row: int, reason: str) -> None:
        self.row = row
        super().__init__(reason)


@dataclass(frozen=True)
class Introns:
    """Introns, 1-based and closed, in the order of their lines; a line may have none or several.

    rows: the index of each intron's line in its block, ascending. chroms: as the file writes them.
    strands: +, - or ? if unknown. reads: NO_READS if unknown. motifs: the two bases at each end on
    the plus strand, such as GT/AG, empty if unknown; None for a format without motifs.

    Raises BadCell for positions that are not 1 <= start <= end <= LAST_BASE.
    """

    rows: Integers
    chroms: Sequence[str]
    starts: Integers
    ends: Integers
    strands: Sequence[str]
    reads: Integers
    motifs: Sequence[str] | None = None

    def __post_init__(self) -> None:
        good = (self.starts >= 1) & (self.starts <= self.ends) & (self.ends <= LAST_BASE)
        if not good.all():
            bad = int(np.flatnonzero(~good)[0])
            raise BadCell(
                int(self.rows[bad]),
                "expected an intron with 1 <= first base <= last base (1-based),"
                f" got {self.starts[bad]}-{self.ends[bad]}",
            )

    def __len__(self) -> int:
        return len(self.rows)

    def with_reads(self, reads: Integers) -> "Introns":
        """The introns with these reads."""
        return replace(self, reads=reads)

    def at(self, indices: Integers) -> "Introns":
        """The introns at these indices, which ascend."""
        numbers = indices.tolist()
        return Introns(
            self.rows[indices],
            [self.chroms[number] for number in numbers],
            self.starts[indices],
            self.ends[indices],
            [self.strands[number] for number in numbers],
            self.reads[indices],
            None if self.motifs is None else [self.motifs[number] for number in numbers],
        )
