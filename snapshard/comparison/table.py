"""The result of a comparison as columns, a line for each test."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snapshard.comparison.false_discovery import benjamini_hochberg
from snapshard.pairs import Integers

Numbers = NDArray[np.float64]


class Reason(StrEnum):
    """Why a junction was not tested."""

    NO_STRAND = "unknown strand"
    ALONE = "only junction of its site"
    UNINFORMATIVE = "too few informative samples"
    RARE = "in too few samples"
    CONSTANT = "equal in all samples"


REASONS = {
    Reason.NO_STRAND: "its strand is unknown, so it has neither donor nor acceptor",
    Reason.ALONE: "no other junction uses its donor (acceptor), so its PSI is 1",
    Reason.UNINFORMATIVE: "a group has fewer than min_samples samples with min_reads reads at the site",
    Reason.RARE: "fewer than min_samples of the informative samples have the junction",
    Reason.CONSTANT: "all samples have the same value",
}
"""The meaning of each reason."""


@dataclass(frozen=True)
class ComparisonTable:
    """Junctions that were tested, and how many were not.

    names: the junction of each line. roles: the end whose junctions it is compared among, donor or
        acceptor; empty for prevalence.
    n, level: a column for each group: the samples that count (PSI: informative ones, prevalence:
        those with the junction), and what is compared (PSI: its median, prevalence: their share).
    effect, low, high: of two groups the size of the difference, the first minus the second, and its
        interval (95 %); of more groups epsilon squared without interval (NaN).
    statistic, p: of the test; NaN for the statistic of Fisher's test, which has none.
    tau: the specificity for one of the groups.
    left_out: the number of junctions (PSI: of their ends) that were not tested, by reason.
    """

    names: tuple[str, ...]
    roles: tuple[str, ...]
    n: Integers
    level: Numbers
    effect: Numbers
    low: Numbers
    high: Numbers
    statistic: Numbers
    p: Numbers
    tau: Numbers
    left_out: Mapping[Reason, int]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def q(self) -> Numbers:
        """The q values, over all lines (Benjamini and Hochberg)."""
        return benjamini_hochberg(self.p)

    @property
    def difference(self) -> Numbers:
        """Of two groups, the level of the first minus that of the second; NaN for more."""
        if self.level.shape[1] > 2:
            return np.full(len(self), np.nan)
        return np.asarray(self.level[:, 0] - self.level[:, 1])


_COLUMNS = ("n", "level", "effect", "low", "high", "statistic", "p", "tau")


def joined_tables(tables: Sequence[ComparisonTable], group_count: int) -> ComparisonTable:
    """The lines of all tables, one after the other, and the sums of what they left out."""
    left_out: Counter[Reason] = Counter()
    for table in tables:
        left_out.update(table.left_out)
    empty = empty_table(group_count)
    return ComparisonTable(
        tuple(name for table in tables for name in table.names),
        tuple(role for table in tables for role in table.roles),
        **{
            name: np.concatenate([getattr(table, name) for table in (empty, *tables)])
            for name in _COLUMNS
        },
        left_out=left_out,
    )


def empty_table(group_count: int, left_out: Mapping[Reason, int] | None = None) -> ComparisonTable:
    """A table without lines."""
    none = np.empty(0)
    return ComparisonTable(
        (),
        (),
        n=np.empty((0, group_count), np.int64),
        level=np.empty((0, group_count)),
        **dict.fromkeys(_COLUMNS[2:], none),
        left_out=left_out or {},
    )
