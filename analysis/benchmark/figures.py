"""What the report says, computed from the raw results: medians, quantiles, ratios of one run."""

import math
import statistics
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figures:
    """The parts of a result file. Seconds and bytes; KeyError for what was not measured."""

    parts: dict[str, Any]

    def seconds(self, workload: str, system: str) -> list[float]:
        """Every execution of every question, warm."""
        return [one for times in self.parts["warm"][workload]["seconds"][system] for one in times]

    def median(self, workload: str, system: str) -> float:
        """Over all executions."""
        return statistics.median(self.seconds(workload, system))

    def quantile(self, workload: str, system: str, share: float) -> float:
        """The time that this share of the executions did not exceed."""
        ordered = sorted(self.seconds(workload, system))
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    def ratio(self, workload: str, slower: str, quicker: str) -> float:
        """How many times longer the first takes than the second."""
        return self.median(workload, slower) / self.median(workload, quicker)

    def systems(self, workload: str) -> list[str]:
        """Who answered."""
        return list(self.parts["warm"][workload]["seconds"])

    def fact(self, name: str) -> float:
        """A number of the compilation."""
        return self.parts["compilation"]["facts"][name]

    def loaded(self, system: str, *phases: str) -> float:
        """Seconds of these phases of a load."""
        return sum(self.parts["load"][system][phase] for phase in phases)

    def size(self, system: str, *names: str) -> int:
        """Bytes on disk of these parts, or of all."""
        sizes = self.parts["sizes"][system]
        return sum(sizes[name] for name in names or sizes)
