"""The form of lines and of their fields, checked for all rows of a chunk at once."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.junction import MOST_DIGITS
from snapshard.pairs import Integers, are_digits, parse_integers
from snapshard.rows import Rows
from snapshard_populate.reading.text import unclean_reason

Mask = NDArray[np.bool_]

MOST_QUOTED = 80
_POWERS = 10.0 ** np.arange(16)
_TAB, _NEWLINE, _DOT, _ZERO, _BLANK = b"\t\n.0 "


def quoted(text: str) -> str:
    """The text in quotes, shortened to its first 80 characters."""
    if len(text) <= MOST_QUOTED:
        return repr(text)
    return f"{text[:MOST_QUOTED]!r}… ({len(text)} characters)"


def is_structured(rows: Rows) -> bool:
    """Whether every line has the rows' columns and contains only clean text.

    Only then may the columns of the rows be used.
    """
    array = np.frombuffer(rows.text, np.uint8)
    newlines = int(np.count_nonzero(array == _NEWLINE))
    tabs = int(np.count_nonzero(array == _TAB))
    control = int(np.count_nonzero(array < _BLANK))
    if tabs != newlines * (len(rows.columns) - 1) or control != tabs + newlines:
        return False
    if b"\x7f" in rows.text or b"\\" in rows.text:
        return False
    # The totals also fit if one line has a tab too many and another one too few. Then the fields
    # shift, and some line's last field does not end at a newline.
    padded, _, ends = rows.spans(rows.columns[-1])
    if not (padded.take(ends) == _NEWLINE).all():
        return False
    return rows.text.isascii() or _is_utf8(rows.text)


def structure_reason(line: bytes, columns: int) -> str | None:
    """The reason why a line (without its newline) is not that many columns of clean text; None if
    it is.
    """
    if reason := unclean_reason(line):
        return reason
    # A backslash begins an escape in PostgreSQL's COPY, where the fields go as they are.
    if (position := line.find(b"\\")) >= 0:
        return f"expected printable text, got a backslash (0x5c) at byte {position + 1}"
    fields = line.split(b"\t")
    if len(fields) == columns:
        return None
    reason = (
        f"expected {columns} tab-separated columns, got {len(fields)} in {quoted(line.decode())}"
    )
    if len(fields) == columns + 1 and re.fullmatch(rb".+:[A-Z]", fields[0]):
        reason += (
            "; the first looks like the DataSource:Type of a Snaptron response, remove it: cut -f2-"
        )
    return reason


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def letters(rows: Rows, name: str, *, most: int) -> NDArray[np.uint8]:
    """The first `most` bytes of every field of a column: one row of bytes per row of text, padded
    with zeros.
    """
    text, starts, ends = rows.spans(name)
    width = max(1, min(most, int((ends - starts).max(initial=1))))
    positions = starts[:, None] + np.arange(width)
    characters = text.take(np.minimum(positions, len(text) - 1))
    return np.where(positions < ends[:, None], characters, np.uint8(0))


def widths(rows: Rows, name: str) -> Integers:
    """Number of bytes of every field of a column."""
    _, starts, ends = rows.spans(name)
    return ends - starts


def are_whole(rows: Rows, name: str, *, empty: bool = False) -> Mask:
    """Mask of the fields that are whole numbers without leading zeros; `empty` accepts empty fields
    as well.
    """
    text, starts, ends = rows.spans(name)
    lengths = ends - starts
    leading_zero = (text.take(starts) == _ZERO) & (lengths > 1)
    clipped = np.maximum(starts, ends - MOST_DIGITS)
    mask: Mask = are_digits(text, clipped, ends) & ~leading_zero
    mask &= (lengths <= MOST_DIGITS) & ((lengths > 0) | empty)
    return mask


@dataclass(frozen=True)
class Decimals:
    """A column of decimals.

    formed: mask of the fields that are decimals. values: their values there. tolerance: the largest
    difference between a written value and the exact one, half a unit of its last decimal but at
    least 0.0006, because files with three decimals do not all round in the same way.
    """

    formed: Mask
    values: NDArray[np.float64]
    tolerance: NDArray[np.float64]


def decimals(rows: Rows, name: str) -> Decimals:
    """A column of digits, with or without a point and further digits."""
    text, starts, ends = rows.spans(name)
    points = letters(rows, name, most=MOST_DIGITS + 1) == _DOT
    has_point = points.any(axis=1)
    point = np.where(has_point, starts + points.argmax(axis=1), ends)
    fraction = np.minimum(point + 1, ends)
    integer_digits, fraction_digits = point - starts, ends - fraction
    formed = are_digits(text, np.maximum(starts, point - MOST_DIGITS), point)
    formed &= are_digits(text, fraction, ends)
    formed &= (integer_digits > 0) & (integer_digits <= MOST_DIGITS)
    formed &= (fraction_digits > 0) | ~has_point
    # A double has no more than 15 exact decimals; further digits of the fraction are ignored.
    significant = np.minimum(fraction_digits, len(_POWERS) - 1)
    scale = _POWERS.take(significant)
    values = parse_integers(text, starts, point)
    values = values + parse_integers(text, fraction, fraction + significant) / scale
    tolerance = np.maximum(0.0006, 0.5 / scale) + 1e-9 + values * 1e-12
    return Decimals(formed, values, tolerance)
