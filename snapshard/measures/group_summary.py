"""Group summaries of one block: for every row and group, the number of samples that have the row,
and their reads.

A payload is one zstd frame. It holds, little-endian: the number of records and the number of
records with more than one sample (4 bytes each), the item sizes of the six columns in bytes (1 byte
each), then the columns one after the other:

    position  line number in the block, as the difference from the record before (the first from 0)
    group     the group's number in the catalog
    samples   samples of the group that have the row
    reads     sum of their reads
    doubled   twice their median coverage, only for records with more than one sample
    maximum   their largest coverage, only for records with more than one sample

Records are sorted by position, then group. A group without the row has no record. A sample that is
listed with 0 reads does not have the row.
"""

import struct
from dataclasses import dataclass

import numpy as np
import zstandard
from numpy.typing import NDArray

from snapshard.membership import Membership
from snapshard.pairs import Integers, Pairs

_HEADER = struct.Struct("<II6B")
_LEVEL = 1
_KEY_BITS, _SHORT_BITS = 63, 31
_SIZES = (np.uint8, np.uint16, np.uint32, np.uint64)


@dataclass(frozen=True)
class Summaries:
    """Group summaries as columns of equal length: line number in the block, group number, samples,
    reads, median and largest coverage.
    """

    positions: Integers
    groups: Integers
    samples: Integers
    reads: Integers
    medians: NDArray[np.float64]
    maxima: Integers

    def __len__(self) -> int:
        return len(self.positions)


def summarise(pairs: Pairs, membership: Membership) -> Summaries:
    """Samples, reads, median and largest coverage of every row in every group that has it."""
    index, groups = membership.expand(pairs.samples)
    if not pairs.coverages.all():
        has_reads = pairs.coverages[index] > 0
        index, groups = index[has_reads], groups[has_reads]
    if not len(index):
        empty = np.empty(0, np.int64)
        return Summaries(empty, empty, empty, empty, np.empty(0), empty)
    # Row and group in one integer, the row in the upper bits: sorted, they are in record order.
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
    """Keys ascending, and the values of each key ascending.

    Key and value are sorted as one integer if they fit: one sort instead of two, and 31 bits sort
    faster than 63.
    """
    bits = int(values.max()).bit_length()
    width = bits + int(keys.max()).bit_length()
    if width > _KEY_BITS:
        order = np.lexsort((values, keys))
        return keys[order], values[order]
    combined = (keys << bits) | values
    if width <= _SHORT_BITS:
        combined = combined.astype(np.int32)
    combined.sort()
    return combined >> bits, combined & ((1 << bits) - 1)


def encode_summaries(
    summaries: Summaries, compressor: zstandard.ZstdCompressor | None = None
) -> bytes:
    """The payload of a block's summaries. Reusing a compressor saves half of the time."""
    # The median and the maximum of a single sample are its reads, so these columns leave it out.
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
    compressor = compressor or zstandard.ZstdCompressor(level=_LEVEL)
    return compressor.compress(b"".join([header, *[column.tobytes() for column in columns]]))


def decode_summaries(payload: bytes) -> Summaries:
    """The summaries in a payload."""
    text = zstandard.ZstdDecompressor().decompress(payload)
    count, several, *sizes = _HEADER.unpack_from(text)
    offset = _HEADER.size
    columns: list[Integers] = []
    for number, size in enumerate(sizes):
        length = count if number < 4 else several
        columns.append(np.frombuffer(text, f"<u{size}", length, offset).astype(np.int64))
        offset += length * size
    steps, groups, samples, reads, doubled, largest = columns
    # Records of one sample: see encode_summaries.
    medians, maxima = reads.astype(np.float64), reads.copy()
    medians[samples > 1], maxima[samples > 1] = doubled / 2, largest
    return Summaries(np.cumsum(steps), groups, samples, reads, medians, maxima)


def _narrow(column: Integers) -> NDArray[np.unsignedinteger]:
    """The column as the smallest integers that hold its values."""
    top = int(column.max(initial=0))
    size = next(size for size in _SIZES if top <= np.iinfo(size).max)
    return column.astype(np.dtype(size).newbyteorder("<"))
