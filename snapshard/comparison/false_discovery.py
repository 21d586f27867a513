"""The false discovery rate of many tests."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def benjamini_hochberg(p: Numbers) -> Numbers:
    """The q value of each p value: the smallest false discovery rate at which its test is rejected.

    Formula: with the m p values in ascending order, q of the i-th is the smallest of m p(j) / j over
    all j from i on, at most 1.

    Source: Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, Journal of the Royal
    Statistical Society B 57 (1995) 289-300.

    >>> benjamini_hochberg(np.array([0.01, 0.5, 0.03])).round(3).tolist()
    [0.03, 0.5, 0.045]
    """
    count = len(p)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * count / np.arange(1, count + 1)
    q = np.empty(count)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
