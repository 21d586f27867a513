"""The groups of samples of a published release, and the groupings that questions choose."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pyarrow as pa

from snapshard.catalog import (
    MOST_GROUPS,
    GroupChoice,
    Grouping,
    GroupReport,
    cohort_group,
    field_grouping,
    parse_cohort,
)
from snapshard.client.selection import Texts, as_tuple
from snapshard.errors import NotFound
from snapshard.files.published_samples import PublishedSamples
from snapshard.release import SampleGroup


class GroupOptions(TypedDict, total=False):
    """The groups to report and their order, in the words of the client (see client/selection.py)."""

    group: Texts
    group_by: str | None
    cohort: Texts
    search: str | None
    sort: str | None
    top: int | None


def read_groups(options: GroupOptions) -> tuple[GroupChoice, GroupReport]:
    """The choice of groups, and which of them are reported. Raises BadQuery."""
    names = tuple(dict.fromkeys(as_tuple(options.get("group", ()))))
    cohorts = tuple(map(parse_cohort, as_tuple(options.get("cohort", ()))))
    choice = GroupChoice(names, options.get("group_by"), cohorts)
    top = options.get("top") or MOST_GROUPS
    return choice, GroupReport(options.get("search"), options.get("sort"), top)


class PublishedGroups:
    """The groups in the table of groups; cohorts and values of fields come from the samples."""

    def __init__(self, table: pa.Table, samples: PublishedSamples) -> None:
        columns = [table.column(name).to_pylist() for name in ("group", "long_name", "members")]
        self._samples = samples
        self._groups = {
            name: SampleGroup(number, name, long_name, np.array(members, np.int64))
            for number, (name, long_name, members) in enumerate(zip(*columns, strict=True))
        }

    def records(self) -> list[dict[str, object]]:
        """The name, long name and number of samples of every group."""
        return [
            {
                "group": group.name,
                "long_name": group.long_name,
                "sample_count": len(group.members),
            }
            for group in self._groups.values()
        ]

    def named(self, names: Sequence[str]) -> list[SampleGroup]:
        """The groups of these names, each once, in their order. Raises NotFound."""
        for name in names:
            if name not in self._groups:
                raise NotFound("sample group", name, ", ".join(self._groups))
        return [self._groups[name] for name in dict.fromkeys(names)]

    def grouping(self, choice: GroupChoice) -> Grouping:
        """The groups of a choice. Raises NotFound for an unknown group and, if a field or cohorts are
        chosen, for a release without a samples file; BadQuery for an unknown field or condition.
        """
        if choice.field is not None:
            return field_grouping(self._samples.search.samples, choice.field)
        if not (choice.names or choice.cohorts):
            return Grouping(tuple(self._groups.values()))
        cohorts = (
            cohort_group(cohort, number, self._samples.search)
            for number, cohort in enumerate(choice.cohorts, len(choice.names))
        )
        return Grouping((*self.named(choice.names), *cohorts))
