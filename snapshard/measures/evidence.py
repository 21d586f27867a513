"""Is a junction seen, where, and how strongly: counted over all samples and per group, with an
explicit 0 of N.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from snapshard.pairs import Integers, SampleSet
from snapshard.release import SampleGroup


@dataclass(frozen=True)
class Seen:
    """In how many samples of how many a junction is, and its reads there.

    `of` is None where nobody knows how many samples there were; median and maximum are over the
    samples that have it, as Snaptron's coverage_median is, and None if there are none.
    """

    samples: int
    of: int | None
    reads: int
    median: float | None
    maximum: int | None


@dataclass(frozen=True)
class Evidence:
    """A junction over all samples, and in each group in the release's order."""

    whole: Seen
    groups: tuple[tuple[SampleGroup, Seen], ...]


def measure_evidence(
    samples: Integers,
    coverages: Integers,
    *,
    sample_count: int | None,
    groups: Iterable[SampleGroup],
) -> Evidence:
    """The evidence of a junction that has these reads in these samples; with none it is 0 of N
    everywhere.
    """
    return Evidence(
        _seen(coverages, sample_count),
        tuple(
            (
                group,
                _seen(coverages[SampleSet(group.members).contains(samples)], len(group.members)),
            )
            for group in groups
        ),
    )


def _seen(coverages: Integers, of: int | None) -> Seen:
    if not len(coverages):
        return Seen(0, of, 0, None, None)
    return Seen(
        len(coverages), of, int(coverages.sum()), float(np.median(coverages)), int(coverages.max())
    )
