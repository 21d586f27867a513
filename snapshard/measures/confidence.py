"""Confidence intervals of a proportion, at 95 %, for arrays of counts at once.

Counts may be fractional: a measure that divides reads by a number of junctions has such counts.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snapshard.errors import MissingExtra

Numbers = NDArray[np.float64]
Bounds = tuple[Numbers, Numbers]

LEVEL = 0.95
"""The share of samples of a population whose interval contains its proportion."""
_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


def wilson(successes: ArrayLike, trials: ArrayLike) -> Bounds:
    """The Wilson score interval of a proportion: lower and upper bounds, NaN without trials.

    Formula: (p + z²/2n ± z·√(p(1 - p)/n + z²/4n²)) / (1 + z²/n) with p = successes / n, n trials and
    z = 1.96, the 97.5 % quantile of the normal distribution.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927) 209-212; recommended by L. D. Brown,
    T. T. Cai and A. DasGupta, Interval estimation for a binomial proportion, Statistical Science 16
    (2001) 101-133.

    >>> low, high = wilson([3, 0], [10, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.1078, 0.0], [0.6032, 0.2775])
    """
    count, total = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    n = np.where(total > 0, total, np.nan)
    p = count / n
    centre = p + _Z**2 / (2 * n)
    margin = _Z * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    # At the ends, rounding would leave a bound of 1e-17 in place of 0 or 1.
    low = np.where(count == 0, 0 * n, (centre - margin) / scale)
    high = np.where(count == total, 0 * n + 1, (centre + margin) / scale)
    return low, high


def jeffreys(successes: ArrayLike, trials: ArrayLike) -> Bounds:
    """The Jeffreys interval of a proportion: lower and upper bounds, NaN without trials.

    Formula: the 2.5 % and 97.5 % quantiles of Beta(x + ½, n - x + ½) for x successes in n trials;
    the lower bound is 0 if x = 0, and the upper bound 1 if x = n.

    Source: Brown, Cai and DasGupta (see Wilson interval), section 4.3. Raises MissingExtra if SciPy
    is not installed.

    >>> low, high = jeffreys([3, 0], [10, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0927, 0.0], [0.6058, 0.2172])
    """
    try:
        # Imported on first use: only some answers need it, and it is an extra.
        from scipy.special import betaincinv
    except ModuleNotFoundError as exc:
        raise MissingExtra("the interval of a sample", exc.name, "statistics") from exc
    count, total = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    n = np.where(total > 0, total, np.nan)
    a, b = count + 0.5, n - count + 0.5
    low = np.where(count == 0, 0 * n, betaincinv(a, b, (1 - LEVEL) / 2))
    high = np.where(count == total, 0 * n + 1, betaincinv(a, b, (1 + LEVEL) / 2))
    return low, high
