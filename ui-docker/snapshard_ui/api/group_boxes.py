"""Values of samples by group, as boxes: of groups that a request chooses, in the order it names."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snapshard.catalog import Grouping
from snapshard.measures import Box, box_of
from snapshard.pairs import Integers
from snapshard_ui.api.models.boxes import BoxParams
from snapshard_ui.pictures import MOST_POINTS, BoxPanel, BoxRow

Numbers = NDArray[np.float64]
BOX_REMARK = "Box: quartiles and median; whiskers: the last values within 1.5 interquartile ranges"


@dataclass(frozen=True)
class GroupBox:
    """A group with the values of its samples that have one, and their box; None without values.

    `sample_count` is the number of all samples of the group, None if unknown.
    """

    name: str
    long_name: str
    sample_count: int | None
    values: Numbers
    box: Box | None

    def members(self) -> dict[str, Any]:
        """The box as JSON members."""
        numbers = (
            {"n": 0, **{field.name: None for field in fields(Box) if field.name != "n"}}
            if self.box is None
            else asdict(self.box)
        )
        return {"N": self.sample_count, **numbers}


@dataclass(frozen=True)
class BoxTable:
    """The box of all samples, and of the groups in the order of the request.

    `empty` counts the groups without a value, `left_out` further groups with one.
    """

    overall: GroupBox
    groups: tuple[GroupBox, ...]
    empty: int
    left_out: int

    def members(self) -> dict[str, Any]:
        """The boxes as JSON members."""
        return {
            "overall": self.overall.members(),
            "groups": [
                {"group": group.name, "long_name": group.long_name, **group.members()}
                for group in self.groups
            ],
            "empty": self.empty,
            "left_out": self.left_out,
            "truncated": bool(self.left_out),
        }

    def panel(self, title: str) -> BoxPanel:
        """The rows of a picture: all samples first, then the groups."""
        rows = tuple(
            BoxRow(group.name.replace("_", " "), group.values, group.box, group.sample_count)
            for group in (self.overall, *self.groups)
            if group.box is not None
        )
        return BoxPanel(title, rows)

    def remarks(self, condition: str) -> list[str]:
        """What the picture does not draw; `condition` says what a sample needs to have a value."""
        groups = []
        if self.left_out:
            groups.append(f"{_groups(self.left_out)} with fewer samples not drawn")
        if self.empty:
            groups.append(f"{_groups(self.empty)} without a sample that {condition}")
        return groups


_KEYS: dict[str, Callable[[GroupBox], Any]] = {
    "median": lambda group: -group.box.median if group.box else 0.0,
    "n": lambda group: -len(group.values),
    "name": lambda group: group.name.casefold(),
}
"""The keys by which groups are sorted, by the name of the order."""


def group_boxes(
    samples: Integers,
    values: Numbers,
    grouping: Grouping,
    positions: list[int],
    params: BoxParams,
    *,
    sample_count: int | None,
) -> BoxTable:
    """The boxes of the values of samples, which ascend. `positions` are the groups that may be
    reported; those with most samples are, up to `top`. Equal ones stay in the grouping's order.
    """
    index, numbers = grouping.membership.expand(samples)
    counts = np.bincount(numbers, minlength=len(grouping.groups))
    filled = [position for position in positions if counts[position]]
    top = sorted(filled, key=lambda position: -counts[position])[: params.top]
    groups = [
        _group(grouping, position, values[index[numbers == position]]) for position in sorted(top)
    ]
    box = box_of(values) if len(values) else None
    return BoxTable(
        GroupBox("All samples", "", sample_count, values, box),
        tuple(sorted(groups, key=_KEYS[params.sort])),
        empty=len(positions) - len(filled),
        left_out=len(filled) - len(groups),
    )


def point_remark(*tables: BoxTable) -> str:
    """What the points of a picture are."""
    groups = [group for table in tables for group in (table.overall, *table.groups)]
    if all(len(group.values) <= MOST_POINTS for group in groups):
        return "points: samples"
    return f"points: samples, in rows of more than {MOST_POINTS:,} only those beyond the whiskers"


def _group(grouping: Grouping, position: int, values: Numbers) -> GroupBox:
    group = grouping.groups[position]
    return GroupBox(group.name, group.long_name, len(group.members), values, box_of(values))


def _groups(count: int) -> str:
    return f"{count:,} {'group' if count == 1 else 'groups'}"
