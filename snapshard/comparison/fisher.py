"""Fisher's exact test of two proportions, for many tables at once."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snapshard.comparison.distributions import distributions
from snapshard.pairs import Integers

Numbers = NDArray[np.float64]
_TOLERANCE = 1e-7
"""A table whose probability is larger by less than this share counts as equally probable. R's
fisher.test has the same tolerance, against rounding.
"""
_MOST_CELLS = 1 << 21


def fisher_exact(count1: Integers, count2: Integers, size1: int, size2: int) -> Numbers:
    """The two-sided p value of Fisher's exact test: `count1` of `size1` against `count2` of `size2`.

    Formula: with k = count1 + count2 fixed, a table with x in the first group has the
    hypergeometric probability C(size1, x) C(size2, k - x) / C(size1 + size2, k). p is the sum over
    all tables that are at most as probable as the observed one.

    Source: R. A. Fisher, The logic of inductive inference, Journal of the Royal Statistical Society
    98 (1935) 39-82. The result is that of `scipy.stats.fisher_exact`.

    >>> fisher_exact(np.array([8, 3]), np.array([1, 3]), 10, 10).round(4).tolist()
    [0.0055, 1.0]
    """
    # Most junctions are in few samples, so many have the same table.
    tables, places = np.unique(np.stack([count1, count2], axis=1), axis=0, return_inverse=True)
    log_factorial = distributions().gammaln(np.arange(size1 + size2 + 1) + 1.0)
    parts = [
        _p_values(tables[part], size1, size2, log_factorial)
        for part in _parts(tables, size1, size2)
    ]
    p = np.concatenate([np.empty(0), *parts])
    return p[places.reshape(-1)]


def _supports(tables: Integers, size1: int, size2: int) -> tuple[Integers, Integers]:
    """The smallest and the largest count of the first group that a table can have."""
    total = tables.sum(axis=1)
    return np.maximum(total - size2, 0), np.minimum(total, size1)


def _parts(tables: Integers, size1: int, size2: int) -> Iterator[slice]:
    """Slices of the tables with a bounded number of probabilities."""
    low, high = _supports(tables, size1, size2)
    part_of = np.cumsum(high - low + 1) // _MOST_CELLS
    edges = [0, *(np.flatnonzero(np.diff(part_of)) + 1).tolist(), len(tables)]
    for first, last in pairwise(edges):
        if last > first:
            yield slice(first, last)


def _p_values(tables: Integers, size1: int, size2: int, log_factorial: Numbers) -> Numbers:
    low, high = _supports(tables, size1, size2)
    lengths = high - low + 1
    first = np.cumsum(lengths) - lengths
    table_of = np.repeat(np.arange(len(tables)), lengths)
    x = np.arange(len(table_of)) - first[table_of] + low[table_of]
    y = tables.sum(axis=1)[table_of] - x
    # The factorials of the margins are the same for all tables with these margins, so they cancel.
    weights = -(
        log_factorial[x] + log_factorial[size1 - x] + log_factorial[y] + log_factorial[size2 - y]
    )
    observed = weights[first + tables[:, 0] - low]
    peak = np.maximum.reduceat(weights, first)
    shares = np.exp(weights - peak[table_of])
    extreme = np.where(weights <= observed[table_of] + _TOLERANCE, shares, 0.0)
    p = np.add.reduceat(extreme, first) / np.add.reduceat(shares, first)
    return np.minimum(p, 1.0)
