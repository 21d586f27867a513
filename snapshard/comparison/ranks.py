"""Tests by ranks, for many junctions at once: Mann-Whitney of two groups, Kruskal-Wallis of more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.comparison.distributions import distributions
from snapshard.measures import sums_by_group
from snapshard.pairs import Integers

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class RankTable:
    """The values of each line by rank.

    sizes, rank_sums: the number of values, and the sum of their mid-ranks, of every line and group.
    ties: for every line the sum of t**3 - t over its runs of t equal values.
    run_line, run_counts: for every run of equal values its line, and its number of values in each of
        the first two groups. Runs of a line ascend.
    """

    sizes: Integers
    rank_sums: Numbers
    ties: Numbers
    run_line: Integers
    run_counts: Integers


def rank_values(values: Numbers, groups: Integers, group_count: int) -> RankTable:
    """The ranks of a line's values among all values of the line; NaN is no value.

    `values` has a line for each junction and a column for each sample, `groups` the group of each
    column.
    """
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    # NaN is sorted to the end of each line.
    mask = ~np.isnan(ordered)
    starts_run = np.ones(values.shape, np.bool_)
    starts_run[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    line_sizes = mask.sum(axis=1)
    line_of = np.repeat(np.arange(len(values)), line_sizes)
    first = np.flatnonzero(starts_run[mask])
    lengths = np.diff(np.append(first, len(line_of)))
    run_line = line_of[first]
    middle = first - (np.cumsum(line_sizes) - line_sizes)[run_line] + (lengths + 1) / 2
    group_of = groups[order][mask]
    cells, shape = line_of * group_count + group_of, (len(values), group_count)
    run_of = np.repeat(np.arange(len(first)), lengths)
    return RankTable(
        sizes=np.bincount(cells, minlength=len(values) * group_count).reshape(shape),
        rank_sums=sums_by_group(np.repeat(middle, lengths), cells, shape[0] * shape[1]).reshape(
            shape
        ),
        ties=sums_by_group(lengths.astype(np.float64) ** 3 - lengths, run_line, len(values)),
        run_line=run_line,
        run_counts=np.stack(
            [np.bincount(run_of[group_of == group], minlength=len(first)) for group in (0, 1)],
            axis=1,
        ),
    )


def mann_whitney(table: RankTable) -> tuple[Numbers, Numbers]:
    """U of the first group and the two-sided p value of the Mann-Whitney test, for every line.

    Formula: U = R - n (n + 1) / 2, where R is the sum of the first group's mid-ranks and n its
    number of values; with m values in the second group, N = n + m, and t the sizes of runs of
    equal values, z = (|U - n m / 2| - 1/2) / s with
    s**2 = n m / 12 (N + 1 - sum(t**3 - t) / (N (N - 1))), and p = 2 (1 - Phi(z)), at most 1. This is
    the normal approximation with the corrections for ties and continuity:
    `scipy.stats.mannwhitneyu` with method="asymptotic".

    Source: H. B. Mann and D. R. Whitney, On a test of whether one of two random variables is
    stochastically larger than the other, Annals of Mathematical Statistics 18 (1947) 50-60.

    >>> table = rank_values(np.array([[0.1, 0.2, 0.3, 0.3, 0.8, 0.9]]), np.array([0, 0, 0, 1, 1, 1]), 2)
    >>> u, p = mann_whitney(table)
    >>> u.tolist(), p.round(4).tolist()
    ([0.5], [0.1212])
    """
    n, m = table.sizes[:, 0].astype(np.float64), table.sizes[:, 1].astype(np.float64)
    total = n + m
    u = table.rank_sums[:, 0] - n * (n + 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(n * m / 12 * (total + 1 - table.ties / (total * (total - 1))))
        z = (np.abs(u - n * m / 2) - 0.5) / scale
    p = np.minimum(2 * distributions().ndtr(-z), 1.0)
    return u, p


def kruskal_wallis(table: RankTable) -> tuple[Numbers, Numbers]:
    """H and the p value of the Kruskal-Wallis test, for every line.

    Formula: H = (12 / (N (N + 1)) sum(R**2 / n) - 3 (N + 1)) / (1 - sum(t**3 - t) / (N**3 - N)), where
    R is the sum of a group's mid-ranks, n its number of values, N that of all, and t the sizes of
    runs of equal values; p is the upper tail of the chi-squared distribution with one degree of
    freedom fewer than there are groups. This is `scipy.stats.kruskal`.

    Source: W. H. Kruskal and W. A. Wallis, Use of ranks in one-criterion variance analysis, Journal
    of the American Statistical Association 47 (1952) 583-621.

    >>> values = np.array([[0.1, 0.2, 0.3, 0.3, 0.8, 0.9]])
    >>> h, p = kruskal_wallis(rank_values(values, np.array([0, 0, 1, 1, 2, 2]), 3))
    >>> h.round(4).tolist(), p.round(4).tolist()
    ([4.7059], [0.0951])
    """
    total = table.sizes.sum(axis=1).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = (table.rank_sums**2 / table.sizes).sum(axis=1)
        h = 12 / (total * (total + 1)) * squares - 3 * (total + 1)
        h /= 1 - table.ties / (total**3 - total)
    return h, distributions().chdtrc(table.sizes.shape[1] - 1, np.maximum(h, 0))
