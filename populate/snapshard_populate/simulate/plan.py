"""The plan of a simulated compilation: its size, its seed, and which stretch of the genome gets how
many rows and genes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from snapshard.errors import BadSetting
from snapshard_populate.simulate.frequency import Frequencies, frequencies
from snapshard_populate.simulate.genome import CHROMOSOMES, MEGABASE, WINDOW, Chromosome

ROWS_PER_GENE = (
    515  # 29.9 M junctions of GTEx over 58,037 genes; fewer are left where there are fewer samples
)
FINE = 500_000  # from this many rows on, segments of 25 Mb; below, whole chromosomes, so that a gene has all of its rows
FIRST_RAIL_ID = 50_099
MOST_SAMPLES = 900_000  # rail_ids of six digits


@dataclass(frozen=True)
class Segment:
    """One stretch of a chromosome, bases start to end (1-based, closed), with its number of rows
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
    """What is simulated: so many junctions over so many samples, everything else following from the
    seed.

    Random numbers are drawn from a generator per purpose and segment, so no file depends on the
    order in which they are written.
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
        words = [self.seed, self.junctions, self.samples, number, *purpose.encode()]
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(words)))

    @cached_property
    def frequencies(self) -> Frequencies:
        """How many of the samples have a junction."""
        return frequencies(self.samples)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The segments that have rows, in genome order; their rows add up to `junctions`."""
        spans = list(_spans(self.junctions))
        rows = apportion(self.junctions, [weight for *_, weight in spans])
        per_gene = ROWS_PER_GENE * self.frequencies.all_kept
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
    whole = np.floor(exact + 1e-9).astype(np.int64)
    rest = np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]
    whole[rest] += 1
    return [int(count) for count in whole]


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
        rest = weights[counted // MEGABASE :].sum()
        for start, end in pairwise(cuts):
            here = weights[start // MEGABASE : -(-end // MEGABASE)].sum()
            yield chromosome, start + 1, end, share * here / rest
