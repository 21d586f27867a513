"""Columns of rows as numbers, strands and chromosomes, each checked; BadCell names the first bad
row.
"""

from collections.abc import Mapping

import numpy as np

from snapshard.junction import MOST_DIGITS
from snapshard.junction_files.introns import BadCell
from snapshard.junction_files.table import quoted
from snapshard.pairs import Integers, are_digits, last_words
from snapshard.rows import Rows

STRANDS = {"+": "+", "-": "-", "?": "?", "*": "?", ".": "?", "": "?", "NA": "?"}
"""Every sign of a strand that files use, as +, - or ? for unknown."""
_WORD_BYTES = 8
"""Cells of more bytes are not compared by `last_words`."""


def whole_numbers(rows: Rows, column: str) -> Integers:
    """The whole numbers of a column."""
    text, starts, ends = rows.spans(column)
    widths = ends - starts
    good = are_digits(text, starts, ends) & (widths > 0) & (widths <= MOST_DIGITS)
    if not good.all():
        bad = int(np.flatnonzero(~good)[0])
        cell = text[starts[bad] : ends[bad]].tobytes()
        raise BadCell(bad, f"{column}: expected a whole number, got {quoted(cell)}")
    return rows.integers(column)


def reads_or_none(rows: Rows, column: str | None) -> Integers:
    """The numbers of reads of a column, -1 where it has no whole number: a score may be `.`."""
    if column is None:
        return np.full(len(rows), -1, np.int64)
    return np.array([_reads(cell) for cell in rows.texts(column)], np.int64)


def _reads(cell: bytes) -> int:
    whole = cell.removesuffix(b".0")
    return int(whole) if whole.isdigit() and len(whole) <= MOST_DIGITS else -1


def texts(rows: Rows, column: str) -> list[str]:
    """A column as text."""
    text, starts, ends = rows.spans(column)
    # Strands and codes have one letter, which need not be cut out of the text one by one.
    widths = ends - starts
    if len(starts) and (widths == 1).all():
        return list(text.take(starts).tobytes().decode("latin-1"))
    # Equal cells mostly follow each other, as chromosomes do, and are decoded once.
    words = last_words(text, starts, ends)
    changed = (words[1:] != words[:-1]) | (widths[1:] != widths[:-1]) | (widths[1:] > _WORD_BYTES)
    firsts = np.flatnonzero(np.append(True, changed)) if len(starts) else np.empty(0, np.int64)
    bounds = zip(starts[firsts].tolist(), ends[firsts].tolist(), strict=True)
    cells = np.array([text[start:end].tobytes().decode() for start, end in bounds], object)
    repeated: list[str] = np.repeat(cells, np.diff(np.append(firsts, len(starts)))).tolist()
    return repeated


def chromosomes(rows: Rows, column: str) -> list[str]:
    """The chromosomes of a column, as the file writes them."""
    names = texts(rows, column)
    if "" in names:
        raise BadCell(names.index(""), f"{column}: expected a chromosome such as chr2, got ''")
    return names


def strands(rows: Rows, column: str | None, signs: Mapping[str, str] = STRANDS) -> list[str]:
    """The strands of a column as +, - or ?; all unknown without a column."""
    if column is None:
        return ["?"] * len(rows)
    cells = texts(rows, column)
    if not set(cells) <= signs.keys():
        bad = next(number for number, cell in enumerate(cells) if cell not in signs)
        expected = " ".join(sign for sign in signs if sign)
        raise BadCell(bad, f"{column}: expected one of {expected}, got {quoted(cells[bad])}")
    return [signs[cell] for cell in cells]


def is_whole(text: str) -> bool:
    """Whether a text is a whole number that a position can be."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
