"""Models of requests and responses about box plots of samples by group."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard_ui.api.groupings import GroupingParams
from snapshard_ui.api.models.groupings import GroupingAnswer
from snapshard_ui.api.models.psi import EventChoice
from snapshard_ui.api.models.responses import About, Answer
from snapshard_ui.api.params import Params


class DrawingParams(Params):
    """How a picture is drawn."""

    width: Annotated[int, Field(ge=320, le=4_000, description="width in pixels")] = 1_000
    theme: Annotated[
        Literal["auto", "light", "dark"],
        Field(description="colours; auto follows the reader's preference, in a PNG it is light"),
    ] = "auto"


class BoxParams(GroupingParams):
    """The groups that have a box, and their order."""

    top: Annotated[
        int,
        Field(
            ge=1,
            le=200,
            description="maximum number of groups: those in which most samples have a value; the"
            " response says how many are left out",
        ),
    ] = 30
    sort: Annotated[
        Literal["median", "n", "name"],
        Field(
            description="order of the groups: median or n, the number of samples with a value, the"
            " highest first; or name"
        ),
    ] = "median"


class JunctionBoxParams(BoxParams):
    """The same for the samples that have a junction."""

    unit: Annotated[
        Literal["reads", "cpm"],
        Field(
            description="the value of a sample: its reads of the junction, or reads per million reads"
            " of its library"
        ),
    ] = "reads"
    library_size: Annotated[
        str | None,
        Field(
            max_length=200,
            description="sample field with the reads of the library, for cpm [mapped_read_count]",
        ),
    ] = None


class JunctionBoxPictureParams(JunctionBoxParams, DrawingParams):
    """The same for a picture."""


class EventPictureParams(EventChoice, BoxParams, DrawingParams):
    """A splicing event, the groups that have a box, and how the picture is drawn."""

    limit: Annotated[
        int,
        Field(ge=1, le=20, description="maximum number of junctions of a site, by reads"),
    ] = 4


class BoxAnswer(Answer):
    """The box of the samples of a group that have a value."""

    N: int | None = Field(description="all samples of the group; null if unknown")
    n: int = Field(description="samples with a value")
    low: float | None = Field(description="end of the lower whisker; null without samples")
    q1: float | None = Field(description="lower quartile")
    median: float | None
    q3: float | None = Field(description="upper quartile")
    high: float | None = Field(description="end of the upper whisker")


class GroupBoxAnswer(BoxAnswer):
    """The box of a named group."""

    group: str
    long_name: str
    N: int


class JunctionBoxesAnswer(Answer):
    """The boxes of the samples that have a junction: over all samples, and by group."""

    about: About
    name: str
    found: bool
    unit: Literal["reads", "cpm"]
    library_size: str | None = Field(
        description="sample field of the library sizes; null for reads"
    )
    grouping: GroupingAnswer
    overall: BoxAnswer
    groups: list[GroupBoxAnswer]
    empty: int = Field(description="groups without a sample that has a value")
    left_out: int = Field(description="groups with a value beyond `top`")
    truncated: bool = Field(description="true if groups are left out")
