"""The words of sample descriptions, tokenised in Snaptron's two ways, and searched as bytes.

UNICODE splits at Unicode's word boundaries (UAX #29, as Lucene's StandardTokenizer applies it):
letters, digits and underscores join; a dot or apostrophe joins two letters; a dot, apostrophe,
comma or semicolon joins two digits; everything else separates. English stop words match nothing.
WHITESPACE splits at white space only. Both ignore case.

A tokenised text is one line per sample, with exactly one blank before, between and after the words.
Therefore a search for adjacent words is a search for the bytes ` first second `, and the line of a
hit follows from its offset. Everything in this module must keep that form.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from snapshard.catalog.samples_file import MappedText
from snapshard.pairs import Integers

_LUCENE_STOP_WORDS = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then"
    " there these they this to was will with"
)
STOP_WORDS = frozenset(_LUCENE_STOP_WORDS.split())
"""The stop words of Lucene's StandardAnalyzer."""

_LETTER = r"[^\W\d_]"
_QUOTES = r"'\u2019\u2018"
_JOIN = (
    rf"(?:(?<={_LETTER})[{_QUOTES}.\u00b7\u2024\u2027](?={_LETTER})"
    rf"|(?<=\d)[{_QUOTES}.,;](?=\d))"
)
_WORD = re.compile(rf"\w+(?:{_JOIN}\w+)*")
_NEWLINE, _BLANK = b"\n "
_LETTERS, _DIGITS = 1, 2
_CHARACTER_CLASS = np.array(
    [(chr(b).isalpha() * _LETTERS + chr(b).isdigit() * _DIGITS) * (b < 128) for b in range(256)],
    np.uint8,
)
"""The class of every byte: letter, digit or neither."""
_JOINERS = {
    ord("'"): _LETTERS | _DIGITS,
    ord("."): _LETTERS | _DIGITS,
    ord(","): _DIGITS,
    ord(";"): _DIGITS,
}
"""Punctuation that can join two characters, with the classes it joins; both must be the same."""
_JOINED_CLASSES = np.array([_JOINERS.get(b, 0) for b in range(256)], np.uint8)
_ASCII_WORDS = bytes(
    b if chr(b).isalnum() or b in (ord("_"), _NEWLINE, *_JOINERS) else _BLANK for b in range(128)
).lower()
_ASCII_WORDS += bytes(range(128, 256))
_WHITE_BLANKS = bytes(_BLANK if b in b"\t\r\v\f" else b for b in range(256)).lower()


class Tokenization(StrEnum):
    """A way to split a text into words."""

    UNICODE = "unicode"
    WHITESPACE = "whitespace"


def split_words(value: str) -> list[str]:
    """The words of a searched value, in lower case. A blank at either end yields an empty word,
    which no text contains.
    """
    return re.split(r"\s+", value.lower())


def can_match(words: list[str], tokenization: Tokenization) -> bool:
    """Whether a tokenised text can contain these words at all: incomplete words never match, and
    stop words do not match under UNICODE.
    """
    if tokenization is Tokenization.WHITESPACE:
        return all(words)
    return all(word not in STOP_WORDS and _WORD.fullmatch(word) for word in words)


class TokenizedField:
    """The words of one field of every sample, under one tokenization."""

    def __init__(self, texts: Iterable[bytes], tokenization: Tokenization) -> None:
        """Takes the field of every sample in file order: texts of one or more lines, each text
        without its last newline.
        """
        self._tokenization = tokenization
        tokenize = _TOKENIZERS[tokenization]
        self._mapped = MappedText(_with_single_blanks(tokenize(text)) for text in texts)

    def hits(self, words: list[str]) -> tuple[Integers, Integers]:
        """The indexes of the samples that contain the words adjacent to each other, ascending, and
        the number of occurrences in each.
        """
        if not can_match(words, self._tokenization):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        phrase = b" %s " % " ".join(words).encode()
        offsets: list[int] = []
        for start, text in self._mapped.chunks():
            offsets.extend(start + offset for offset in _offsets(text, phrase))
        lines = np.searchsorted(self._mapped.ends, np.array(offsets, np.int64))
        indexes, counts = np.unique(lines, return_counts=True)
        return indexes.astype(np.int64), counts.astype(np.int64)

    def lengths(self, indexes: NDArray[np.int64]) -> Integers:
        """The number of words in the field of each of these samples; UNICODE does not count stop
        words.
        """
        skipped: set[bytes] = set()
        if self._tokenization is Tokenization.UNICODE:
            skipped = {word.encode() for word in STOP_WORDS}
        lengths: list[int] = []
        for index in indexes.tolist():
            words = self._mapped.line(index).split()
            lengths.append(sum(word not in skipped for word in words))
        return np.array(lengths, np.int64)


def _with_single_blanks(text: bytes) -> bytes:
    """The text with one blank at both ends of every line and one between words."""
    spread = np.frombuffer(b" %b \n" % text.replace(b"\n", b" \n "), np.uint8)
    blank = spread == _BLANK
    follows_blank = np.concatenate(([False], blank[:-1]))
    return bytes(spread[~(blank & follows_blank)])


def _offsets(text: bytes, phrase: bytes) -> Iterator[int]:
    # Two occurrences may share a blank, so the next search starts one byte further, not after the
    # phrase; re.finditer would miss every second one of `a a a`.
    offset = text.find(phrase)
    while offset >= 0:
        yield offset
        offset = text.find(phrase, offset + 1)


def _split_at_boundaries(text: bytes) -> bytes:
    # Most lines are ASCII, and the few others must not slow all of them down.
    runs = groupby(text.split(b"\n"), bytes.isascii)
    return b"\n".join(
        [_split_ascii(lines) if is_ascii else _split_unicode(lines) for is_ascii, lines in runs]
    )


def _split_ascii(lines: Iterable[bytes]) -> bytes:
    """The same words as `_split_unicode` yields, many times faster.

    Word characters and joiners stay, all other bytes become blanks; then every joiner that does not
    stand between two characters of a class that it joins becomes a blank, too.
    """
    # The bytearray makes the array writable. The blanks give a joiner at either end two neighbours.
    text = np.frombuffer(bytearray(b" %b " % b"\n".join(lines).translate(_ASCII_WORDS)), np.uint8)
    joiners = np.concatenate([np.flatnonzero(text == joiner) for joiner in _JOINERS])
    before, after = _CHARACTER_CLASS[text[joiners - 1]], _CHARACTER_CLASS[text[joiners + 1]]
    joins = _JOINED_CLASSES[text[joiners]] & before & after
    text[joiners[joins == 0]] = _BLANK
    return text[1:-1].tobytes()


def _split_unicode(lines: Iterable[bytes]) -> bytes:
    words = (_WORD.findall(line.decode("utf-8", "replace").lower()) for line in lines)
    return "\n".join(map(" ".join, words)).encode()


def _split_at_blanks(text: bytes) -> bytes:
    lowered = text if text.isascii() else text.decode("utf-8", "replace").lower().encode()
    return lowered.translate(_WHITE_BLANKS)


_TOKENIZERS = {
    Tokenization.UNICODE: _split_at_boundaries,
    Tokenization.WHITESPACE: _split_at_blanks,
}
