"""What answers about samples hold, as models."""

from typing import Any, Literal

from pydantic import Field

from snapshard_ui.api.models.responses import About, Answer, CountAnswer


class SamplePage(Answer):
    """Some samples by ascending rail_id, and how to get the next ones."""

    about: About
    count: CountAnswer
    truncated: bool = Field(description="whether more match than are here")
    next: str | None = Field(description="value of `after` for the following page")
    rows: list[dict[str, Any]] = Field(
        description="the fields asked for; a number field without a number is null"
    )


class OneSample(Answer):
    """One sample with all its fields."""

    about: About
    sample: dict[str, Any]


class FieldMember(Answer):
    """A field of the samples."""

    name: str
    type: Literal["integer", "decimal", "text"]


class FieldList(Answer):
    """The fields of the samples file in its order."""

    about: About
    fields: list[FieldMember]


class ValueMember(Answer):
    """A value and in how many samples it occurs."""

    value: str
    count: int


class FacetAnswer(Answer):
    """The values of a field, the most frequent first."""

    about: About
    field: str
    distinct: int
    truncated: bool
    values: list[ValueMember]


class GroupMember(Answer):
    """A group of samples."""

    group: str
    long_name: str
    sample_count: int


class GroupList(Answer):
    """The groups in the order of their file."""

    about: About
    groups: list[GroupMember]


class GroupAnswer(Answer):
    """A group and its samples."""

    about: About
    group: str
    long_name: str
    sample_count: int
    samples: list[int]
