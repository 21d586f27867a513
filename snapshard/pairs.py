"""Sample lists: the text `,50099:3,50100:12` of one or many rows as arrays, and back.

Numbers are parsed eight digits at a time (after D. Lemire, "Quickly parsing eight digits", 2018),
here all numbers of a text at once. For each number:

1. The eight bytes that end with its last digit are read as one little-endian word.
2. A mask keeps the value bits of the digits and clears every other byte, such as a separator.
3. Three steps add neighbours up: digits to pairs, pairs to fours, fours to one value of eight.

A longer number adds the value of the digits before its last eight, times 10**8.

What must hold: eight readable bytes end at every number, so texts are padded in front (`padded`);
and the bytes of a number must be digits, since nothing here checks them (`are_digits` does).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snapshard.native_pairs import parsed_pairs

Integers = NDArray[np.int64]
_COMMA, _COLON, _ZERO = b",:0"
_WORD = 8
PADDING = _WORD
"""Bytes in front of a padded text."""
_DIGIT_MASKS = np.array(
    [0x0F0F0F0F0F0F0F0F << (64 - 8 * n) & 0x0F0F0F0F0F0F0F0F for n in range(_WORD + 1)], np.uint64
)
"""By the number of digits: the value bits of these digits, which are the last bytes of the word."""
# 0x0F times 0x11 is 0xFF, so these masks keep whole bytes.
_BYTE_MASKS = _DIGIT_MASKS * np.uint64(0x11)
_ZEROS, _TOP_BITS = np.uint64(0x3030303030303030), np.uint64(0x8080808080808080)
_TEN_OVERFLOWS = np.uint64(0x7676767676767676)
"""Added to a byte's difference from `0`, it sets the top bit from ten on."""
_STEPS = tuple(
    (np.uint64(bits), np.uint64(10 ** (bits // 8)), np.uint64(mask))
    for bits, mask in ((8, 0x00FF00FF00FF00FF), (16, 0x0000FFFF0000FFFF), (32, 0x00000000FFFFFFFF))
)
"""The three steps: distance of two neighbours in bits, weight of the higher one, and a mask that
keeps the sums.
"""
_FEW = 20
"""If at most one pair in so many is kept, slicing out each costs less than a mask over all bytes
(measured with 8 bytes a pair).
"""
_TABLE_LIMIT = 1 << 26
"""Above this sample id a lookup table would cost more memory than a binary search costs time."""


def parse_integers(text: NDArray[np.uint8], starts: Integers, ends: Integers) -> Integers:
    """The unsigned decimal numbers at text[start:end]; the bytes there must be digits.

    At least 8 bytes must precede every end (see `padded`). A number of more than 18 digits
    overflows: the result is then meaningless, and no error is raised.
    """
    lengths = ends - starts
    # take() would first copy all the overlapping windows.
    words = _windows(text)[ends - _WORD]
    # A number of more than eight digits keeps its last eight here; the others are added below.
    words &= _DIGIT_MASKS.take(lengths, mode="clip")
    for shift, weight, mask in _STEPS:
        higher = words >> shift
        words *= weight
        words += higher
        words &= mask
    numbers: Integers = words.view(np.int64)
    long = np.flatnonzero(lengths > _WORD)
    if len(long):
        higher_digits = np.maximum(starts[long], ends[long] - 3 * _WORD)
        numbers[long] += 10**_WORD * parse_integers(text, higher_digits, ends[long] - _WORD)
    return numbers


def last_words(text: NDArray[np.uint8], starts: Integers, ends: Integers) -> NDArray[np.uint64]:
    """The bytes of text[start:end] as one number each, which are equal if the bytes are; of more than
    eight bytes the last eight. At least 8 bytes must precede every end.
    """
    lengths = ends - starts
    words: NDArray[np.uint64] = _windows(text)[ends - _WORD] & _BYTE_MASKS.take(
        lengths, mode="clip"
    )
    return words


def are_digits(text: NDArray[np.uint8], starts: Integers, ends: Integers) -> NDArray[np.bool_]:
    """Whether every byte of text[start:end] is a digit; true if there is none. At least 8 bytes must
    precede every end.
    """
    windows = _windows(text)
    result = np.ones(len(starts), np.bool_)
    # Each round checks the last eight bytes of the fields that are not yet checked to their start.
    unchecked = np.flatnonzero(ends > starts)
    while len(unchecked):
        lengths = np.minimum(ends[unchecked] - starts[unchecked], _WORD)
        values = (windows[ends[unchecked] - _WORD] ^ _ZEROS) & _BYTE_MASKS.take(lengths)
        # From 0x8A on, the sum overflows its byte, so the byte's own top bit is tested too. The
        # carry does no harm: it can only come from a byte that is no digit.
        result[unchecked] &= ((values + _TEN_OVERFLOWS | values) & _TOP_BITS) == 0
        ends = ends - _WORD
        unchecked = unchecked[ends[unchecked] > starts[unchecked]]
    return result


def _windows(text: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Every eight consecutive bytes as one little-endian word; a view, nothing is copied."""
    return np.ndarray((len(text) - _WORD + 1,), "<u8", text.data, strides=(1,))


def padded(text: bytes) -> NDArray[np.uint8]:
    """The bytes as an array, behind the eight bytes of padding that parse_integers needs."""
    return np.frombuffer(bytes(PADDING) + text, np.uint8)


@dataclass(frozen=True)
class _Digits:
    """Coverages as text: the numbers at `text[starts:ends]`."""

    text: NDArray[np.uint8]
    starts: Integers
    ends: Integers

    def __getitem__(self, indexes: Integers | slice) -> "_Digits":
        return _Digits(self.text, self.starts[indexes], self.ends[indexes])

    def parsed(self) -> Integers:
        """The coverages as numbers."""
        return parse_integers(self.text, self.starts, self.ends)


@dataclass(frozen=True)
class Pairs:
    """Sample and coverage of every pair of consecutive rows, in record order.

    `rows[i]` to `rows[i + 1]` are the pairs of row i. `spans[j]` is the offset of pair j's text,
    from its comma. Coverages that are still text are parsed when they are first needed, because most
    pairs are often dropped before (`restrict`).
    """

    text: bytes
    samples: Integers
    spans: Integers
    rows: Integers
    _reads: Integers | _Digits

    @cached_property
    def coverages(self) -> Integers:
        """Reads of each pair."""
        return _numbers(self._reads)

    def coverages_at(self, indexes: Integers) -> Integers:
        """Reads of the pairs at these indexes; others are not parsed."""
        return _numbers(self._reads_at(indexes))

    def _reads_at(self, indexes: Integers | slice) -> Integers | _Digits:
        """Coverages of some pairs, as text if they are not parsed yet."""
        # The cached property stores the numbers in the instance's dictionary.
        reads: Integers | _Digits = self.__dict__.get("coverages", self._reads)
        return reads[indexes]

    @cached_property
    def row_of(self) -> Integers:
        """The index of each pair's row."""
        return np.repeat(np.arange(len(self.rows) - 1), np.diff(self.rows))

    def counts(self) -> Integers:
        """Pairs of each row."""
        return np.diff(self.rows)

    def sums(self) -> Integers:
        """Reads of each row."""
        counts = self.counts()
        sums = np.zeros(len(counts), np.int64)
        # reduceat gives a row without pairs the value of the next pair, so only rows with pairs
        # take part.
        filled = counts > 0
        if filled.any():
            sums[filled] = np.add.reduceat(self.coverages, self.rows[:-1][filled])
        return sums

    def medians(self) -> NDArray[np.float64]:
        """Median coverage of each row (the mean of the middle two of an even number); 0 for a row
        without pairs.
        """
        # One sort of row and coverage in one integer; the row is in the upper bits, so each row's
        # coverages stay together.
        ordered = np.sort((self.row_of << 40) | self.coverages) & ((1 << 40) - 1)
        counts, first = self.counts(), self.rows[:-1]
        medians = np.zeros(len(counts))
        filled = counts > 0
        low = ordered[(first + (counts - 1) // 2)[filled]]
        high = ordered[(first + counts // 2)[filled]]
        medians[filled] = (low + high) / 2
        return medians

    def of_rows(self, rows: Iterable[int]) -> tuple[Integers, Integers]:
        """The samples and the coverages of these rows, one row after the other; at least one row."""
        slices = [slice(*self.rows[row : row + 2].tolist()) for row in rows]
        return (
            np.concatenate([self.samples[part] for part in slices]),
            np.concatenate([self.coverages[part] for part in slices]),
        )

    def part(self, first: int, last: int) -> "Pairs":
        """The pairs of consecutive rows, `last` excluded; nothing is parsed again."""
        begin, end = self.rows[[first, last]].tolist()
        start, stop = self._offset(begin), self._offset(end)
        return Pairs(
            self.text[start:stop],
            self.samples[begin:end],
            self.spans[begin:end] - start,
            self.rows[first : last + 1] - begin,
            self._reads_at(slice(begin, end)),
        )

    def _offset(self, pair: int) -> int:
        """The offset of a pair's text; behind the last pair it is the length of the text."""
        return int(self.spans[pair]) if pair < len(self.spans) else len(self.text)

    def restrict(self, samples: "SampleSet") -> "Pairs":
        """The pairs of these samples, in record order. Rows left without pairs stay, empty."""
        return self._where(samples.contains(self.samples))

    def with_reads(self) -> "Pairs":
        """The pairs with 1 or more reads, in record order. Rows left without pairs stay, empty."""
        mask = self.coverages > 0
        return self if mask.all() else self._where(mask)

    def _where(self, mask: NDArray[np.bool_]) -> "Pairs":
        """The pairs for which the mask is true."""
        indexes = np.flatnonzero(mask)
        widths = np.diff(np.append(self.spans, len(self.text)))
        pairs_before = np.concatenate(([0], np.cumsum(mask)))
        return Pairs(
            self._select_text(mask, indexes, widths),
            self.samples[indexes],
            np.concatenate(([0], np.cumsum(widths[indexes])))[:-1],
            pairs_before[self.rows],
            self._reads_at(indexes),
        )

    def _select_text(self, mask: NDArray[np.bool_], indexes: Integers, widths: Integers) -> bytes:
        """The text of the selected pairs: of a few sliced one by one, of many by a mask over all
        bytes.
        """
        if len(indexes) * _FEW < len(mask):
            starts = self.spans[indexes]
            ends = starts + widths[indexes]
            slices = zip(starts.tolist(), ends.tolist(), strict=True)
            return b"".join([self.text[start:end] for start, end in slices])
        return np.frombuffer(self.text, np.uint8)[np.repeat(mask, widths)].tobytes()

    def bounds(self) -> Integers:
        """The offset in the text of each row's sample list, and the end of the last one."""
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
    bounds = np.concatenate(([0], np.cumsum(list(map(len, lists)), dtype=np.int64)))
    samples, spans, reads = parsed_pairs(text) or _parsed_by_columns(text)
    return Pairs(text, samples, spans, np.searchsorted(spans, bounds), reads)


def _parsed_by_columns(text: bytes) -> tuple[Integers, Integers, _Digits]:
    """The samples, the offsets of the commas and the coverages of consecutive lists."""
    digits = padded(text)
    separators = np.flatnonzero((digits == _COMMA) | (digits == _COLON))
    commas, colons = separators[0::2], separators[1::2]
    ends = np.append(commas, len(digits))[1:]
    samples = parse_integers(digits, commas + 1, colons)
    return samples, commas - PADDING, _Digits(digits, colons + 1, ends)


def _numbers(reads: Integers | _Digits) -> Integers:
    return reads.parsed() if isinstance(reads, _Digits) else reads


def well_formed(text: bytes) -> bool:
    """Whether a sample list is empty or `,digits:digits` repeated."""
    if not text:
        return True
    array = np.frombuffer(text, np.uint8)
    separators = np.flatnonzero((array == _COMMA) | (array == _COLON))
    # Unsigned subtraction wraps, so bytes below `0` become large.
    digits = int(np.count_nonzero((array - np.uint8(_ZERO)) < 10))
    if digits + len(separators) != len(array) or len(separators) % 2:
        return False
    # Commas and colons alternate from the first byte on, and digits follow every one of them.
    first, last = separators[:1].tolist(), len(array)
    gaps = np.diff(np.append(separators, last))
    return (
        first == [0]
        and bool((array[separators[0::2]] == _COMMA).all())
        and bool((array[separators[1::2]] == _COLON).all())
        and bool((gaps > 1).all())
    )


class SampleSet:
    """A set of samples with a quick test of membership for arrays.

    `table` has an element for each id, true for those in the set; None if the largest id is too large.
    The last element stands for all ids above the largest and is false.
    """

    def __init__(self, ids: Iterable[int]) -> None:
        self.ids: Integers = np.unique(np.fromiter(ids, np.int64))
        top = int(self.ids[-1]) if len(self.ids) else 0
        self.table: NDArray[np.bool_] | None = None
        if top < _TABLE_LIMIT:
            self.table = np.zeros(top + 2, np.bool_)
            self.table[self.ids] = True

    def __len__(self) -> int:
        return len(self.ids)

    def contains(self, samples: Integers) -> NDArray[np.bool_]:
        """A mask of the samples that are in the set."""
        if self.table is None:
            return np.isin(samples, self.ids)
        return self.table[np.minimum(samples, len(self.table) - 1)]
