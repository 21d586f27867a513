"""Which groups of a grouping an answer reports, and in which order."""

from dataclasses import dataclass

import numpy as np

from snapshard.catalog.groupings import Grouping
from snapshard.pairs import Integers

MOST_GROUPS = 1_000
"""Groups that an answer reports, if it is not told otherwise."""


@dataclass(frozen=True)
class GroupReport:
    """The groups whose name contains a text, in any case; the first `top` of them.

    The order is n, the samples that count, or share, n / N; the highest first. Without `sort` it is n
    for the values of a field, else the order of the grouping.
    """

    search: str | None = None
    sort: str | None = None
    top: int = MOST_GROUPS

    def positions(self, grouping: Grouping) -> list[int]:
        """The positions of all groups with the text, in the order of the grouping."""
        text = (self.search or "").casefold()
        names = (group.name.casefold() for group in grouping.groups)
        return [position for position, name in enumerate(names) if text in name]

    def first(self, positions: list[int], grouping: Grouping, counts: Integers) -> list[int]:
        """The first `top` of these groups; `counts` has n of each group. Equal ones stay in the order of
        the grouping.
        """
        sort = self.sort or (None if grouping.field is None else "n")
        if sort is None:
            return positions[: self.top]
        values = counts / np.maximum(grouping.sizes, 1) if sort == "share" else counts
        order = np.argsort(-values[positions], kind="stable")[: self.top]
        return [positions[place] for place in order.tolist()]


def grouping_members(grouping: Grouping, positions: list[int]) -> dict[str, object]:
    """The members that describe a grouping; `positions` are the groups that could be reported."""
    return {
        "field": grouping.field,
        "group_count": len(positions),
        "without_value": grouping.without_value,
    }
