"""The written definitions of splicing measures; docs/splicing.md is made of these docstrings, and
tests run their examples.

Each works on the rows of queries, as Snaptron's clients do, and gives what they give for the same
rows. In the examples `rows(",1:5")` stands for the answer to a query: a junction with five reads in
sample 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers
from snapshard.rows import Rows

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class SampleSums:
    """Reads of each sample over all rows of a query; samples ascend, and those without a read are
    left out.
    """

    samples: Integers
    reads: Integers

    def of(self, samples: Integers) -> Integers:
        """The reads of these samples, 0 for one without."""
        if not len(self.samples):
            return np.zeros(len(samples), np.int64)
        place = np.minimum(np.searchsorted(self.samples, samples), len(self.samples) - 1)
        return np.where(self.samples[place] == samples, self.reads[place], 0)


def sample_sums(parts: Iterable[Rows]) -> SampleSums:
    """Reads of each sample, added up over all rows.

    >>> dict(zip(*(part.tolist() for part in vars(sample_sums([rows(",1:5,2:3", ",2:4,9:0")])).values())))
    {1: 5, 2: 7}
    """
    found = [(part.pairs.samples, part.pairs.coverages) for part in parts]
    if not found:
        return SampleSums(np.empty(0, np.int64), np.empty(0, np.int64))
    samples, places = np.unique(np.concatenate([one for one, _ in found]), return_inverse=True)
    reads = np.zeros(len(samples), np.int64)
    np.add.at(reads, places, np.concatenate([reads for _, reads in found]))
    return SampleSums(samples[reads > 0], reads[reads > 0])


@dataclass(frozen=True)
class Inclusion:
    """Per sample the reads of two groups of junctions and their inclusion ratio, the highest ratio
    first.
    """

    samples: Integers
    a: Integers
    b: Integers
    ratio: Numbers


def junction_inclusion_ratio(a: SampleSums, b: SampleSums, *, min_count: int = 1) -> Inclusion:
    """How much more a sample uses the junctions of group B than those of group A, from -1 to 1.

    Formula: JIR = (B - A) / (A + B + 1), where A and B are the sample's reads over all junctions of
    a group. Samples with A + B below min_count are left out.

    Source: C. Wilks et al., Snaptron: querying splicing patterns across tens of thousands of
    RNA-seq samples, Bioinformatics 34 (2018) 114-116; the sign is that of its clients: positive
    where B prevails.

    >>> found = junction_inclusion_ratio(sample_sums([rows(",1:1,2:30")]), sample_sums([rows(",1:18,3:4")]))
    >>> list(zip(found.samples.tolist(), found.ratio.round(3).tolist()))
    [(1, 0.85), (3, 0.8), (2, -0.968)]
    """
    samples = np.union1d(a.samples, b.samples)
    left, right = a.of(samples), b.of(samples)
    kept = left + right >= min_count
    samples, left, right = samples[kept], left[kept], right[kept]
    ratio = (right - left) / (left + right + 1)
    order = np.argsort(-ratio, kind="stable")
    return Inclusion(samples[order], left[order], right[order], ratio[order])


@dataclass(frozen=True)
class SplicedIn:
    """Per sample the reads of an exon's two inclusion junctions and of the one that skips it, and
    PSI; the highest first.
    """

    samples: Integers
    inclusion1: Integers
    inclusion2: Integers
    exclusion: Integers
    psi: Numbers


def percent_spliced_in(
    inclusion1: SampleSums, inclusion2: SampleSums, exclusion: SampleSums, *, min_count: int = 20
) -> SplicedIn:
    """The fraction of a cassette exon's transcripts that include it, from 0 to 1; -1 where too few
    reads tell.

    Formula: PSI = m / (m + E) with m = (I1 + I2) / 2, where I1 and I2 are a sample's reads of the
    junctions into and out of the exon and E those of the junction that skips it. It is -1 if I1 or
    I2 is 0 or m + E is below min_count. Sorted by PSI, then by all reads, falling.

    Source: E. T. Wang et al., Alternative isoform regulation in human tissue transcriptomes, Nature
    456 (2008) 470-476, with Snaptron's rule for samples with few reads.

    >>> one, two, skip = (sample_sums([rows(text)]) for text in (",1:40,2:3,3:9", ",1:20,2:1", ",1:10,2:90,3:99"))
    >>> found = percent_spliced_in(one, two, skip)
    >>> list(zip(found.samples.tolist(), found.psi.round(3).tolist()))
    [(1, 0.75), (2, 0.022), (3, -1.0)]
    """
    samples = np.union1d(np.union1d(inclusion1.samples, inclusion2.samples), exclusion.samples)
    one, two, skipped = inclusion1.of(samples), inclusion2.of(samples), exclusion.of(samples)
    mean = (one + two) / 2
    told = (one > 0) & (two > 0) & (mean + skipped >= min_count)
    psi = np.where(told, mean / np.maximum(mean + skipped, 1), -1.0)
    order = np.lexsort((-(one + two + skipped), -psi))
    return SplicedIn(samples[order], one[order], two[order], skipped[order], psi[order])


def shared_samples(groups: Sequence[SampleSums]) -> Integers:
    """The samples that have reads in the first query and in any later one, ascending.

    Formula: SSC = |S1 ∩ (S2 ∪ S3 ∪ …)|, where Si are the samples with reads in query i; their
    number is the shared sample count. A single query shares nothing: give it twice to count its
    samples.

    Source: Snaptron (see junction inclusion ratio).

    >>> shared_samples([sample_sums([rows(text)]) for text in (",1:1,2:2,3:3", ",2:9", ",3:1,4:1")]).tolist()
    [2, 3]
    """
    later = np.unique(np.concatenate([np.empty(0, np.int64), *[one.samples for one in groups[1:]]]))
    shared: Integers = np.intersect1d(groups[0].samples, later).astype(np.int64)
    return shared


@dataclass(frozen=True)
class TissueShare:
    """How many of a tissue's samples share the junctions."""

    tissue: str
    n: int
    total: int

    @property
    def fraction(self) -> float:
        """n of total."""
        return self.n / self.total


def tissue_specificity(shared: Integers, tissues: Mapping[int, str]) -> list[TissueShare]:
    """In which tissues junctions occur together: per tissue the samples that share them, the
    highest fraction first.

    Formula: for a sample x = 1 if it is shared (see shared samples), else 0; a tissue's value is Σx
    of its N samples. Every sample of the metadata counts, also those without a read: the zeros are
    the denominator.

    Source: Snaptron (see junction inclusion ratio); its clients give the x of every sample.

    >>> found = tissue_specificity(np.array([1, 4]), {1: "Brain", 2: "Brain", 3: "Liver", 4: "Brain"})
    >>> [(one.tissue, one.n, one.total, round(one.fraction, 3)) for one in found]
    [('Brain', 2, 3, 0.667), ('Liver', 0, 1, 0.0)]
    """
    wanted = set(shared.tolist())
    counts: dict[str, list[int]] = {}
    for sample, tissue in tissues.items():
        own = counts.setdefault(tissue, [0, 0])
        own[0] += sample in wanted
        own[1] += 1
    found = [TissueShare(tissue, n, total) for tissue, (n, total) in counts.items()]
    return sorted(found, key=lambda one: (-one.fraction, -one.n, one.tissue))
