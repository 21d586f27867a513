"""The rank of each junction of a file among its rare ones."""

from collections.abc import Iterable

import numpy as np

from snapshard.pairs import Integers

RARE = 0.01
"""The largest share of the background samples that have a rare junction, unless a request says
otherwise.
"""


class RareJunctions:
    """The rare junctions of a file, collected batch by batch: 24 bytes for each."""

    def __init__(self, largest_share: float) -> None:
        self._largest_share = largest_share
        self._parts: list[Integers] = []

    def add(
        self, rows: Integers, samples: Integers, sample_count: int | None, reads: Integers
    ) -> None:
        """Adds the junctions of these rows: the background samples that have each, of so many, and
        its reads in the file. A negative number of samples is unknown and never rare.
        """
        # Without the number of samples there are no shares, and only 0 samples are certainly few.
        most = 0 if sample_count is None else int(self._largest_share * sample_count)
        rare = np.flatnonzero((samples >= 0) & (samples <= most))
        self._parts.append(np.stack([rows[rare], samples[rare], reads[rare]]))

    def ranks(self) -> Iterable[tuple[int, int]]:
        """Pairs of a row and its rank, by rank from 1.

        Fewer background samples come first, then more reads in the file, then the earlier row.
        """
        rows, samples, reads = np.concatenate([np.empty((3, 0), np.int64), *self._parts], axis=1)
        order = np.lexsort((rows, -reads, samples))
        return zip(rows[order].tolist(), range(1, len(rows) + 1), strict=True)
