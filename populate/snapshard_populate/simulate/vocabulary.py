"""Pairs of sample and reads as text, and the columns of a row that follow from them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from snapshard_populate.simulate.coverage import Coverage
from snapshard_populate.simulate.distributions import Integers
from snapshard_populate.simulate.plan import FIRST_RAIL_ID

# The source_dataset_id. Snaptron's start at 1, so 0 belongs to no real data set.
DATASET = "0"
# A comma, a rail_id of six digits and a colon fill a word; reads have seven digits at most.
_WORD = 8


class Vocabulary:
    """Turns pairs to text by table: `,sample:` and the reads are words of eight bytes, padded with
    NULs that are then removed.
    """

    def __init__(self, samples: int) -> None:
        self.sample = _words([f",{FIRST_RAIL_ID + number}:" for number in range(samples)])
        self.reads = _words([str(number) for number in range(1 << 16)])
        self.sample_width = _widths(self.sample)
        self.reads_width = _widths(self.reads)

    def lines(self, heads: Iterable[str], coverage: Coverage) -> bytes:
        """Whole lines: heads (the columns before the samples, each with its tab), pairs,
        statistics, dataset.
        """
        text, ends = self.pairs(coverage)
        begins = [0, *ends[:-1]]
        rows = zip(heads, begins, ends, _tails(coverage), strict=True)
        return "".join([head + text[begin:end] + tail for head, begin, end, tail in rows]).encode()

    def pairs(self, coverage: Coverage) -> tuple[str, list[int]]:
        """The text of all pairs, and the offset at which each feature's pairs end."""
        cells = np.empty((len(coverage.sample), 2), np.uint64)
        cells[:, 0] = self.sample[coverage.sample]
        widths = self.sample_width[coverage.sample]
        in_table = np.minimum(coverage.reads, len(self.reads) - 1)
        cells[:, 1] = self.reads[in_table]
        widths += self.reads_width[in_table]
        large = np.flatnonzero(coverage.reads >= len(self.reads))
        if len(large):
            words = _words([str(reads) for reads in coverage.reads[large].tolist()])
            cells[large, 1] = words
            widths[large] += _widths(words) - self.reads_width[-1]
        text = cells.tobytes().translate(None, b"\0").decode("ascii")
        # Widths are single bytes, so their sums need a wider type. Every feature has a pair, or
        # reduceat would return the width of the next feature's first one.
        return text, np.cumsum(
            np.add.reduceat(widths, coverage.starts[:-1], dtype=np.int64)
        ).tolist()


def _words(texts: list[str]) -> NDArray[np.uint64]:
    return np.array(texts, f"S{_WORD}").view(np.uint64)


def _widths(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    widths: NDArray[np.uint8] = np.count_nonzero(
        words.view(np.uint8).reshape(-1, _WORD), axis=1
    ).astype(np.uint8)
    return widths


def _tails(coverage: Coverage) -> list[str]:
    """The five columns after the samples, each after a tab, with the line's end."""
    count = np.diff(coverage.starts)
    total = np.add.reduceat(coverage.reads, coverage.starts[:-1])
    columns = zip(
        count.tolist(),
        total.tolist(),
        (total / count).tolist(),
        medians(coverage).tolist(),
        strict=True,
    )
    return [
        f"\t{number}\t{total}\t{mean:.3f}\t{median:.3f}\t{DATASET}\n"
        for number, total, mean, median in columns
    ]


def medians(coverage: Coverage) -> NDArray[np.float64]:
    """Median reads of every feature; of an even number, the mean of the two in the middle."""
    starts: Integers = coverage.starts
    row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    # One sort of row and reads in one integer keeps the reads of each row together.
    keys = row << 32 | coverage.reads
    keys.sort()
    reads = keys & 0xFFFFFFFF
    low = reads[(starts[:-1] + starts[1:] - 1) // 2]
    high = reads[(starts[:-1] + starts[1:]) // 2]
    middle: NDArray[np.float64] = (low + high) / 2
    return middle
