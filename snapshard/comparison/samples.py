"""The samples that a comparison uses, as columns: those of the first group first."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadQuery
from snapshard.pairs import Integers
from snapshard.release import SampleGroup

MOST_GROUPS = 200
REST = "all others"
"""The name of the samples that a single group is compared with."""
_TABLE_LIMIT = 1 << 26
"""Above this sample id a lookup table would cost more memory than a binary search costs time."""


@dataclass(frozen=True)
class ComparedSamples:
    """The groups to compare. A sample has one column.

    Raises BadQuery for fewer than two groups, more than MOST_GROUPS, for an empty group, and for
    a sample that two groups have: the tests take the groups as independent.
    """

    groups: tuple[SampleGroup, ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.groups) <= MOST_GROUPS:
            expected = (
                f"from 2 to {MOST_GROUPS} groups to compare (group, cohort, or group_by, top)"
            )
            raise BadQuery("group", f"{len(self.groups)} groups", expected)
        for group in self.groups:
            if not len(group.members):
                raise BadQuery("group", group.name, "a group that has samples")
        ids, counts = np.unique(self.ids, return_counts=True)
        if counts.max() > 1:
            shared = int(ids[counts > 1][0])
            names = [group.name for group in self.groups if shared in group.members]
            expected = f"groups without a common sample; {' and '.join(names[:2])} both have it"
            raise BadQuery("group", f"sample {shared}", expected)

    @classmethod
    def with_rest(cls, group: SampleGroup, sample_ids: Integers) -> "ComparedSamples":
        """A group and all other samples. Raises BadQuery if there is no other."""
        others = np.setdiff1d(sample_ids, group.members)
        return cls(
            (
                group,
                SampleGroup(group.number + 1, REST, "all samples but those of the group", others),
            )
        )

    @cached_property
    def ids(self) -> Integers:
        """The sample of each column (rail_id)."""
        return np.concatenate([group.members for group in self.groups])

    @cached_property
    def sizes(self) -> Integers:
        """The number of samples of each group."""
        return np.array([len(group.members) for group in self.groups], np.int64)

    @cached_property
    def first(self) -> Integers:
        """The first column of each group."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def group_of(self) -> Integers:
        """The group of each column."""
        return np.repeat(np.arange(len(self.groups)), self.sizes)

    @cached_property
    def _table(self) -> NDArray[np.int32] | None:
        top = int(self.ids.max())
        if top >= _TABLE_LIMIT:
            return None
        table = np.full(top + 2, -1, np.int32)
        table[self.ids] = np.arange(len(self.ids))
        return table

    def columns(self, samples: Integers) -> NDArray[np.signedinteger]:
        """The column of each sample; -1 for one that is in no group."""
        if self._table is not None:
            return self._table[np.minimum(samples, len(self._table) - 1)]
        order = np.argsort(self.ids)
        ordered = self.ids[order]
        places = np.minimum(np.searchsorted(ordered, samples), len(ordered) - 1)
        return np.where(ordered[places] == samples, order[places], -1)

    def by_group(self, mask: NDArray[np.bool_]) -> Integers:
        """The number of true values of each line and group; `mask` has a column for each sample."""
        counts = np.add.reduceat(mask, self.first, axis=1, dtype=np.int64)
        return np.asarray(counts)
