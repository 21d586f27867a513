"""The evidence for a junction: the samples and reads that have it, over all samples and per group.
docs/evidence.md has the definitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.library_sizes import LibrarySizes
from snapshard.measures.grouped import median_of
from snapshard.pairs import Integers
from snapshard.release import SampleGroup
from snapshard.sample_order import SampleOrder


@dataclass(frozen=True)
class Cpm:
    """Reads per million reads of a sample's library: median and largest over the samples that have
    the junction, and mean over all samples whose library size is known.
    """

    median: float | None
    maximum: float | None
    average: float | None


@dataclass(frozen=True)
class Detection:
    """A junction in a set of samples: `samples` of `sample_count` have it, with `reads` reads.

    `sample_count` is None if the number of samples is unknown. Median and maximum are over the
    samples that have the junction, as Snaptron's coverage_median is, and None if there are none.
    `average` is over all samples, None if their number is unknown. `cpm` is None without library
    sizes.
    """

    samples: int
    sample_count: int | None
    reads: int
    median: float | None
    maximum: int | None
    average: float | None
    cpm: Cpm | None


@dataclass(frozen=True)
class Evidence:
    """A junction over all samples, and in each group in the order of the groups."""

    overall: Detection
    groups: tuple[tuple[SampleGroup, Detection], ...]


def measure_evidence(
    samples: Integers,
    coverages: Integers,
    *,
    sample_count: int | None,
    groups: Sequence[SampleGroup],
    library_sizes: LibrarySizes | None = None,
) -> Evidence:
    """The evidence for a junction that has these reads in these samples, which must ascend. A junction
    without samples is counted explicitly: 0 of N, overall and in every group.

    A sample that is listed with 0 reads does not have the junction.

    CPM of a sample = reads * 10**6 / library size. A sample whose size is unknown is left out of it.
    """
    samples, coverages = samples[coverages > 0], coverages[coverages > 0]
    cpms = None if library_sizes is None else coverages * 1e6 / library_sizes.of(samples)
    order = SampleOrder(samples)
    detections: list[tuple[SampleGroup, Detection]] = []
    for group in groups:
        places = order.places_among(group.members)
        cpm = None
        if library_sizes is not None and cpms is not None:
            cpm = _cpm(cpms[places], library_sizes.count_among(group.members))
        detections.append((group, _detection(coverages[places], len(group.members), cpm)))
    cpm = None if library_sizes is None or cpms is None else _cpm(cpms, len(library_sizes))
    return Evidence(_detection(coverages, sample_count, cpm), tuple(detections))


def _detection(coverages: Integers, sample_count: int | None, cpm: Cpm | None) -> Detection:
    reads = int(coverages.sum())
    average = reads / sample_count if sample_count else None
    if not len(coverages):
        return Detection(0, sample_count, 0, None, None, average, cpm)
    return Detection(
        samples=len(coverages),
        sample_count=sample_count,
        reads=reads,
        median=median_of(coverages),
        maximum=int(coverages.max()),
        average=average,
        cpm=cpm,
    )


def _cpm(cpms: NDArray[np.float64], sample_count: int) -> Cpm:
    """The CPM of samples with the junction, NaN for an unknown library size; `sample_count` samples
    of the set have a known one.
    """
    cpms = cpms[~np.isnan(cpms)]
    average = float(cpms.sum()) / sample_count if sample_count else None
    if not len(cpms):
        return Cpm(None, None, average)
    return Cpm(median_of(cpms), float(cpms.max()), average)
