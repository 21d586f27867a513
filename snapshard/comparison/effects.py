"""Effect sizes and their intervals, for many junctions at once."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snapshard.comparison.ranks import RankTable
from snapshard.measures import sums_by_group, wilson

Numbers = NDArray[np.float64]
_Z = NormalDist().inv_cdf(0.975)


def newcombe(
    count1: ArrayLike, size1: ArrayLike, count2: ArrayLike, size2: ArrayLike
) -> tuple[Numbers, Numbers, Numbers]:
    """The difference of two proportions, the first minus the second, with the lower and upper bounds
    of Newcombe's interval (95 %).

    Formula: with the proportions p and r and their Wilson intervals (l, u) and (m, v), the bounds
    are p - r - sqrt((p - l)**2 + (v - r)**2) and p - r + sqrt((u - p)**2 + (r - m)**2).

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions:
    comparison of eleven methods, Statistics in Medicine 17 (1998) 873-890, method 10.

    >>> [round(float(value), 4) for value in newcombe(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    first, second = (
        np.asarray(count, np.float64) / np.asarray(size, np.float64)
        for count, size in ((count1, size1), (count2, size2))
    )
    (low1, high1), (low2, high2) = wilson(count1, size1), wilson(count2, size2)
    difference = first - second
    low = difference - np.sqrt((first - low1) ** 2 + (high2 - second) ** 2)
    high = difference + np.sqrt((high1 - first) ** 2 + (second - low2) ** 2)
    return difference, low, high


def cliffs_delta(table: RankTable) -> tuple[Numbers, Numbers, Numbers]:
    """Cliff's delta of the first two groups, with the lower and upper bounds of its interval (95 %).

    Delta is the probability that a value of the first group is larger than one of the second, minus
    the probability that it is smaller: from -1 to 1.

    Formula: d = 2 U / (n m) - 1 with U of the Mann-Whitney test. The interval is
    (d - d**3 -+ z s sqrt((1 - d**2)**2 + z**2 s**2)) / (1 - d**2 + z**2 s**2) with z = 1.96 and
    s**2 = ((m - 1) a + (n - 1) b + c) / (n m), where a and b are the variances of a value's own
    delta against the other group over the first and the second group, and c is the sum of
    (d(i,j) - d)**2 over all pairs, divided by (n - 1) (m - 1). If d is 1, this variance is 0; the
    lower bound is then (k - z**2) / (k + z**2) for the k values of the smaller group, which is the
    Wilson bound of k in k on the scale of d. If d is -1, the upper bound is minus that.

    Source: N. Cliff, Dominance statistics: ordinal analyses to answer ordinal questions,
    Psychological Bulletin 114 (1993) 494-509; the interval as in D. Feng and N. Cliff, Monte Carlo
    evaluation of ordinal d with improved confidence interval, Journal of Modern Applied Statistical
    Methods 3 (2004) 322-332.

    >>> values = np.array([[0.1, 0.4, 0.6, 0.7, 0.2, 0.3, 0.5, 0.1]])
    >>> table = rank_values(values, np.array([0, 0, 0, 0, 1, 1, 1, 1]), 2)
    >>> [value.round(3).tolist() for value in cliffs_delta(table)]
    [[0.438], [-0.479], [0.898]]
    """
    n, m = table.sizes[:, 0].astype(np.float64), table.sizes[:, 1].astype(np.float64)
    delta, spread = _delta_and_variance(table, n, m)
    margin = _Z**2 * spread
    with np.errstate(divide="ignore", invalid="ignore"):
        complement = 1 - delta * delta
        width = np.sqrt(margin * (complement * complement + margin))
        bounds = [(delta * complement + sign * width) / (complement + margin) for sign in (-1, 1)]
    smaller = np.minimum(n, m)
    end = (smaller - _Z**2) / (smaller + _Z**2)
    low = np.where(delta == 1, end, np.where(delta == -1, -1.0, bounds[0]))
    high = np.where(delta == -1, -end, np.where(delta == 1, 1.0, bounds[1]))
    return delta, np.maximum(low, -1.0), np.minimum(high, 1.0)


def _delta_and_variance(table: RankTable, n: Numbers, m: Numbers) -> tuple[Numbers, Numbers]:
    """Delta and its variance, from the runs of equal values of each line."""
    line, count = table.run_line, table.run_counts.astype(np.float64)
    # The values before a run are those of the lines before, which are subtracted, and those below it.
    sizes = table.sizes[:, :2]
    below = np.cumsum(count, axis=0) - count - (np.cumsum(sizes, axis=0) - sizes)[line]

    def sums(values: Numbers) -> Numbers:
        return sums_by_group(values, line, len(n))

    with np.errstate(divide="ignore", invalid="ignore"):
        # A value's own delta against the other group: the share of smaller minus that of larger ones.
        own1 = (2 * below[:, 1] + count[:, 1]) / m[line] - 1
        own2 = (2 * below[:, 0] + count[:, 0]) / n[line] - 1
        delta = sums(count[:, 0] * own1) / n
        within1 = sums(count[:, 0] * (own1 - delta[line]) ** 2) / (n - 1)
        within2 = sums(count[:, 1] * (own2 + delta[line]) ** 2) / (m - 1)
        pairs = n * m - sums(count[:, 0] * count[:, 1]) - n * m * delta**2
        variance = ((m - 1) * within1 + (n - 1) * within2 + pairs / ((n - 1) * (m - 1))) / (n * m)
    # Rounding may leave -1e-18 in place of 0.
    return delta, np.maximum(variance, 0)


def epsilon_squared(h: Numbers, total: Numbers) -> Numbers:
    """Epsilon squared, the effect size of the Kruskal-Wallis test: 0 if the groups have the same
    ranks, at most 1.

    Formula: H / (N - 1) for N values.

    Source: M. Tomczak and E. Tomczak, The need to report effect size estimates revisited, Trends in
    Sport Sciences 21 (2014) 19-25.

    >>> epsilon_squared(np.array([4.7059]), np.array([6.0])).round(4).tolist()
    [0.9412]
    """
    return h / (total - 1)


def tau(levels: Numbers) -> Numbers:
    """Tau, the specificity of each line for one of the groups: 0 if all have the same level, 1 if only
    one has any. NaN if none has.

    Formula: sum(1 - x / max(x)) / (K - 1) over the levels x of K groups. Here the levels are those
    that are compared: shares of samples, or medians of PSI; they are not transformed.

    Source: I. Yanai et al., Genome-wide midrange transcription profiles reveal expression level
    relationships in human tissue specification, Bioinformatics 21 (2005) 650-659.

    >>> tau(np.array([[0.5, 0.5, 0.5], [0.9, 0.0, 0.0], [0.8, 0.4, 0.2]])).round(3).tolist()
    [0.0, 1.0, 0.625]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = levels / levels.max(axis=1, keepdims=True)
    return np.asarray((1 - shares).sum(axis=1) / (levels.shape[1] - 1))
