"""The horizontal scale of a picture: bases as pixels.

Positions are 1-based and both ends are included, so that base n covers the pixels from `begin(n)` to
`end(n)`, which is `begin(n + 1)`.
"""

from dataclasses import dataclass
from itertools import count

from snapshard.region import Region


@dataclass(frozen=True)
class Scale:
    """The window's first base begins at the pixel `left`; its last base ends at the pixel `right`."""

    window: Region
    left: float
    right: float

    def __post_init__(self) -> None:
        if not self.left < self.right:
            raise ValueError(f"expected left < right, got {self.left} and {self.right}")

    @property
    def base_width(self) -> float:
        """Pixels of one base."""
        return (self.right - self.left) / (self.window.end - self.window.start + 1)

    def begin(self, base: int) -> float:
        """Where a base begins, also outside of the window."""
        return self.left + (base - self.window.start) * self.base_width

    def end(self, base: int) -> float:
        """Where a base ends."""
        return self.begin(base + 1)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether any of these bases is in the window."""
        return start <= self.window.end and end >= self.window.start

    def visible(self, start: int, end: int) -> tuple[float, float]:
        """The pixels from the first to the last of these bases that are in the window."""
        first, last = max(start, self.window.start), min(end, self.window.end)
        return self.begin(first), self.end(last)

    def ticks(self, spacing: float) -> list[int]:
        """Round bases of the window, at least so many pixels apart."""
        for power in count():
            for factor in (1, 2, 5):
                step = factor * 10**power
                if step * self.base_width >= spacing:
                    first = -(-self.window.start // step) * step
                    return list(range(first, self.window.end + 1, step))
        raise AssertionError("unreachable")
