"""Sample lists as variable-length integers: for each pair, the zigzag-encoded difference of the
sample id, and the coverage.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from snapshard.pairs import Integers, Pairs

_STEPS = range(6)
_POWERS = 10 ** np.arange(1, 19, dtype=np.int64)


def pack(pairs: Pairs) -> list[bytes]:
    """The packed pairs of each row: seven bits per byte, with the highest bit set in all bytes of a
    number except the last.
    """
    before = np.concatenate(([0], pairs.samples[:-1]))
    before[pairs.rows[:-1][pairs.counts() > 0]] = 0
    step = pairs.samples - before
    numbers = np.stack(((step << 1) ^ (step >> 63), pairs.coverages), axis=1).ravel()
    widths = 1 + sum((numbers >> (7 * k) > 0).astype(np.int64) for k in _STEPS[1:])
    ends = np.cumsum(widths)
    packed = np.zeros(ends[-1] if len(ends) else 0, np.uint8)
    for k in _STEPS:
        has = widths > k
        more = np.where(widths[has] > k + 1, 128, 0)
        packed[(ends - widths)[has] + k] = ((numbers[has] >> (7 * k)) & 127) | more
    bounds = np.concatenate(([0], ends))[2 * pairs.rows].tolist()
    data = packed.tobytes()
    return [data[start:end] for start, end in pairwise(bounds)]


def unpack(packed: Sequence[bytes]) -> tuple[Integers, Integers, Integers]:
    """Samples, coverages, and the index at which each row's pairs begin (and the last row's end)."""
    data = np.frombuffer(b"".join(packed) + bytes(len(_STEPS)), np.uint8)
    size = len(data) - len(_STEPS)
    ends = np.flatnonzero(data[:size] < 128)
    starts = np.concatenate(([0], ends[:-1] + 1))[: len(ends)]
    numbers, widths = np.zeros(len(ends), np.int64), ends - starts + 1
    for k in range(int(widths.max(initial=0))):
        numbers += np.where(widths > k, data[starts + k].astype(np.int64) & 127, 0) << (7 * k)
    rows = np.searchsorted(ends, np.cumsum([0, *map(len, packed)])) // 2
    zigzag = numbers[0::2]
    total = np.concatenate(([0], np.cumsum((zigzag >> 1) ^ -(zigzag & 1))))
    samples = total[1:] - np.repeat(total[rows[:-1]], np.diff(rows))
    return samples, numbers[1::2], rows


def render(samples: Integers, coverages: Integers, rows: Integers) -> list[bytes]:
    """The text `,sample:coverage…` of each row."""
    numbers = np.stack((samples, coverages), axis=1).ravel()
    digits = np.searchsorted(_POWERS, numbers, side="right") + 1
    ends = np.cumsum(digits + 1)
    text = np.zeros(ends[-1] if len(ends) else 0, np.uint8)
    text[(ends - digits - 1)[0::2]] = ord(",")
    text[(ends - digits - 1)[1::2]] = ord(":")
    # All numbers are written at once, one digit per round from the right.
    quotients, positions = numbers, ends
    while len(quotients):
        positions = positions - 1
        text[positions] = 48 + quotients % 10
        more = quotients >= 10
        quotients, positions = quotients[more] // 10, positions[more]
    bounds = np.concatenate(([0], ends))[2 * rows].tolist()
    data = text.tobytes()
    return [data[start:end] for start, end in pairwise(bounds)]
