"""The parameters that choose groups of samples, and the groups that a response reports."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from snapshard.catalog import GroupChoice, Grouping, parse_cohort
from snapshard.index import Index
from snapshard.pairs import Integers
from snapshard.release import Release
from snapshard_ui.api.params import Params

_MOST_GROUPS = 10_000


class GroupingParams(Params):
    """The groups of samples to report side by side. Without any: all groups of the release."""

    group: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="a group of the release, such as a tissue. May be repeated.",
        ),
    ]
    group_by: Annotated[
        str | None,
        Field(
            max_length=200,
            description="a field of the samples, such as study: each of its values is a group",
        ),
    ] = None
    cohort: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="a set of samples, NAME:CONDITION;CONDITION. A condition is one on a field"
            " of the samples, or samples= with rail_ids; all must hold. May be repeated.",
            examples=[["old brain:SMTS=Brain;AGE>=60"]],
        ),
    ]
    search: Annotated[
        str | None,
        Field(
            max_length=200,
            description="report only groups whose name contains this text, in any case",
        ),
    ] = None
    top: Annotated[
        int,
        Field(ge=1, le=_MOST_GROUPS, description="maximum number of groups to report"),
    ] = 1_000


class RankedGroupingParams(GroupingParams):
    """Groups in an order that the answer decides."""

    sort: Annotated[
        Literal["n", "share"] | None,
        Field(
            description="order of the groups: n, the samples that count, or share, n / N; the highest"
            " first [n for the values of a field, else the order of the release]"
        ),
    ] = None


def read_grouping(index: Index, release: Release, params: GroupingParams) -> Grouping:
    """The groups that the parameters choose. Raises as `ReleaseFacts.grouping` does."""
    cohorts = tuple(map(parse_cohort, params.cohort))
    choice = GroupChoice(tuple(dict.fromkeys(params.group)), params.group_by, cohorts)
    return index.facts.of(release).grouping(choice)


def reported_groups(grouping: Grouping, params: GroupingParams) -> list[int]:
    """The positions of the groups whose name contains the text to search, in the grouping's order."""
    if params.search is None:
        return list(range(len(grouping.groups)))
    text = params.search.casefold()
    return [
        position for position, group in enumerate(grouping.groups) if text in group.name.casefold()
    ]


def top_groups(
    positions: list[int], grouping: Grouping, counts: Integers, params: RankedGroupingParams
) -> list[int]:
    """The first `top` of these groups in the order that the parameters name; `counts` has n of each
    group. Equal ones stay in the grouping's order.
    """
    sort = params.sort or (None if grouping.field is None else "n")
    if sort is None:
        return positions[: params.top]
    values = counts / np.maximum(grouping.sizes, 1) if sort == "share" else counts
    order = np.argsort(-values[positions], kind="stable")[: params.top]
    return [positions[place] for place in order.tolist()]


def grouping_members(grouping: Grouping, positions: list[int]) -> dict[str, object]:
    """The JSON members that describe a grouping; `positions` are the groups that could be reported."""
    return {
        "field": grouping.field,
        "group_count": len(positions),
        "without_value": grouping.without_value,
    }
