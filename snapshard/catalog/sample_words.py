"""Words of sample descriptions, cut in Snaptron's two ways, and where they stand.

Cut A is the one of Unicode's word boundaries (UAX #29, as Lucene's StandardTokenizer applies it):
letters, digits and underscores join; a dot or apostrophe joins two letters, a dot, apostrophe,
comma or semicolon two digits; all else separates. English stop words take part in no match. Cut B
is at white space only. Both ignore case. A text is kept per cut with one blank for every separator,
so that a search for words is a search for bytes.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from snapshard.catalog.samples_file import MappedText

STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "if",
        "in",
        "into",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
    ]
).union(
    [
        "or",
        "such",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "will",
        "with",
    ]
)
"""Those of Lucene's StandardAnalyzer."""

_LETTER = r"[^\W\d_]"
_JOIN = rf"(?:(?<={_LETTER})['’‘.·․‧](?={_LETTER})|(?<=\d)['’‘.,;](?=\d))"
_WORD = re.compile(rf"\w+(?:{_JOIN}\w+)*")
_NEWLINE, _BLANK = b"\n "
_LETTERS, _DIGITS = 1, 2
_KIND = np.array(
    [(chr(b).isalpha() * _LETTERS + chr(b).isdigit() * _DIGITS) * (b < 128) for b in range(256)],
    np.uint8,
)
"""Of each byte, what a sign that joins it to its neighbour must join."""
_JOINERS = {
    ord("'"): _LETTERS | _DIGITS,
    ord("."): _LETTERS | _DIGITS,
    ord(","): _DIGITS,
    ord(";"): _DIGITS,
}
_JOINED = np.array([_JOINERS.get(b, 0) for b in range(256)], np.uint8)
_ASCII_WORDS = bytes(
    b if chr(b).isalnum() or b in (ord("_"), _NEWLINE, *_JOINERS) else _BLANK for b in range(128)
).lower()
_ASCII_WORDS += bytes(range(128, 256))
_WHITE_BLANKS = bytes(_BLANK if b in b"\t\r\v\f" else b for b in range(256)).lower()


class Cut(StrEnum):
    """How a text is cut into words."""

    UNICODE = "unicode"
    BLANKS = "blanks"


def words_of(value: str) -> list[str]:
    """The words of a searched value, in lower case. A blank at an end leaves an empty word, which
    nothing has.
    """
    return re.split(r"\s+", value.lower())


def can_match(words: list[str], cut: Cut) -> bool:
    """Whether a cut can yield these words at all: no half words and no stop words in A."""
    if cut is Cut.BLANKS:
        return all(words)
    return all(word not in STOP_WORDS and _WORD.fullmatch(word) for word in words)


class Words:
    """The words of one field of every sample, in one cut."""

    def __init__(self, fields: Iterable[bytes], cut: Cut) -> None:
        """Takes the field of every sample in order, in texts of one or many lines without their
        last newline.
        """
        self._cut = cut
        self._mapped = MappedText(_padded(_SEPARATED[cut](text)) for text in fields)

    def hits(self, words: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The samples, by place, that have the words directly behind each other, and how often;
        ascending.
        """
        none = np.empty(0, np.int64)
        if not can_match(words, self._cut):
            return none, none
        wanted = b" %s " % " ".join(words).encode()
        found = np.array(
            [at for start, text in self._mapped.stretches() for at in _finds(text, wanted, start)],
            np.int64,
        )
        places, counts = np.unique(np.searchsorted(self._mapped.ends, found), return_counts=True)
        return places.astype(np.int64), counts.astype(np.int64)

    def lengths(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many words the field of each of these samples has, stop words left out where the cut
        leaves them out.
        """
        skipped = {word.encode() for word in STOP_WORDS} if self._cut is Cut.UNICODE else set()
        lines = (self._mapped.line(place).split() for place in places.tolist())
        return np.array([sum(word not in skipped for word in line) for line in lines], np.int64)


def _padded(text: bytes) -> bytes:
    """Every line with a blank at each end and one between words."""
    spread = np.frombuffer(b" %b \n" % text.replace(b"\n", b" \n "), np.uint8)
    blank = spread == _BLANK
    spaced: bytes = spread[~(blank & np.concatenate(([False], blank[:-1])))].tobytes()
    return spaced


def _finds(text: bytes, wanted: bytes, start: int) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield start + at
        at = text.find(wanted, at + 1)


def _separated(text: bytes) -> bytes:
    runs = groupby(text.split(b"\n"), bytes.isascii)
    return b"\n".join(
        [_ascii_separated(lines) if plain else _unicode_separated(lines) for plain, lines in runs]
    )


def _ascii_separated(lines: Iterable[bytes]) -> bytes:
    """As `_unicode_separated`, at many times its speed."""
    array = np.frombuffer(bytearray(b" %b " % b"\n".join(lines).translate(_ASCII_WORDS)), np.uint8)
    signs = np.concatenate([np.flatnonzero(array == sign) for sign in _JOINERS])
    joins = _JOINED[array[signs]] & _KIND[array[signs - 1]] & _KIND[array[signs + 1]]
    array[signs[joins == 0]] = _BLANK
    return array[1:-1].tobytes()


def _unicode_separated(lines: Iterable[bytes]) -> bytes:
    found = (_WORD.findall(line.decode("utf-8", "replace").lower()) for line in lines)
    return "\n".join(map(" ".join, found)).encode()


def _blank(text: bytes) -> bytes:
    lowered = text if text.isascii() else text.decode("utf-8", "replace").lower().encode()
    return lowered.translate(_WHITE_BLANKS)


_SEPARATED = {Cut.UNICODE: _separated, Cut.BLANKS: _blank}
