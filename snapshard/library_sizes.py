"""The number of reads of each sample's library, from a field of the samples file."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers
from snapshard.sample_order import SampleOrder

LIBRARY_SIZE_FIELD = "mapped_read_count"
"""The field of Snaptron's samples files with the number of mapped reads."""


@dataclass(frozen=True)
class LibrarySizes:
    """The library sizes of the samples that have one, in reads, in the order of the samples."""

    samples: SampleOrder
    sizes: NDArray[np.float64]

    def of(self, samples: Integers) -> NDArray[np.float64]:
        """The sizes of these samples; NaN for a sample without one."""
        if not len(self.samples):
            return np.full(len(samples), np.nan)
        places = self.samples.places(samples)
        return np.where(places >= 0, self.sizes[places], np.nan)

    def count_among(self, samples: Integers) -> int:
        """The number of those of these samples that have a size."""
        return len(self.samples.places_among(samples))

    def __len__(self) -> int:
        return len(self.samples)


def library_sizes(samples: Integers, cells: Iterable[bytes]) -> LibrarySizes:
    """The library sizes of samples, whose ids ascend, from a cell each. A cell that is not a finite
    number above 0 means that the size is unknown.
    """
    sizes = np.fromiter(_numbers(cells), np.float64, len(samples))
    is_positive = sizes > 0
    return LibrarySizes(SampleOrder(samples[is_positive]), sizes[is_positive])


def _numbers(cells: Iterable[bytes]) -> Iterator[float]:
    for cell in cells:
        try:
            number = float(cell)
        except ValueError:
            number = 0.0
        yield number if math.isfinite(number) else 0.0
