"""The plan of a simulated compilation: its size, its seed, and the rows and genes of each segment of the
genome.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from snapshard.errors import BadSetting
from snapshard_populate.simulate.frequency import Frequencies, frequencies
from snapshard_populate.simulate.genome import CHROMOSOMES, MEGABASE, WINDOW, Chromosome

ROWS_PER_GENE = 515
"""29.9 M junctions of GTEx over 58,037 genes. With fewer samples, fewer junctions remain."""
FINE = 500_000
"""From this many rows on, segments have 25 Mb. Below, they are whole chromosomes, so that a gene has all
of its rows.
"""
FIRST_RAIL_ID = 50_099
# rail_ids keep six digits, as in the real files, so that lines have realistic lengths.
MOST_SAMPLES = 900_000


@dataclass(frozen=True)
class Segment:
    """One interval of a chromosome, bases start to end (1-based, closed), with its number of rows
    and genes.
    """

    number: int
    chromosome: Chromosome
    start: int
    end: int
    rows: int
    first_row: int
    genes: int
    first_gene: int


@dataclass(frozen=True)
class Plan:
    """The numbers of junctions and samples, and the seed, from which everything else follows.

    Each purpose and segment has its own random generator, so no file depends on the order in which
    files are written.
    """

    junctions: int
    samples: int
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.junctions < 2**31:
            raise BadSetting("junctions", self.junctions, "1 to 2,147,483,647 (ids are 31-bit)")
        if not 1 <= self.samples <= MOST_SAMPLES:
            raise BadSetting("samples", self.samples, f"1 to {MOST_SAMPLES:,}")
        if self.seed < 0:
            raise BadSetting("seed", self.seed, "0 or more")

    def generator(self, purpose: str, number: int = 0) -> np.random.Generator:
        """A fresh generator, the same for the same plan, purpose and number."""
        # SeedSequence mixes its words, so that streams are independent even if only one differs.
        words = [self.seed, self.junctions, self.samples, number, *purpose.encode()]
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(words)))

    @cached_property
    def frequencies(self) -> Frequencies:
        """The distribution of the number of samples that have a junction."""
        return frequencies(self.samples)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The segments that have rows, in genome order; their rows add up to `junctions`."""
        spans = list(_spans(self.junctions))
        rows = apportion(self.junctions, [weight for *_, weight in spans])
        per_gene = ROWS_PER_GENE * self.frequencies.remaining_share
        # Every junction takes its tissues and level from a gene, so a segment with rows needs one.
        genes = [max(1, round(count / per_gene)) if count else 0 for count in rows]
        before = np.cumsum([0, *rows]), np.cumsum([0, *genes])
        return tuple(
            Segment(
                i, chromosome, start, end, rows[i], int(before[0][i]), genes[i], int(before[1][i])
            )
            for i, (chromosome, start, end, _) in enumerate(spans)
            if rows[i]
        )

    @property
    def genes(self) -> int:
        """Number of simulated genes."""
        return sum(segment.genes for segment in self.segments)


def apportion(total: int, weights: list[float]) -> list[int]:
    """The total as whole numbers in proportion to the weights (largest remainders, ties to the
    first).
    """
    exact = np.array(weights, np.float64) * (total / sum(weights))
    # The small number keeps an exact share from being rounded down by an error of the division.
    counts = np.floor(exact + 1e-9).astype(np.int64)
    largest_remainders = np.argsort(counts - exact, kind="stable")[: total - int(counts.sum())]
    counts[largest_remainders] += 1
    return [int(count) for count in counts]


def _spans(junctions: int) -> Iterator[tuple[Chromosome, int, int, float]]:
    """Chromosome, first and last base and weight of every segment; the window that GTEx was counted
    in is one of them.
    """
    all_shares = sum(chromosome.share for chromosome in CHROMOSOMES)
    name, bound, window = WINDOW
    for chromosome in CHROMOSOMES:
        step = 25 * MEGABASE if junctions >= FINE else chromosome.length
        counted = bound if chromosome.name == name else 0
        share = chromosome.share / all_shares - (window if counted else 0)
        if counted:
            yield chromosome, 1, bound, window
        cuts = [*range(counted, chromosome.length, step), chromosome.length]
        weights = chromosome.weights()
        remaining_weight = weights[counted // MEGABASE :].sum()
        for start, end in pairwise(cuts):
            # Rounding up includes the last, incomplete megabase of a chromosome.
            weight = weights[start // MEGABASE : -(-end // MEGABASE)].sum()
            yield chromosome, start + 1, end, share * weight / remaining_weight
