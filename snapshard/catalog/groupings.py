"""Groupings: sets of samples to report side by side. They are groups of the release, the values of a
field of its samples file, or cohorts that a request describes.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from snapshard.catalog.sample_search import SampleSearch, parse_sample_filter
from snapshard.catalog.samples_file import SamplesFile
from snapshard.errors import BadQuery
from snapshard.membership import Membership
from snapshard.pairs import Integers
from snapshard.release import SampleGroup

_IDS = "samples="
_COHORT = "NAME:CONDITION;CONDITION such as old brain:SMTS=Brain;AGE>=60, or NAME:samples=1,2,3"


@dataclass(frozen=True)
class Grouping:
    """Groups of samples; a sample may be in several.

    `field` is the field of the samples file whose values the groups are, and `without_value` the
    number of samples that have none.
    """

    groups: tuple[SampleGroup, ...]
    field: str | None = None
    without_value: int = 0

    @cached_property
    def membership(self) -> Membership:
        """The groups of each sample, by their position in `groups`."""
        return Membership({number: group.members for number, group in enumerate(self.groups)})

    @cached_property
    def sizes(self) -> list[int]:
        """The number of samples of each group."""
        return [len(group.members) for group in self.groups]


@dataclass(frozen=True)
class Cohort:
    """A set of samples that a request describes: its name, and conditions that must all hold."""

    name: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class GroupChoice:
    """The groups to report: groups of the release by name and cohorts, or the values of a field, or
    without any of these all groups of the release.

    Raises BadQuery for a field beside groups or cohorts, and for a name that occurs twice.
    """

    names: tuple[str, ...] = ()
    field: str | None = None
    cohorts: tuple[Cohort, ...] = ()

    def __post_init__(self) -> None:
        if self.field is not None and (self.names or self.cohorts):
            raise BadQuery("group_by", self.field, "group_by, or group and cohort, not both")
        names = [*self.names, *(cohort.name for cohort in self.cohorts)]
        for name in names:
            if names.count(name) > 1:
                raise BadQuery("cohort" if self.cohorts else "group", name, "names that differ")


def parse_cohort(text: str) -> Cohort:
    """The cohort that a person wrote: `NAME:CONDITION;CONDITION`. A condition is one on a field, such
    as AGE>=60, or `samples=` with rail_ids. Raises BadQuery.
    """
    name, colon, rest = text.partition(":")
    conditions = tuple(part.strip() for part in rest.split(";") if part.strip())
    if not (colon and name.strip() and conditions):
        raise BadQuery("cohort", text, _COHORT)
    return Cohort(name.strip(), conditions)


def cohort_group(cohort: Cohort, number: int, search: SampleSearch) -> SampleGroup:
    """The samples of a cohort. Raises BadQuery for a condition that cannot be interpreted, a sample
    that the samples file does not have, and a cohort without samples.
    """
    members = search.samples.ids
    filters = [part for part in cohort.conditions if not part.startswith(_IDS)]
    if filters:
        members = np.array(search.ids(list(map(parse_sample_filter, filters))), np.int64)
    for part in cohort.conditions:
        if part.startswith(_IDS):
            members = np.intersect1d(members, _known_ids(part.removeprefix(_IDS), search.samples))
    if not len(members):
        raise BadQuery("cohort", cohort.name, "conditions that at least one sample satisfies")
    return SampleGroup(number, cohort.name, "; ".join(cohort.conditions), np.sort(members))


def field_grouping(samples: SamplesFile, field: str) -> Grouping:
    """The values of a field as groups, the one with most samples first. Samples with an empty value
    are in none. Raises BadQuery for an unknown field.
    """
    if field not in samples.names:
        raise BadQuery("group_by", field, f"one of {', '.join(samples.names)}")
    members: dict[bytes, list[int]] = {}
    for text, sample in zip(
        chain.from_iterable(samples.column(field)), samples.ids.tolist(), strict=True
    ):
        members.setdefault(text, []).append(sample)
    without_value = members.pop(b"", [])
    values = sorted(members, key=lambda value: (-len(members[value]), value))
    groups = (
        SampleGroup(
            number, value.decode("utf-8", "replace"), "", np.array(members[value], np.int64)
        )
        for number, value in enumerate(values)
    )
    return Grouping(tuple(groups), field, len(without_value))


def _known_ids(text: str, samples: SamplesFile) -> Integers:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise BadQuery("cohort", _IDS + text, "samples= with rail_ids separated by commas")
    ids = np.array([min(int(word), 2**63 - 1) for word in words], np.int64)
    unknown = np.setdiff1d(ids, samples.ids)
    if len(unknown):
        raise BadQuery("cohort", int(unknown[0]), "samples of the compilation (rail_id)")
    return ids
