"""The form of a line and of the fields in it, looked at for all rows of a chunk at once."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers, are_digits, parse_integers
from snapshard.rows import Rows

Mask = NDArray[np.bool_]

MOST_DIGITS = 18  # what a 64-bit integer holds for certain
SHOWN = 80
_POWERS = 10.0 ** np.arange(16)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f\\]")
_TAB, _NEWLINE, _DOT, _ZERO, _BLANK = b"\t\n.0 "


def quoted(text: str) -> str:
    """The text in quotes, cut if it is long."""
    return repr(text) if len(text) <= SHOWN else f"{text[:SHOWN]!r}… ({len(text)} characters)"


def is_structured(rows: Rows) -> bool:
    """Whether all lines have the rows' columns and hold nothing but clean text; only then may
    columns be asked for.
    """
    array = np.frombuffer(rows.text, np.uint8)
    newlines, tabs = int(np.count_nonzero(array == _NEWLINE)), int(np.count_nonzero(array == _TAB))
    control = int(np.count_nonzero(array < _BLANK))
    if (
        tabs != newlines * (len(rows.columns) - 1)
        or control != tabs + newlines
        or b"\x7f" in rows.text
        or b"\\" in rows.text
    ):
        return False
    padded, _, ends = rows.spans(rows.columns[-1])
    return bool((padded.take(ends) == _NEWLINE).all()) and (
        rows.text.isascii() or _is_utf8(rows.text)
    )


def structure_reason(line: bytes, columns: int) -> str | None:
    """Why a line (without its newline) is not that many columns of clean text; None if it is."""
    if line.endswith(b"\r"):
        return (
            "ends with a carriage return (Windows line ends); convert the file: tr -d '\\r' < FILE"
        )
    if found := _CONTROL.search(line):
        what = "backslash" if found[0] == b"\\" else "control character"
        return f"expected printable text, got a {what} (0x{found[0].hex()}) at byte {found.start() + 1}"
    if not _is_utf8(line):
        return f"expected UTF-8 text, got {quoted(line.decode('utf-8', 'backslashreplace'))}"
    fields = line.split(b"\t")
    if len(fields) == columns:
        return None
    hint = ""
    if len(fields) == columns + 1 and re.fullmatch(rb".+:[A-Z]", fields[0]):
        hint = (
            "; the first looks like the DataSource:Type of a Snaptron answer, cut it off: cut -f2-"
        )
    return f"expected {columns} tab-separated columns, got {len(fields)} in {quoted(line.decode())}{hint}"


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def letters(rows: Rows, name: str, *, most: int) -> NDArray[np.uint8]:
    """The first `most` bytes of every field of a column, a row of bytes per row, filled up with
    zeros.
    """
    text, starts, ends = rows.spans(name)
    width = max(1, min(most, int((ends - starts).max(initial=1))))
    places = starts[:, None] + np.arange(width)
    return np.where(
        places < ends[:, None], text.take(np.minimum(places, len(text) - 1)), np.uint8(0)
    )


def widths(rows: Rows, name: str) -> Integers:
    """Bytes of every field of a column."""
    _, starts, ends = rows.spans(name)
    return ends - starts


def are_whole(rows: Rows, name: str, *, empty: bool = False) -> Mask:
    """Which fields are whole numbers without leading zeros (or nothing, where that is allowed)."""
    text, starts, ends = rows.spans(name)
    lengths = ends - starts
    leading_zero = (text.take(starts) == _ZERO) & (lengths > 1)
    clipped = np.maximum(starts, ends - MOST_DIGITS)
    whole: Mask = (
        are_digits(text, clipped, ends)
        & ~leading_zero
        & (lengths <= MOST_DIGITS)
        & ((lengths > 0) | empty)
    )
    return whole


@dataclass(frozen=True)
class Decimals:
    """A column of decimals: where they are well formed, their values there, and by how much the
    written value may be off.

    That is half a unit of its own last decimal, and 0.0006 at least: files with three decimals do
    not all round alike.
    """

    formed: Mask
    values: NDArray[np.float64]
    tolerance: NDArray[np.float64]


def decimals(rows: Rows, name: str) -> Decimals:
    """A column of digits, with a point and further digits or without."""
    text, starts, ends = rows.spans(name)
    points = letters(rows, name, most=MOST_DIGITS + 1) == _DOT
    has_point = points.any(axis=1)
    point = np.where(has_point, starts + points.argmax(axis=1), ends)
    fraction = np.minimum(point + 1, ends)
    places = ends - fraction
    whole_digits = point - starts
    formed = are_digits(text, np.maximum(starts, point - MOST_DIGITS), point) & are_digits(
        text, fraction, ends
    )
    formed &= (whole_digits > 0) & (whole_digits <= MOST_DIGITS) & ((places > 0) | ~has_point)
    kept = np.minimum(places, len(_POWERS) - 1)
    scale = _POWERS.take(kept)
    values = (
        parse_integers(text, starts, point)
        + parse_integers(text, fraction, fraction + kept) / scale
    )
    tolerance = np.maximum(0.0006, 0.5 / scale) + 1e-9 + values * 1e-12
    return Decimals(formed, values, tolerance)
