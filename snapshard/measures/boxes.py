"""The numbers of a box plot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.measures.grouped import QUARTILES

REACH = 1.5
"""Length of the longest whisker, in interquartile ranges."""


@dataclass(frozen=True)
class Box:
    """The numbers of a box: n values, the ends of the whiskers, the quartiles and the median; in
    ascending order low, q1, median, q3, high.
    """

    n: int
    low: float
    q1: float
    median: float
    q3: float
    high: float


def box_of(values: NDArray[np.generic]) -> Box:
    """The box of values in any order, at least one, none of them NaN.

    Formula: the median and the quartiles are interpolated linearly between two values (type 7 of
    Hyndman and Fan, the default of R and NumPy). A whisker ends at the last value that is at most
    1.5 interquartile ranges (q3 - q1) away from its quartile; if that value is inside the box, there
    is no whisker, and it ends at the quartile.

    Source: J. W. Tukey, Exploratory Data Analysis, Addison-Wesley 1977, chapter 2; R. J. Hyndman and
    Y. Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996) 361-365.

    >>> box_of(np.array([9, 1, 2, 3, 4, 30]))
    Box(n=6, low=1.0, q1=2.25, median=3.5, q3=7.75, high=9.0)
    """
    ordered = np.sort(values).astype(np.float64)
    q1, median, q3 = np.quantile(ordered, QUARTILES).tolist()
    reach = REACH * (q3 - q1)
    low = ordered[np.searchsorted(ordered, q1 - reach, side="left")]
    high = ordered[np.searchsorted(ordered, q3 + reach, side="right") - 1]
    return Box(len(ordered), min(float(low), q1), q1, median, q3, max(float(high), q3))
