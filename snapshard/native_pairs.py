"""Sample lists by the C module `_pairs`, if it was built; it is optional, because a compiler is.

Every function returns None if there is no such module, or for lists that it leaves to the numpy code of
pairs.py and rows.py. That code gives the same answers byte for byte, several times slower.
"""

import numpy as np
from numpy.typing import NDArray

try:
    from snapshard import _pairs
except ImportError:
    _pairs = None  # type: ignore[assignment]


def parsed_pairs(
    text: bytes,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None:
    """The sample, the offset of the comma and the coverage of every pair of consecutive lists."""
    if _pairs is None:
        return None
    count = _pairs.count_pairs(text)
    samples, spans, coverages = (np.empty(count, np.int64) for _ in range(3))
    if _pairs.parse_pairs(text, samples, spans, coverages) is None:
        return None
    return samples, spans, coverages


def restricted_lines(
    text: bytes, column: int, table: NDArray[np.bool_], *, zeros: bool
) -> bytes | None:
    """Lines with a sample list in the column with this number and the recomputed statistics behind it,
    restricted to the samples whose id is true in the table; see `Rows.restrict`.
    """
    return None if _pairs is None else _pairs.restrict_lines(text, column, table, zeros)
