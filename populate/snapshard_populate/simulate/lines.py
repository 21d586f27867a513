"""Simulated junctions as lines of a junction file."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from snapshard_populate.simulate.coverage import Coverage, Sampler
from snapshard_populate.simulate.distributions import MOTIFS, Integers
from snapshard_populate.simulate.genes import SOURCES, simulate_genes
from snapshard_populate.simulate.junctions import Junctions, simulate_junctions
from snapshard_populate.simulate.plan import FIRST_RAIL_ID, Plan, Segment
from snapshard_populate.simulate.tissues import Tissues, simulate_tissues

PAIRS_AT_ONCE = 500_000  # about so many pairs per chunk, which bounds memory
ROWS_AT_ONCE = 16_384
DATASET = "0"  # source_dataset_id; Snaptron's begin at 1
_SOURCES = (*SOURCES, "0")  # index -1, no source, is the last
_WORD = 8


def junction_lines(*, junctions: int, samples: int, seed: int) -> Iterator[bytes]:
    """Chunks of whole lines of 17 tab-separated columns (snapshard.junction.NAMES), without a header.

    In genome order (chromosomes 1 to 22, X, Y, M; start, end, strand), ids from 0. The memory needed grows with the largest
    segment (a forty-eighth of all rows, some 60 bytes each), not with the samples. Raises BadSetting.
    """
    plan = Plan(junctions, samples, seed)
    tissues = simulate_tissues(plan)
    words = Words(samples)
    for segment in plan.segments:
        for chunk, coverage, first in segment_chunks(plan, segment, tissues):
            yield words.lines(chunk, coverage, chromosome=segment.chromosome.name, first_id=first)


def segment_chunks(plan: Plan, segment: Segment, tissues: Tissues) -> Iterator[tuple[Junctions, Coverage, int]]:
    """Consecutive junctions of a segment with their coverage, and the id of the first of them."""
    genes = simulate_genes(plan, segment)
    junctions = simulate_junctions(plan, segment, genes)
    sampler = Sampler(tissues, genes, plan.generator("coverage", segment.number))
    pairs = np.cumsum(junctions.count)
    first = 0
    while first < len(junctions):
        before = pairs[first] - junctions.count[first]
        last = int(np.searchsorted(pairs, before + PAIRS_AT_ONCE, side="right"))
        last = min(max(last, first + 1), first + ROWS_AT_ONCE)
        yield junctions.slice(first, last), sampler.draw(junctions, first, last), segment.first_row + first
        first = last


class Words:
    """Turns pairs to text by table: `,sample:` and the reads are words of eight bytes, padded with NULs that are then removed."""

    def __init__(self, samples: int) -> None:
        self.sample = _words([f",{FIRST_RAIL_ID + number}:" for number in range(samples)])
        self.reads = _words([str(number) for number in range(1 << 16)])
        self.sample_width = _widths(self.sample)
        self.reads_width = _widths(self.reads)

    def lines(self, junctions: Junctions, coverage: Coverage, *, chromosome: str, first_id: int) -> bytes:
        """The lines of some junctions of one chromosome; ids count up from `first_id`."""
        text, ends = self.pairs(coverage)
        begins = [0, *ends[:-1]]
        heads = _heads(junctions, chromosome, first_id)
        tails = _tails(coverage)
        return "".join(
            [head + text[begin:end] + tail for head, begin, end, tail in zip(heads, begins, ends, tails, strict=True)]
        ).encode()

    def pairs(self, coverage: Coverage) -> tuple[str, list[int]]:
        """Text of all pairs, and where each junction's ends in it."""
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
        return text, np.cumsum(np.add.reduceat(widths, coverage.starts[:-1], dtype=np.int64)).tolist()


def _words(texts: list[str]) -> NDArray[np.uint64]:
    return np.array(texts, f"S{_WORD}").view(np.uint64)


def _widths(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    widths: NDArray[np.uint8] = np.count_nonzero(words.view(np.uint8).reshape(-1, _WORD), axis=1).astype(np.uint8)
    return widths


def _heads(junctions: Junctions, chromosome: str, first_id: int) -> list[str]:
    """The eleven columns before the samples, each followed by a tab."""
    ends = ["\t".join((f"{left}", right, "")) for left, right in MOTIFS]
    columns = zip(
        range(first_id, first_id + len(junctions)),
        junctions.start.tolist(),
        junctions.end.tolist(),
        junctions.strand.tolist(),
        junctions.source.tolist(),
        junctions.motif.tolist(),
        junctions.left_source.tolist(),
        junctions.right_source.tolist(),
        strict=True,
    )
    return [
        f"{id_}\t{chromosome}\t{start}\t{end}\t{end - start + 1}\t{'+-'[strand]}\t{_SOURCES[source]}\t{ends[motif]}"
        f"{_SOURCES[left]}\t{_SOURCES[right]}\t"
        for id_, start, end, strand, source, motif, left, right in columns
    ]


def _tails(coverage: Coverage) -> list[str]:
    """The five columns after the samples, each after a tab, with the line's end."""
    count = np.diff(coverage.starts)
    total = np.add.reduceat(coverage.reads, coverage.starts[:-1])
    columns = zip(count.tolist(), total.tolist(), (total / count).tolist(), medians(coverage).tolist(), strict=True)
    return [f"\t{number}\t{total}\t{mean:.3f}\t{median:.3f}\t{DATASET}\n" for number, total, mean, median in columns]


def medians(coverage: Coverage) -> NDArray[np.float64]:
    """Median reads of every junction; of an even number, the mean of the two in the middle."""
    starts: Integers = coverage.starts
    row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    keys = row << 32 | coverage.reads
    keys.sort()
    reads = keys & 0xFFFFFFFF
    low = reads[(starts[:-1] + starts[1:] - 1) // 2]
    high = reads[(starts[:-1] + starts[1:]) // 2]
    middle: NDArray[np.float64] = (low + high) / 2
    return middle
