"""The groups of samples: which groups each sample is in, for arrays of samples at once."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers

_TABLE_LIMIT = 1 << 24
"""Sample ids below this are looked up in a table of 4 bytes an id, larger ones by binary search."""


class Membership:
    """The groups of each sample; a sample may be in none or several.

    Members are numbered in the order of their ids. One more number, the last, stands for every
    sample that is not a member: it has a count of 0 and no group.
    """

    def __init__(self, groups: Mapping[int, Collection[int] | Integers]) -> None:
        sizes = [len(members) for members in groups.values()]
        ids = np.concatenate([np.empty(0, np.int64), *map(_ids, groups.values())])
        numbers = np.repeat(np.fromiter(groups, np.int64), sizes)
        order = np.lexsort((numbers, ids))
        ids, numbers = ids[order], numbers[order]
        # A group may list a sample twice.
        first_of_pair = np.ones(len(ids), np.bool_)
        first_of_pair[1:] = (ids[1:] != ids[:-1]) | (numbers[1:] != numbers[:-1])
        samples, self._groups = ids[first_of_pair], numbers[first_of_pair]
        self._samples, self._first = np.unique(samples, return_index=True)
        self._counts = np.append(np.diff(np.append(self._first, len(samples))), 0)
        self._first = np.append(self._first, 0)
        self._table = self._lookup_table()
        # The only group of each member, if no sample is in two groups, as with tissues.
        self._single = (
            np.append(self._groups, -1) if len(self._groups) == len(self._samples) else None
        )

    def _lookup_table(self) -> NDArray[np.int32] | None:
        top = int(self._samples[-1]) if len(self._samples) else 0
        if top >= _TABLE_LIMIT:
            return None
        table = np.full(top + 2, len(self._samples), np.int32)
        table[self._samples] = np.arange(len(self._samples))
        return table

    def _member_numbers(self, samples: Integers) -> NDArray[np.integer]:
        """The member number of every sample; the last number for a sample that is not a member."""
        if self._table is not None:
            return self._table[np.minimum(samples, len(self._table) - 1)]
        numbers = np.searchsorted(self._samples, samples)
        candidates = self._samples[np.minimum(numbers, len(self._samples) - 1)]
        numbers[candidates != samples] = len(self._samples)
        return numbers

    def expand(self, samples: Integers) -> tuple[Integers, Integers]:
        """Every sample with each of its groups: indexes into `samples`, ascending, and group
        numbers.
        """
        members = self._member_numbers(samples)
        if self._single is not None:
            groups = self._single[members]
            index = np.flatnonzero(groups >= 0)
            return index, groups if len(index) == len(groups) else groups[index]
        counts = self._counts[members]
        if not counts.any():
            return np.empty(0, np.int64), np.empty(0, np.int64)
        index = np.repeat(np.arange(len(samples)), counts)
        first = np.cumsum(counts) - counts
        within = np.arange(len(index)) - first[index]
        return index, self._groups[self._first[members[index]] + within]


def _ids(members: Collection[int] | Integers) -> Integers:
    if isinstance(members, np.ndarray):
        return members.astype(np.int64)
    return np.fromiter(members, np.int64, len(members))
