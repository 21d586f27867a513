"""The three forms in which the protocol writes means and medians. [8.4]"""

from collections.abc import Callable

import numpy as np

from snapshard.rows import Rows, decimal_text

_DECIMALS = ("coverage_avg", "coverage_median")
_EXPONENT_FROM = 1e11


def short_decimals(rows: Rows) -> Rows:
    """Rows in the form of ids queries: 4.333, 5.0, exponent form from 1e11."""
    return _rewritten(rows, _short_text)


def three_decimals(rows: Rows) -> Rows:
    """Rows in the form of filtered queries: exactly three decimals, whatever the source wrote."""
    # Rewriting every line is slow; most sources write three decimals already.
    if all(_has_three(rows, name) for name in _DECIMALS):
        return rows
    return _rewritten(rows, lambda text: b"%.3f" % float(text))


def _has_three(rows: Rows, name: str) -> bool:
    text, starts, ends = rows.spans(name)
    return bool(((ends - starts > 4) & (text[ends - 4] == ord("."))).all())


def _rewritten(rows: Rows, write: Callable[[bytes], bytes]) -> Rows:
    lines = []
    for line in rows.lines():
        head, mean, median, dataset_id = line.rsplit(b"\t", 3)
        lines.append(b"\t".join((head, write(mean), write(median), dataset_id)))
    return Rows(b"".join(lines), rows.columns)


def _short_text(text: bytes) -> bytes:
    value = float(text)
    if abs(value) < _EXPONENT_FROM:
        return decimal_text(value).encode()
    return np.format_float_scientific(value, precision=11, trim="-").encode()
