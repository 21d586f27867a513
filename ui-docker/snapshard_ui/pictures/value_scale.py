"""The horizontal scale of values: reads on a logarithmic scale, shares from 0 to 1."""

import math
from dataclasses import dataclass

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class ValueScale:
    """The value `lowest` is at the pixel `left`, and `highest` at the pixel `right`; the values of a
    logarithmic scale are above 0.
    """

    lowest: float
    highest: float
    left: float
    right: float
    is_log: bool

    def __post_init__(self) -> None:
        if not self.lowest < self.highest or (self.is_log and self.lowest <= 0):
            raise ValueError(f"expected lowest < highest, got {self.lowest} and {self.highest}")
        if not self.left < self.right:
            raise ValueError(f"expected left < right, got {self.left} and {self.right}")

    @classmethod
    def of_shares(cls, left: float, right: float) -> "ValueScale":
        """The linear scale from 0 to 1."""
        return cls(0.0, 1.0, left, right, is_log=False)

    @classmethod
    def of_amounts(cls, smallest: float, largest: float, left: float, right: float) -> "ValueScale":
        """A logarithmic scale that contains these amounts, which are above 0, and a power of ten."""
        return cls(smallest, max(largest, 10 * smallest), left, right, is_log=True)

    def pixel(self, value: float) -> float:
        """Where a value of the scale is."""
        low, high, position = self.lowest, self.highest, value
        if self.is_log:
            low, high, position = math.log(low), math.log(high), math.log(value)
        return self.left + (self.right - self.left) * (position - low) / (high - low)

    def ticks(self, spacing: float) -> list[float]:
        """Round values of the scale, at least so many pixels apart: quarters of a share, or powers of
        ten and, if there is space, 2 and 5 times these.
        """
        if not self.is_log:
            return list(_SHARES) if (self.right - self.left) / 4 >= spacing else [0.0, 0.5, 1.0]
        decade = self.pixel(10 * self.lowest) - self.left
        factors = (1, 2, 5) if decade * math.log10(2) >= spacing else (1,)
        step = max(1, math.ceil(spacing / decade))
        first, last = math.floor(math.log10(self.lowest)), math.ceil(math.log10(self.highest))
        values = [
            factor * 10.0**power for power in range(first, last + 1, step) for factor in factors
        ]
        return [value for value in values if self.lowest <= value <= self.highest]
