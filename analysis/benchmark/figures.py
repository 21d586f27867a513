"""The figures of the report, computed from the raw results: medians, quantiles, ratios of one run."""

import math
import statistics
from dataclasses import dataclass
from itertools import chain
from typing import Any


@dataclass(frozen=True)
class Figures:
    """The parts of a result file, in seconds and bytes; KeyError for a figure that is not measured."""

    parts: dict[str, Any]

    def seconds(self, workload: str, system: str) -> list[float]:
        """The warm executions of all questions."""
        return list(chain.from_iterable(self.parts["warm"][workload]["seconds"][system]))

    def median(self, workload: str, system: str) -> float:
        """Over all executions."""
        return statistics.median(self.seconds(workload, system))

    def quantile(self, workload: str, system: str, share: float) -> float:
        """The least time that this share of the executions did not exceed."""
        ordered = sorted(self.seconds(workload, system))
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    def ratio(self, workload: str, slower: str, quicker: str) -> float:
        """The median of the slower system divided by that of the quicker."""
        return self.median(workload, slower) / self.median(workload, quicker)

    def systems(self, workload: str) -> list[str]:
        """The systems that answered."""
        return list(self.parts["warm"][workload]["seconds"])

    def fact(self, name: str) -> float:
        """A count or size of the compilation."""
        return self.parts["compilation"]["facts"][name]

    def loaded(self, system: str, *phases: str) -> float:
        """Seconds of a load, in these phases."""
        return sum(self.parts["load"][system][phase] for phase in phases)

    def size(self, system: str, *names: str) -> int:
        """Bytes on disk, of these parts or of all."""
        sizes = self.parts["sizes"][system]
        return sum(sizes[name] for name in names or sizes)
