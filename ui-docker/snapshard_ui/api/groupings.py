"""The parameters that choose groups of samples, and the groups that a response reports."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard.catalog import MOST_GROUPS, GroupChoice, Grouping, GroupReport, parse_cohort
from snapshard.index import Index
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
    ] = MOST_GROUPS


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


def group_report(params: GroupingParams) -> GroupReport:
    """Which groups the parameters report."""
    sort = params.sort if isinstance(params, RankedGroupingParams) else None
    return GroupReport(params.search, sort, params.top)
