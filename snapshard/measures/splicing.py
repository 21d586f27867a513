"""The definitions of splicing measures. docs/splicing.md is generated from these docstrings, and
tests run their examples.

Each measure takes the rows of queries and yields the same numbers as Snaptron's clients for the
same rows. In the examples `rows(",1:5")` is the result of a query: a junction with five reads in
sample 1.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers, Pairs
from snapshard.rows import Rows

Numbers = NDArray[np.float64]
COUNTED_IDS = 1 << 20
"""Sample ids below this are counted in an array of that size, without sorting or searching."""


@dataclass(frozen=True)
class SampleSums:
    """Reads of each sample over all rows of a query. Samples ascend; samples without reads are left
    out.
    """

    samples: Integers
    reads: Integers

    def of(self, samples: Integers) -> Integers:
        """The reads of these samples; 0 for a sample without reads."""
        if not len(self.samples):
            return np.zeros(len(samples), np.int64)
        indexes = np.minimum(np.searchsorted(self.samples, samples), len(self.samples) - 1)
        return np.where(self.samples[indexes] == samples, self.reads[indexes], 0)


def sample_sums(parts: Iterable[Rows]) -> SampleSums:
    """Reads of each sample, summed over all rows.

    >>> sums = sample_sums([rows(",1:5,2:3", ",2:4,9:0")])
    >>> sums.samples.tolist(), sums.reads.tolist()
    ([1, 2], [5, 7])
    """
    pairs = [part.pairs for part in parts]
    if not pairs:
        return SampleSums(np.empty(0, np.int64), np.empty(0, np.int64))
    return sums_of_pairs(
        np.concatenate([part_pairs.samples for part_pairs in pairs]),
        np.concatenate([part_pairs.coverages for part_pairs in pairs]),
    )


def sums_of_rows(pairs: Pairs, rows: Sequence[int] | Integers) -> SampleSums:
    """Reads of each sample, summed over these rows of the pairs."""
    return sums_of_pairs(*pairs.of_rows(rows)) if len(rows) else sample_sums([])


def sums_of_pairs(samples: Integers, coverages: Integers) -> SampleSums:
    """Reads of each sample, summed over its coverages."""
    if int(samples.max(initial=0)) < COUNTED_IDS:
        # bincount adds in float64, which is exact for sums below 2**53.
        counts = np.bincount(samples, weights=coverages)
        members = np.flatnonzero(counts)
        return SampleSums(members, counts[members].astype(np.int64))
    ids, indexes = np.unique(samples, return_inverse=True)
    reads = np.zeros(len(ids), np.int64)
    np.add.at(reads, indexes, coverages)
    return SampleSums(ids[reads > 0], reads[reads > 0])


@dataclass(frozen=True)
class Inclusion:
    """For each sample the reads of two groups of junctions and their inclusion ratio; the highest
    ratio first.
    """

    samples: Integers
    a: Integers
    b: Integers
    ratio: Numbers


def junction_inclusion_ratio(a: SampleSums, b: SampleSums, *, min_count: int = 1) -> Inclusion:
    """The excess of group B's junctions over group A's in each sample, from -1 to 1.

    Formula: JIR = (B - A) / (A + B + 1), where A and B are the sample's reads over all junctions of
    a group. Samples with A + B below min_count are left out.

    Source: C. Wilks et al., Snaptron: querying splicing patterns across tens of thousands of
    RNA-seq samples, Bioinformatics 34 (2018) 114-116. The sign is that of Snaptron's clients:
    positive if B has more reads.

    >>> a, b = sample_sums([rows(",1:1,2:30")]), sample_sums([rows(",1:18,3:4")])
    >>> inclusion = junction_inclusion_ratio(a, b)
    >>> list(zip(inclusion.samples.tolist(), inclusion.ratio.round(3).tolist()))
    [(1, 0.85), (3, 0.8), (2, -0.968)]
    """
    samples = np.union1d(a.samples, b.samples)
    samples = samples[a.of(samples) + b.of(samples) >= min_count]
    a_reads, b_reads = a.of(samples), b.of(samples)
    ratio = (b_reads - a_reads) / (a_reads + b_reads + 1)
    # Stable, so that samples with equal ratios stay in ascending order.
    order = np.argsort(-ratio, kind="stable")
    return Inclusion(samples[order], a_reads[order], b_reads[order], ratio[order])


@dataclass(frozen=True)
class SplicedIn:
    """For each sample the reads of an exon's two inclusion junctions and of the junction that skips
    it, and PSI; the highest PSI first.
    """

    samples: Integers
    inclusion1: Integers
    inclusion2: Integers
    exclusion: Integers
    psi: Numbers


def percent_spliced_in(
    inclusion1: SampleSums, inclusion2: SampleSums, exclusion: SampleSums, *, min_count: int = 20
) -> SplicedIn:
    """The fraction of a cassette exon's transcripts that include it, from 0 to 1; -1 if there are too
    few reads.

    Formula: PSI = m / (m + E) with m = (I1 + I2) / 2, where I1 and I2 are a sample's reads of the
    junctions into and out of the exon, and E those of the junction that skips it. PSI is -1 if I1
    or I2 is 0, or if m + E is below min_count. Sorted by PSI, then by total reads, both descending.

    Source: E. T. Wang et al., Alternative isoform regulation in human tissue transcriptomes, Nature
    456 (2008) 470-476, with Snaptron's rule for samples with few reads. That rule leaves out samples
    that skip the exon in every transcript; `psi` (docs/answers.md) keeps them.

    >>> lists = (",1:40,2:3,3:9", ",1:20,2:1", ",1:10,2:90,3:99")
    >>> spliced_in = percent_spliced_in(*(sample_sums([rows(text)]) for text in lists))
    >>> list(zip(spliced_in.samples.tolist(), spliced_in.psi.round(3).tolist()))
    [(1, 0.75), (2, 0.022), (3, -1.0)]
    """
    samples = np.union1d(np.union1d(inclusion1.samples, inclusion2.samples), exclusion.samples)
    into, out_of, skipping = inclusion1.of(samples), inclusion2.of(samples), exclusion.of(samples)
    mean = (into + out_of) / 2
    sufficient = (into > 0) & (out_of > 0) & (mean + skipping >= min_count)
    psi = np.where(sufficient, mean / np.maximum(mean + skipping, 1), -1.0)
    order = np.lexsort((-(into + out_of + skipping), -psi))
    return SplicedIn(samples[order], into[order], out_of[order], skipping[order], psi[order])


def shared_samples(groups: Sequence[SampleSums]) -> Integers:
    """The samples that have reads in the first query and in any later one, ascending.

    Formula: SSC = |S1 ∩ (S2 \N{UNION} S3 \N{UNION} …)|, where Si are the samples with reads in query i;
    the number of samples is the shared sample count. A single query shares nothing; to count its
    samples, pass it twice.

    Source: Snaptron (see junction inclusion ratio).

    >>> lists = (",1:1,2:2,3:3", ",2:9", ",3:1,4:1")
    >>> shared_samples([sample_sums([rows(text)]) for text in lists]).tolist()
    [2, 3]
    """
    # The empty array makes the concatenation work for a single query.
    later = np.concatenate([np.empty(0, np.int64), *[group.samples for group in groups[1:]]])
    shared: Integers = np.intersect1d(groups[0].samples, later).astype(np.int64)
    return shared


@dataclass(frozen=True)
class TissueShare:
    """The number of a tissue's samples that share the junctions."""

    tissue: str
    n: int
    total: int

    @property
    def fraction(self) -> float:
        """n / total."""
        return self.n / self.total


def tissue_specificity(shared: Integers, tissues: Mapping[int, str]) -> list[TissueShare]:
    """The tissues in which junctions occur together: for each tissue the samples that share them,
    the highest fraction first.

    Formula: x = 1 for a shared sample (see shared samples), else 0; a tissue's value is Σx over its
    N samples. Every sample of the metadata counts, even without reads, because the zeros belong to
    the denominator.

    Source: Snaptron (see junction inclusion ratio); its clients report the x of every sample.

    >>> tissues = {1: "Brain", 2: "Brain", 3: "Liver", 4: "Brain"}
    >>> shares = tissue_specificity(np.array([1, 4]), tissues)
    >>> [(share.tissue, share.n, share.total, round(share.fraction, 3)) for share in shares]
    [('Brain', 2, 3, 0.667), ('Liver', 0, 1, 0.0)]
    """
    totals = Counter(tissues.values())
    counts = Counter(tissues[sample] for sample in set(shared.tolist()) if sample in tissues)
    shares = [TissueShare(tissue, counts[tissue], total) for tissue, total in totals.items()]
    return sorted(shares, key=lambda share: (-share.fraction, -share.n, share.tissue))
