"""The evidence for a junction: the samples and reads that have it, over all samples and per group."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from snapshard.pairs import Integers, SampleSet
from snapshard.release import SampleGroup


@dataclass(frozen=True)
class Detection:
    """A junction in a set of samples: `samples` of `sample_count` have it, with `reads` reads.

    `sample_count` is None if the number of samples is unknown. Median and maximum are over the
    samples that have the junction, as Snaptron's coverage_median is, and None if there are none.
    """

    samples: int
    sample_count: int | None
    reads: int
    median: float | None
    maximum: int | None


@dataclass(frozen=True)
class Evidence:
    """A junction over all samples, and in each group in the release's order."""

    overall: Detection
    groups: tuple[tuple[SampleGroup, Detection], ...]


def measure_evidence(
    samples: Integers,
    coverages: Integers,
    *,
    sample_count: int | None,
    groups: Iterable[SampleGroup],
) -> Evidence:
    """The evidence for a junction that has these reads in these samples. A junction without samples
    is counted explicitly: 0 of N, overall and in every group.

    A sample that is listed with 0 reads does not have the junction.
    """
    samples, coverages = samples[coverages > 0], coverages[coverages > 0]
    detections: list[tuple[SampleGroup, Detection]] = []
    for group in groups:
        members = SampleSet(group.members).contains(samples)
        detections.append((group, _detection(coverages[members], len(group.members))))
    return Evidence(_detection(coverages, sample_count), tuple(detections))


def _detection(coverages: Integers, sample_count: int | None) -> Detection:
    if not len(coverages):
        return Detection(0, sample_count, 0, None, None)
    return Detection(
        samples=len(coverages),
        sample_count=sample_count,
        reads=int(coverages.sum()),
        median=float(np.median(coverages)),
        maximum=int(coverages.max()),
    )
