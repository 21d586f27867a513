"""The model of the groups that a response reports."""

from pydantic import Field

from snapshard_ui.api.models.responses import Answer


class GroupingAnswer(Answer):
    """The groups that were chosen."""

    field: str | None = Field(description="the field whose values the groups are")
    group_count: int = Field(description="groups whose name matches the search")
    without_value: int = Field(description="samples with an empty value of the field")
