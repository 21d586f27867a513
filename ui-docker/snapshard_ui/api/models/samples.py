"""Models of responses about samples."""

from typing import Any, Literal

from pydantic import Field

from snapshard_ui.api.models.responses import About, Answer, CountAnswer


class SamplePage(Answer):
    """A page of samples by ascending rail_id, and the token for the next one."""

    about: About
    count: CountAnswer
    truncated: bool = Field(description="true if more match than this page holds")
    next: str | None = Field(description="value of `after` for the next page")
    rows: list[dict[str, Any]] = Field(
        description="the chosen fields; a number field without a value is null, and text that is"
        " no number, such as 90+, is given as text"
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
    """A value and the number of samples that have it."""

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
