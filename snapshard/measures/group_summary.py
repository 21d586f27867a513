"""Group summaries of one block: for every row, in how many samples of each group it is, and how
strongly.

A payload is one zstd frame. Inside, little-endian: the number of records and of those with more
than one sample (4 bytes each), the item sizes in bytes of the six columns (1 byte each), then the
columns one after the other:

    position  line number in the block, as the difference from the record before (the first from 0)
    group     the group's number in the catalog
    samples   samples of the group that have the row
    reads     their reads together
    doubled   twice their median coverage, only for records of more than one sample
    maximum   their largest coverage, only for records of more than one sample

Records are sorted by position, then group. A group that does not have the row has no record. A
sample that is listed with coverage 0 counts as one that has the row, as in samples_count.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import zstandard
from numpy.typing import NDArray

from snapshard.pairs import Integers, Pairs

_HEADER = struct.Struct("<II6B")
_LEVEL = 1
_TABLE_LIMIT = 1 << 24  # up to this sample id a table of 4 bytes an id; above it a search
_KEY_BITS, _SHORT_BITS = 63, 31
_SIZES = (np.uint8, np.uint16, np.uint32, np.uint64)


@dataclass(frozen=True)
class Summaries:
    """Columns of equal length: line number in the block, group number, samples, reads, median and
    largest coverage.
    """

    positions: Integers
    groups: Integers
    samples: Integers
    reads: Integers
    medians: NDArray[np.float64]
    maxima: Integers

    def __len__(self) -> int:
        return len(self.positions)


class Membership:
    """Which groups each sample is in; a sample may be in none or several."""

    def __init__(self, groups: Mapping[int, Iterable[int]]) -> None:
        pairs = sorted(
            (sample, number) for number, members in groups.items() for sample in set(members)
        )
        samples = np.array([sample for sample, _ in pairs], np.int64)
        self._groups = np.array([number for _, number in pairs], np.int64)
        self._samples, self._first = np.unique(samples, return_index=True)
        self._counts = np.append(np.diff(np.append(self._first, len(samples))), 0)
        self._first = np.append(self._first, 0)
        self._table = self._lookup_table()
        self._single = (
            np.append(self._groups, -1) if len(self._groups) == len(self._samples) else None
        )

    def _lookup_table(self) -> NDArray[np.int32] | None:
        top = int(self._samples[-1]) if len(self._samples) else 0
        if top >= _TABLE_LIMIT:
            return None
        table = np.full(top + 2, len(self._samples), np.int32)
        table[self._samples] = np.arange(len(self._samples))
        return table

    def _places(self, samples: Integers) -> NDArray[np.integer]:
        """For every sample its place among the members; the last place, which has no group, for one
        that is no member.
        """
        if self._table is not None:
            return self._table[np.minimum(samples, len(self._table) - 1)]
        found = np.searchsorted(self._samples, samples)
        found[self._samples[np.minimum(found, len(self._samples) - 1)] != samples] = len(
            self._samples
        )
        return found

    def expand(self, samples: Integers) -> tuple[Integers, Integers]:
        """Every sample with each of its groups: indexes into the samples, ascending, and group
        numbers.
        """
        places = self._places(samples)
        if self._single is not None:  # nobody is in two groups, as with tissues
            groups = self._single[places]
            index = np.flatnonzero(groups >= 0)
            return index, groups if len(index) == len(groups) else groups[index]
        counts = self._counts[places]
        if not counts.any():
            return np.empty(0, np.int64), np.empty(0, np.int64)
        index = np.repeat(np.arange(len(samples)), counts)
        begun = np.cumsum(counts) - counts
        within = np.arange(len(index)) - begun[index]
        return index, self._groups[self._first[places[index]] + within]


def summarise(pairs: Pairs, membership: Membership) -> Summaries:
    """Samples, reads, median and largest coverage of every row in every group that has it."""
    index, groups = membership.expand(pairs.samples)
    if not len(index):
        empty = np.empty(0, np.int64)
        return Summaries(empty, empty, empty, empty, np.empty(0), empty)
    group_bits = int(groups.max()).bit_length()
    keys, coverages = _sorted_together(
        (pairs.row_of[index] << group_bits) | groups, pairs.coverages[index]
    )
    first = np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1))
    counts = np.diff(np.append(first, len(keys)))
    heads = keys[first].astype(np.int64)
    middle = coverages[first + (counts - 1) // 2].astype(np.int64) + coverages[first + counts // 2]
    return Summaries(
        positions=heads >> group_bits,
        groups=heads & ((1 << group_bits) - 1),
        samples=counts,
        reads=np.add.reduceat(coverages, first, dtype=np.int64),
        medians=middle / 2,
        maxima=coverages[first + counts - 1].astype(np.int64),
    )


def _sorted_together(
    keys: Integers, values: Integers
) -> tuple[NDArray[np.signedinteger], NDArray[np.signedinteger]]:
    """Keys ascending, the values of each key ascending: one sort of both in one integer, of 31 bits
    mostly, where they fit.
    """
    bits = int(values.max()).bit_length()
    width = bits + int(keys.max()).bit_length()
    if width > _KEY_BITS:
        order = np.lexsort((values, keys))
        return keys[order], values[order]
    both = (keys << bits) | values
    if width <= _SHORT_BITS:
        both = both.astype(np.int32)
    both.sort()
    return both >> bits, both & ((1 << bits) - 1)


def encode_summaries(
    summaries: Summaries, compressor: zstandard.ZstdCompressor | None = None
) -> bytes:
    """The payload of a block's summaries; a compressor that is used again saves half of the time."""
    several = summaries.samples > 1
    columns = [
        _narrow(np.diff(summaries.positions, prepend=0)),
        _narrow(summaries.groups),
        _narrow(summaries.samples),
        _narrow(summaries.reads),
        _narrow((2 * summaries.medians[several]).astype(np.int64)),
        _narrow(summaries.maxima[several]),
    ]
    header = _HEADER.pack(
        len(summaries), int(several.sum()), *[column.itemsize for column in columns]
    )
    packed = compressor or zstandard.ZstdCompressor(level=_LEVEL)
    return packed.compress(b"".join([header, *[column.tobytes() for column in columns]]))


def decode_summaries(payload: bytes) -> Summaries:
    """The summaries that a payload holds."""
    text = zstandard.ZstdDecompressor().decompress(payload)
    count, several, *sizes = _HEADER.unpack_from(text)
    place = _HEADER.size
    columns: list[Integers] = []
    for number, size in enumerate(sizes):
        length = count if number < 4 else several
        columns.append(np.frombuffer(text, f"<u{size}", length, place).astype(np.int64))
        place += length * size
    steps, groups, samples, reads, doubled, largest = columns
    medians, maxima = reads.astype(np.float64), reads.copy()
    medians[samples > 1], maxima[samples > 1] = doubled / 2, largest
    return Summaries(np.cumsum(steps), groups, samples, reads, medians, maxima)


def _narrow(column: Integers) -> NDArray[np.unsignedinteger]:
    """The column in the smallest whole numbers that hold it."""
    top = int(column.max(initial=0))
    size = next(size for size in _SIZES if top <= np.iinfo(size).max)
    return column.astype(np.dtype(size).newbyteorder("<"))
