"""Would a junction have been seen? How well its splice sites and its gene are covered in a set of
samples, and what its absence there means. docs/evidence.md has the definitions with a worked
example.

Reads are those of annotated junctions: a sample in which the annotated junctions at the same donor
or acceptor have many reads transcribes the place, so a junction that it lacks is absent although it
could have been seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadQuery
from snapshard.measures.grouped import median_of
from snapshard.measures.splicing import COUNTED_IDS
from snapshard.pairs import Integers

STEPS = (10, 20)
"""Reads at either site for which the number of samples is reported."""
CONFIDENCE = 0.95


class Verdict(StrEnum):
    """What the data say of a junction in a set of samples."""

    SEEN = "seen"
    ABSENT = "absent although expressed"
    UNINFORMATIVE = "not informative"


class Basis(StrEnum):
    """The reads that decide whether a sample is informative."""

    SITES = "sites"
    GENE = "gene"
    NONE = "none"


@dataclass(frozen=True)
class Thresholds:
    """When a sample is informative, and how many of them a verdict of absence needs.

    A sample is informative from `min_reads` reads on. Raises BadQuery for values below 1.
    """

    min_reads: int = 20
    min_samples: int = 10

    def __post_init__(self) -> None:
        for name in ("min_reads", "min_samples"):
            if getattr(self, name) < 1:
                raise BadQuery(name, str(getattr(self, name)), "a whole number from 1 on")


@dataclass(frozen=True)
class PlaceReads:
    """Reads of annotated junctions around a junction, for every sample of a release.

    Each array has one value per sample, in the order of the release's sample ids. `start` and `end`
    are the reads at the sites of the intron's first and last base, None if no annotated junction uses
    the site. `gene` is the mean over annotated junctions of the gene, None if it has none or there is
    no gene. `expression` is the gene's expression, None if the release does not have it.
    """

    start: Integers | None
    end: Integers | None
    gene: NDArray[np.float64] | None
    expression: Integers | None = None

    @property
    def basis(self) -> Basis:
        """The sites if an annotated junction uses one of them, else the gene."""
        if self.start is not None or self.end is not None:
            return Basis.SITES
        return Basis.NONE if self.gene is None else Basis.GENE

    @cached_property
    def at_either_site(self) -> Integers | None:
        """The larger of the reads at the two sites; None if no annotated junction uses either."""
        sites = [reads for reads in (self.start, self.end) if reads is not None]
        return None if not sites else np.max(sites, axis=0)

    def deciding(self) -> NDArray[np.float64] | Integers | None:
        """The reads that decide whether a sample is informative (`basis`)."""
        return self.gene if self.basis is Basis.GENE else self.at_either_site


@dataclass(frozen=True)
class PlaceCoverage:
    """How well a junction's place is covered in a set of samples.

    Medians are over all samples of the set; a sample without reads counts as 0. `covered` has the
    number of samples with at least each of STEPS reads at either site. A value is None if no
    annotated junction tells.
    """

    sample_count: int
    start_median: float | None
    end_median: float | None
    gene_median: float | None
    expression_median: float | None
    covered: tuple[int, ...] | None
    informative: int


def reads_by_sample(samples: Integers, coverages: Integers, sample_ids: Integers) -> Integers:
    """The sum of the coverages of each sample, in the order of `sample_ids`, which must ascend. Other
    samples are left out.
    """
    if not len(sample_ids) or not len(samples):
        return np.zeros(len(sample_ids), np.int64)
    # bincount adds in float64, which is exact for sums below 2**53.
    top = max(int(sample_ids[-1]), int(samples.max()))
    if top < COUNTED_IDS:
        sums = np.bincount(samples, weights=coverages, minlength=top + 1)[sample_ids]
        return sums.astype(np.int64)
    places = np.minimum(np.searchsorted(sample_ids, samples), len(sample_ids) - 1)
    reads = np.where(sample_ids[places] == samples, coverages, 0)
    return np.bincount(places, weights=reads, minlength=len(sample_ids)).astype(np.int64)


def measure_coverage(
    reads: PlaceReads, members: Sequence[int] | Integers, thresholds: Thresholds
) -> PlaceCoverage:
    """The coverage of a place in the samples with these places in the release's order."""
    either, deciding = reads.at_either_site, reads.deciding()
    return PlaceCoverage(
        sample_count=len(members),
        start_median=_median(reads.start, members),
        end_median=_median(reads.end, members),
        gene_median=_median(reads.gene, members),
        expression_median=_median(reads.expression, members),
        covered=None
        if either is None
        else tuple(int((either[members] >= step).sum()) for step in STEPS),
        informative=0
        if deciding is None
        else int((deciding[members] >= thresholds.min_reads).sum()),
    )


def verdict_of(seen: int, coverage: PlaceCoverage, thresholds: Thresholds) -> Verdict:
    """Seen if at least one sample has the junction; absent although expressed if none has it and
    enough samples are informative; else not informative.
    """
    if seen:
        return Verdict.SEEN
    if coverage.informative >= thresholds.min_samples:
        return Verdict.ABSENT
    return Verdict.UNINFORMATIVE


def upper_bound(informative: int) -> float:
    """The upper end of the one-sided 95 % Clopper-Pearson interval of a proportion of which none of
    so many samples is an example: 1 - 0.05 ** (1 / n), close to the rule of three, 3 / n.

    Source: C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits illustrated in
    the case of the binomial, Biometrika 26 (1934) 404-413; J. A. Hanley and A. Lippman-Hand, If
    nothing goes wrong, is everything all right?, JAMA 249 (1983) 1743-1745.

    >>> round(upper_bound(100), 4)
    0.0295
    """
    if informative < 1:
        return 1.0
    return float(1 - (1 - CONFIDENCE) ** (1 / informative))


def _median(
    reads: NDArray[np.float64] | Integers | None, members: Sequence[int] | Integers
) -> float | None:
    return None if reads is None or not len(members) else median_of(reads[members])
