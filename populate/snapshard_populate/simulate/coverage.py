"""The samples with reads of a simulated junction, gene or exon, and the number of those reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard_populate.simulate.distributions import DEPTH, Floats, Integers
from snapshard_populate.simulate.genes import Genes
from snapshard_populate.simulate.tissues import Tissues

# A rare junction is seen mostly in one tissue, which is drawn for it: this share of its samples.
AT_HOME = 0.5
# A frequent junction is in every tissue, but has this many times as many reads in its own.
HOMELY = 8
# An exponent above 1 prefers deeply sequenced samples, which show rare junctions more often.
RICHER = 1.4
# Drawing samples one by one is faster for few samples, a chance for every sample for many.
SPARSE = 64
# Junctions times samples that are drawn at once: bounds memory to some 20 MB.
CELLS = 2_000_000
MOST_READS = 9_999_999
# A key holds row and sample in one integer, so that one sort orders both; samples have 24 bits.
_ROW = 24


@dataclass(frozen=True)
class Coverage:
    """Pairs of consecutive features.

    Feature i has `sample[k]` (ascending) with `reads[k]` for k in starts[i]:starts[i + 1].
    """

    starts: Integers
    sample: Integers
    reads: Integers


@dataclass(frozen=True)
class Sampler:
    """Draws coverages for the junctions, genes or exons of one segment."""

    tissues: Tissues
    genes: Genes
    random: np.random.Generator

    def draw(self, *, count: Integers, gene: Integers, excess: Floats) -> Coverage:
        """Coverage of features with these target numbers of samples, genes and mean reads above 1.

        Every feature has at least one sample.
        """
        samples = len(self.tissues.of)
        # Samples drawn one by one repeat, and repeated ones are dropped. That loses few only if the
        # target is a small part of all samples.
        few = (count <= SPARSE) & (count * 20 <= samples)
        sparse, dense = np.flatnonzero(few), np.flatnonzero(~few)
        keys = np.concatenate(
            (
                self._sparse(sparse, count[sparse], gene[sparse]),
                self._dense(dense, count[dense], gene[dense]),
            )
        )
        keys.sort()
        row, sample = keys >> _ROW, keys & ((1 << _ROW) - 1)
        starts = np.searchsorted(row, np.arange(len(count) + 1))
        return Coverage(starts, sample, self._reads(excess, row, sample))

    def _sparse(self, rows: Integers, count: Integers, gene: Integers) -> Integers:
        """Keys of drawn samples: half from the junction's own tissue, half from all that its gene
        is expressed in.
        """
        bounds = self._tissue_bounds()
        home = self._tissue(bounds, gene)
        row_index = np.repeat(np.arange(len(rows)), count)
        tissue = self._tissue(bounds, gene[row_index])
        is_home = self.random.random(len(row_index), np.float32) < AT_HOME
        tissue = np.where(is_home, home[row_index], tissue)
        # Members are ordered by depth, so a power above 1 prefers the samples with the most reads.
        member = (self.random.random(len(row_index)) ** RICHER * self.tissues.sizes[tissue]).astype(
            np.int64
        )
        sample = self.tissues.members[self.tissues.starts[tissue] + member]
        return np.unique(rows[row_index] << _ROW | sample)

    def _tissue_bounds(self) -> Floats:
        """Per gene g, the running sums of its tissues' shares, plus g: one sorted array for all
        genes.
        """
        weights = self.genes.profile * self.tissues.sizes
        bounds = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        # A sum just below 1 by rounding would let the highest draws fall to the next gene.
        bounds[:, -1] = 1.0
        return np.ravel(bounds + np.arange(len(self.genes), dtype=np.float64)[:, None])

    def _tissue(self, bounds: Floats, gene: Integers) -> Integers:
        tissues = len(self.tissues.sizes)
        position = np.searchsorted(bounds, gene + self.random.random(len(gene)), side="right")
        # Rounding may move a draw past the last tissue that has samples.
        tissue: Integers = np.minimum(
            position - gene * tissues, np.flatnonzero(self.tissues.sizes)[-1]
        )
        return tissue

    def _dense(self, rows: Integers, count: Integers, gene: Integers) -> Integers:
        """Keys of the samples that have the junction if reads arrive independently, at a rate by
        tissue and depth.
        """
        if not len(rows):
            return np.zeros(0, np.int64)
        samples = len(self.tissues.of)
        rate = self._rates(count, gene)
        step = max(1, CELLS // samples)
        parts = []
        for first in range(0, len(rows), step):
            rates = rate[first : first + step]
            has_reads = (
                self.random.standard_exponential((len(rates), samples), np.float32)
                < rates[:, self.tissues.of] * self.tissues.depth
            )
            # Every junction has at least one sample, or it would not be in the file.
            empty = np.flatnonzero(~has_reads.any(axis=1))
            has_reads[empty, self.random.integers(0, samples, len(empty))] = True
            flat = np.flatnonzero(has_reads)
            row_index = np.repeat(np.arange(len(rates)), np.count_nonzero(has_reads, axis=1))
            parts.append(rows[first + row_index] << _ROW | (flat - row_index * samples))
        return np.concatenate(parts)

    def _rates(self, count: Integers, gene: Integers) -> NDArray[np.float32]:
        """Rates per junction and tissue with which the expected number of samples is `count`
        (bisection on the logarithm).
        """
        profile = self.genes.profile[gene].astype(np.float32)
        profile[np.arange(len(gene)), self._tissue(self._tissue_bounds(), gene)] *= HOMELY
        sizes = self.tissues.sizes.astype(np.float32)
        # The expected number grows with the rate, so bisection cannot fail; 22 halvings leave
        # an error of 7e-6 in the logarithm.
        low, high = np.full(len(gene), -20.0, np.float32), np.full(len(gene), 8.0, np.float32)
        for _ in range(22):
            middle = (low + high) / 2
            expected = (1 - np.exp(-profile * np.exp(middle)[:, None])) @ sizes
            low, high = (
                np.where(expected < count, middle, low),
                np.where(expected < count, high, middle),
            )
        rates: NDArray[np.float32] = profile * np.exp(low)[:, None]
        return rates

    def _reads(self, excess: Floats, row: Integers, sample: Integers) -> Integers:
        """Reads of every pair: 1 + the junction's mean excess times the sample's depth times noise,
        rounded at random.
        """
        # Pairs are most of all draws, so 32 bits serve twice: the upper half selects the noise, the
        # lower half is the fraction that rounds at random.
        bits = self.random.integers(0, 1 << 32, len(row), np.uint32)
        noise = _NOISE[bits >> np.uint32(16)]
        # Indexing with an array has copied, so the table itself stays unchanged.
        noise *= excess.astype(np.float32)[row]
        noise *= self.tissues.depth[sample]
        noise += (bits & np.uint32(0xFFFF)).astype(np.float32) * np.float32(2**-16)
        reads: Integers = 1 + np.minimum(noise, MOST_READS - 1).astype(np.int64)
        return reads


def _noise_table() -> NDArray[np.float32]:
    """65,536 equally likely values of a lognormal factor with mean 1."""
    # The seed is constant and the moments are made exact: the table is part of the model, and must
    # not shift the mean reads of a compilation.
    normal = np.random.Generator(np.random.SFC64(0)).standard_normal(1 << 16)
    normal = (normal - normal.mean()) / normal.std()
    factor = np.exp(DEPTH.pair_sigma * normal)
    table: NDArray[np.float32] = (factor / factor.mean()).astype(np.float32)
    return table


_NOISE = _noise_table()
