"""PSI, the share of an event's transcripts that include its inclusion junctions: per sample, and
per group of samples with the spread between samples and an interval.

docs/answers.md is generated from these docstrings, and tests run their examples. In the examples
`rows(",1:5")` is the result of a query: a junction with five reads in sample 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.measures.confidence import wilson
from snapshard.measures.grouped import quantiles_by_group, sums_by_group
from snapshard.measures.splicing import SampleSums
from snapshard.membership import Membership
from snapshard.pairs import Integers

Numbers = NDArray[np.float64]
MIN_READS = 10
"""Reads of an event from which a sample is informative, unless a request names another number: with
ten, the Jeffreys interval of a sample is at most 0.55 wide (both sizes 1).
"""


@dataclass(frozen=True)
class SamplePsi:
    """PSI of an event in each informative sample; samples ascend.

    `inclusion` and `exclusion` are reads. `included` and `excluded` are reads per junction, as the
    formula has them.
    """

    samples: Integers
    inclusion: Integers
    exclusion: Integers
    included: Numbers
    excluded: Numbers
    psi: Numbers


@dataclass(frozen=True)
class GroupPsi:
    """PSI of an event in each group of samples, as columns in the order of the groups.

    n: the informative samples. inclusion, exclusion: reads in these. psi: of the reads of all of
    them together, between low and high. q1, median, q3: of their PSI. NaN without samples.
    """

    n: Integers
    inclusion: Integers
    exclusion: Integers
    psi: Numbers
    low: Numbers
    high: Numbers
    q1: Numbers
    median: Numbers
    q3: Numbers


def sample_psi(
    inclusion: SampleSums,
    exclusion: SampleSums,
    *,
    inclusion_size: int = 1,
    exclusion_size: int = 1,
    min_reads: int = MIN_READS,
) -> SamplePsi:
    """The share of an event's transcripts that are included, in each sample with enough reads.

    Formula: PSI = (I / i) / (I / i + E / e), where I and E are the sample's reads over all inclusion
    and all exclusion junctions, and i and e are the numbers of these junctions that one transcript
    has: 2 and 1 for a cassette exon, whose inclusion has a junction on each side. A sample is
    informative, and has a PSI, if I + E is at least min_reads (10 by default).

    i and e are the sizes of the longest chain of junctions that do not overlap, since one
    transcript can have all junctions of a chain, and no two that overlap.

    Source: E. T. Wang et al., Alternative isoform regulation in human tissue transcriptomes, Nature
    456 (2008) 470-476; with i and e as the effective lengths of S. Shen et al., rMATS, PNAS 111
    (2014) E5593-E5601, for reads of junctions. Unlike Snaptron's clients (see percent spliced in),
    a sample in which one inclusion junction has no reads keeps its PSI: without these samples,
    skipping would never be found complete.

    >>> inclusion = sample_sums([rows(",1:40,2:3,3:4", ",1:20,2:1")])
    >>> exclusion = sample_sums([rows(",1:10,2:90,3:2")])
    >>> levels = sample_psi(inclusion, exclusion, inclusion_size=2)
    >>> list(zip(levels.samples.tolist(), levels.psi.round(3).tolist()))
    [(1, 0.75), (2, 0.022)]
    """
    # union1d hashes the numbers, which takes ten times as long for some thousands of them.
    ordered = np.sort(np.concatenate([inclusion.samples, exclusion.samples]))
    samples = ordered[np.diff(ordered, prepend=-1) > 0]
    reads = inclusion.of(samples) + exclusion.of(samples)
    samples = samples[reads >= max(min_reads, 1)]
    inclusion_reads, exclusion_reads = inclusion.of(samples), exclusion.of(samples)
    included, excluded = inclusion_reads / inclusion_size, exclusion_reads / exclusion_size
    psi = included / (included + excluded)
    return SamplePsi(samples, inclusion_reads, exclusion_reads, included, excluded, psi)


def group_psi(levels: SamplePsi, membership: Membership, group_count: int) -> GroupPsi:
    """PSI of an event in each group: n informative samples, their reads, the quartiles of their PSI,
    and PSI of all their reads together with an interval.

    Formula: with I and E summed over the informative samples of the group, PSI is that of a sample
    (above), and its 95 % interval is the Wilson interval (below) of x = I / i in n = I / i + E / e.
    Quartiles are interpolated linearly (type 7 of Hyndman and Fan, the default of R and NumPy).

    The interval says how exactly the reads determine the share of the pooled transcripts. It does
    not contain the differences between samples, of which a few with very many reads can decide the
    pooled PSI: the quartiles show those.

    >>> inclusion, exclusion = sample_sums([rows(",1:30,2:10,3:8")]), sample_sums([rows(",1:10,2:30")])
    >>> levels = sample_psi(inclusion, exclusion)
    >>> groups = group_psi(levels, Membership({0: [1, 2, 3], 1: [3]}), group_count=2)
    >>> groups.n.tolist(), groups.psi.tolist(), groups.median.tolist()
    ([2, 0], [0.5, nan], [0.5, nan])
    >>> groups.low.round(3).tolist(), groups.q1.round(3).tolist()
    ([0.393, nan], [0.375, nan])
    """
    index, groups = membership.expand(levels.samples)
    return _pooled(levels, index, groups, group_count)


def overall_psi(levels: SamplePsi) -> GroupPsi:
    """The same over all samples: a single group."""
    count = len(levels.samples)
    return _pooled(levels, np.arange(count), np.zeros(count, np.int64), 1)


def _pooled(levels: SamplePsi, index: Integers, groups: Integers, group_count: int) -> GroupPsi:
    def sums(values: NDArray[np.generic]) -> Numbers:
        return sums_by_group(values[index], groups, group_count)

    included, excluded = sums(levels.included), sums(levels.excluded)
    total = included + excluded
    low, high = wilson(included, total)
    q1, median, q3 = quantiles_by_group(levels.psi[index], groups, group_count)
    return GroupPsi(
        n=np.bincount(groups, minlength=group_count),
        inclusion=sums(levels.inclusion).astype(np.int64),
        exclusion=sums(levels.exclusion).astype(np.int64),
        psi=np.divide(included, total, out=np.full(group_count, np.nan), where=total > 0),
        low=low,
        high=high,
        q1=q1,
        median=median,
        q3=q3,
    )
