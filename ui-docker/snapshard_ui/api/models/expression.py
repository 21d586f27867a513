"""Models of requests and responses about expression: the level of each sample group in a window."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard.arrays import Source
from snapshard_ui.api.models.responses import About, Answer
from snapshard_ui.api.params import OLD_SPELLING, REQUIRED, Params


class ExpressionParams(Params):
    """A window of a chromosome, and the sample groups to report."""

    region: Annotated[
        str | None,
        Field(
            description="the window, chromosome:start-end, 1-based, both ends included; or seqid, xmin"
            " and xmax",
            examples=["chr2:29,193,000-29,920,000"],
            json_schema_extra=REQUIRED,
        ),
    ] = None
    # Another form of region, which the OpenAPI document leaves out: it excludes the usual one.
    seqid: Annotated[str | None, Field(json_schema_extra=OLD_SPELLING)] = None
    xmin: Annotated[int | None, Field(ge=1, json_schema_extra=OLD_SPELLING)] = None
    xmax: Annotated[int | None, Field(ge=1, json_schema_extra=OLD_SPELLING)] = None
    tissue: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="a sample group to report. May be repeated; without it all groups.",
        ),
    ]
    source: Annotated[
        Source | None,
        Field(
            description="junctions: reads of the junctions that start in the window; bases: coverage"
            " of its bases. Without it bases, if the release has base coverage."
        ),
    ] = None
    width: Annotated[
        int | None,
        Field(
            ge=320,
            le=4_000,
            description="width of the picture in pixels; with it, the response is the picture",
        ),
    ] = None
    theme: Annotated[
        Literal["auto", "light", "dark"],
        Field(description="colours; auto follows the reader's preference, in a PNG it is light"),
    ] = "auto"


class ExpressionGroup(Answer):
    """A sample group and its number of samples that have data of the source."""

    group: str
    samples: int


class ExpressionAnswer(Answer):
    """The level of each group in a window. `means` has an array per strand, in the order of `groups`;
    `?` is unknown strand, or data without strand.
    """

    about: About
    region: str
    source: Source
    unit: str = Field(description="what a mean is")
    groups: list[ExpressionGroup]
    means: dict[str, list[float | None]] = Field(
        description="by strand, a mean per group; null for a group without samples"
    )
    missing_strands: list[str] = Field(
        description="strands without data on this chromosome; nothing is filled in for them"
    )
