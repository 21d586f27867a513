"""Samples in the order of their ids, and the place of any sample among them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers

_TABLE_LIMIT = 1 << 20
"""Sample ids below this are looked up in a table of 4 bytes an id, larger ones by binary search."""


@dataclass(frozen=True)
class SampleOrder:
    """The ids of samples, which must ascend."""

    ids: Integers

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, samples: Integers) -> Integers:
        """The place of each sample, from 0; -1 for a sample that is not among them."""
        if not len(self.ids):
            return np.full(len(samples), -1)
        if self._table is not None:
            return self._table.take(samples, mode="clip").astype(np.int64)
        places = np.minimum(np.searchsorted(self.ids, samples), len(self.ids) - 1)
        return np.asarray(np.where(self.ids[places] == samples, places, -1))

    def places_among(self, samples: Integers) -> Integers:
        """The places of those of the samples that are among them."""
        places = self.places(samples)
        return places[places >= 0]

    @cached_property
    def _table(self) -> NDArray[np.int32] | None:
        """The place of each id; the last entry stands for all ids above the largest."""
        top = int(self.ids[-1])
        if top >= _TABLE_LIMIT:
            return None
        table = np.full(top + 2, -1, np.int32)
        table[self.ids] = np.arange(len(self.ids))
        return table
