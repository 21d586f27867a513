"""Sample lists: the text `,50099:3,50100:12` of one or many rows as arrays, and back.

Text is parsed eight digits at a time: the eight bytes that end with a number are read as one
little-endian word, the bytes that do not belong to it are masked out, and three multiplications add
the digits up (D. Lemire, "Quickly parsing eight digits", 2018; the same steps here for all numbers
of a text at once).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
_COMMA, _COLON, _ZERO = b",:0"
_WORD = 8
_DIGITS_OF = np.array(
    [0x0F0F0F0F0F0F0F0F << (64 - 8 * n) & 0x0F0F0F0F0F0F0F0F for n in range(_WORD + 1)], np.uint64
)
"""For a number of n digits: the value bits of its digits, which are the last n bytes of its word.
"""
_BYTES_OF = _DIGITS_OF * np.uint64(0x11)
_ZEROS, _TOP_BITS = np.uint64(0x3030303030303030), np.uint64(0x8080808080808080)
_TEN_OVERFLOWS = np.uint64(0x7676767676767676)
"""Added to a byte's value (its difference from `0`), it sets the top bit from ten on."""
_STEPS = tuple(
    (np.uint64(bits), np.uint64(10 ** (bits // 8)), np.uint64(kept))
    for bits, kept in ((8, 0x00FF00FF00FF00FF), (16, 0x0000FFFF0000FFFF), (32, 0x00000000FFFFFFFF))
)
"""To add neighbouring digits, then pairs of digits, then fours: how far apart they lie, the weight
of the higher, what stays.
"""
_FEW = 20  # one pair in so many or fewer: cutting each out costs less than a mask over all bytes (measured, 8 bytes a pair)
_TABLE_LIMIT = (
    1 << 26
)  # above this sample id a table of wanted ids would cost more memory than a search costs time


def parse_integers(text: NDArray[np.uint8], starts: Integers, ends: Integers) -> Integers:
    """The unsigned decimal numbers at text[start:end]; the bytes there must be digits.

    At least 8 bytes must precede every end (pad the text in front). Of more than 18 digits
    something comes back, but not the number.
    """
    lengths = ends - starts
    windows: NDArray[np.uint64] = np.ndarray(
        (len(text) - _WORD + 1,), "<u8", text.data, strides=(1,)
    )
    words = windows[ends - _WORD]  # not take(), which would first copy all the overlapping windows
    words &= _DIGITS_OF.take(lengths, mode="clip")
    for step, factor, kept in _STEPS:
        higher = words >> step
        words *= factor
        words += higher
        words &= kept
    numbers: Integers = words.view(np.int64)
    long = np.flatnonzero(lengths > _WORD)
    if len(long):
        higher_digits = np.maximum(starts[long], ends[long] - 3 * _WORD)
        numbers[long] += 10**_WORD * parse_integers(text, higher_digits, ends[long] - _WORD)
    return numbers


def are_digits(text: NDArray[np.uint8], starts: Integers, ends: Integers) -> NDArray[np.bool_]:
    """Whether every byte of text[start:end] is a digit (true of an empty one); padding as for
    parse_integers.
    """
    windows: NDArray[np.uint64] = np.ndarray(
        (len(text) - _WORD + 1,), "<u8", text.data, strides=(1,)
    )
    result = np.ones(len(starts), np.bool_)
    rest = np.flatnonzero(ends > starts)
    while len(rest):
        values = (windows[ends[rest] - _WORD] ^ _ZEROS) & _BYTES_OF.take(
            np.minimum(ends[rest] - starts[rest], _WORD)
        )
        result[rest] &= ((values + _TEN_OVERFLOWS | values) & _TOP_BITS) == 0
        ends = ends - _WORD
        rest = rest[ends[rest] > starts[rest]]
    return result


def padded(text: bytes) -> NDArray[np.uint8]:
    """The bytes as an array with the eight in front that parse_integers may look back at."""
    return np.frombuffer(bytes(_WORD) + text, np.uint8)


@dataclass(frozen=True)
class Pairs:
    """Sample and coverage of every pair of consecutive rows, in record order.

    `rows[i]` to `rows[i + 1]` are the pairs of row i; `spans[j]` is where pair j's text (from its
    comma) begins. Coverages are read, from `digits[starts:ends]`, when first asked for: most of an
    answer's samples are often cut out before.
    """

    text: bytes
    samples: Integers
    spans: Integers
    rows: Integers
    digits: NDArray[np.uint8]
    starts: Integers
    ends: Integers

    @cached_property
    def coverages(self) -> Integers:
        """Reads of each pair."""
        return parse_integers(self.digits, self.starts, self.ends)

    @cached_property
    def row_of(self) -> Integers:
        """For every pair the index of its row."""
        return np.repeat(np.arange(len(self.rows) - 1), np.diff(self.rows))

    def counts(self) -> Integers:
        """Pairs of each row."""
        return np.diff(self.rows)

    def sums(self) -> Integers:
        """Reads of each row."""
        counts = self.counts()
        result = np.zeros(len(counts), np.int64)
        some = counts > 0
        if some.any():
            result[some] = np.add.reduceat(self.coverages, self.rows[:-1][some])
        return result

    def medians(self) -> NDArray[np.float64]:
        """Median coverage of each row (mean of the middle two of an even number); 0 for a row
        without pairs.
        """
        ordered = np.sort((self.row_of << 40) | self.coverages) & ((1 << 40) - 1)
        counts, first = self.counts(), self.rows[:-1]
        result = np.zeros(len(counts))
        some = counts > 0
        low = ordered[(first + (counts - 1) // 2)[some]]
        high = ordered[(first + counts // 2)[some]]
        result[some] = (low + high) / 2
        return result

    def part(self, first: int, last: int) -> "Pairs":
        """The pairs of consecutive rows, `last` not included, none of them parsed again."""
        begin, end = self.rows[[first, last]].tolist()
        start, stop = (
            int(self.spans[at]) if at < len(self.spans) else len(self.text) for at in (begin, end)
        )
        spans, rows = self.spans[begin:end] - start, self.rows[first : last + 1] - begin
        digits = (self.digits, self.starts[begin:end], self.ends[begin:end])
        part = Pairs(self.text[start:stop], self.samples[begin:end], spans, rows, *digits)
        if "coverages" in vars(self):
            vars(part)["coverages"] = self.coverages[begin:end]
        return part

    def only(self, wanted: "SampleSet") -> "Pairs":
        """The pairs of wanted samples, in record order; rows left without any stay, empty."""
        keep = wanted.contains(self.samples)
        kept = np.flatnonzero(keep)
        starts, ends = self.starts[kept], self.ends[kept]
        widths = np.diff(np.append(self.spans, len(self.text)))
        text = self._cut(keep, kept, widths)
        spans = np.concatenate(([0], np.cumsum(widths[kept])))[:-1]
        kept_before = np.concatenate(([0], np.cumsum(keep)))
        return Pairs(
            text, self.samples[kept], spans, kept_before[self.rows], self.digits, starts, ends
        )

    def _cut(self, keep: NDArray[np.bool_], kept: Integers, widths: Integers) -> bytes:
        """The text of the pairs kept: of a few one by one, of many through a mask over all the
        text.
        """
        if len(kept) * _FEW < len(keep):
            spans = self.spans[kept]
            places = zip(spans.tolist(), (spans + widths[kept]).tolist(), strict=True)
            return b"".join([self.text[start:end] for start, end in places])
        return np.frombuffer(self.text, np.uint8)[np.repeat(keep, widths)].tobytes()

    def bounds(self) -> Integers:
        """Where in the text the sample list of each row begins, and where the last one ends."""
        return np.append(self.spans, len(self.text))[self.rows]

    def row_texts(self) -> list[bytes]:
        """The sample list of each row as text."""
        return [self.text[start:end] for start, end in pairwise(self.bounds().tolist())]


def parse_pairs(texts: Iterable[bytes]) -> Pairs:
    """The pairs of rows whose sample lists are well formed (see `well_formed`); an empty text is a
    row without samples.
    """
    lists = list(texts)
    text = b"".join(lists)
    array = padded(text)
    separators = np.flatnonzero((array == _COMMA) | (array == _COLON))
    commas, colons = separators[0::2], separators[1::2]
    ends = np.append(commas, len(array))[1:]
    spans = commas - _WORD
    bounds = np.concatenate(([0], np.cumsum(list(map(len, lists)), dtype=np.int64)))
    samples = parse_integers(array, commas + 1, colons)
    return Pairs(text, samples, spans, np.searchsorted(spans, bounds), array, colons + 1, ends)


def well_formed(text: bytes) -> bool:
    """Whether a sample list is empty or `,digits:digits` repeated."""
    array = np.frombuffer(text, np.uint8)
    separators = np.flatnonzero((array == _COMMA) | (array == _COLON))
    digits = int(np.count_nonzero((array - np.uint8(_ZERO)) < 10))
    gaps = np.diff(np.append(separators, len(array)))
    return (
        digits + len(separators) == len(array)
        and len(separators) % 2 == 0
        and (len(array) == 0 or separators[:1].tolist() == [0])
        and bool(
            (array[separators[0::2]] == _COMMA).all() and (array[separators[1::2]] == _COLON).all()
        )
        and bool((gaps > 1).all())
    )


class SampleSet:
    """Samples to restrict an answer to, quick to ask for membership of whole arrays."""

    def __init__(self, ids: Iterable[int]) -> None:
        self.ids: Integers = np.unique(np.fromiter(ids, np.int64))
        top = int(self.ids[-1]) if len(self.ids) else 0
        self._table: NDArray[np.bool_] | None = None
        if top < _TABLE_LIMIT:
            self._table = np.zeros(top + 2, np.bool_)
            self._table[self.ids] = True

    def __len__(self) -> int:
        return len(self.ids)

    def contains(self, samples: Integers) -> NDArray[np.bool_]:
        """For every sample whether it is wanted."""
        if self._table is None:
            return np.isin(samples, self.ids)
        return self._table[np.minimum(samples, len(self._table) - 1)]
