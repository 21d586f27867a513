"""What answers hold, as models: the OpenAPI document is made of them, and tests check every answer
against them.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from snapshard.junction import Column, ColumnType
from snapshard_ui.columns import CHOOSABLE

_TYPES: dict[ColumnType, Any] = {
    ColumnType.INTEGER: int,
    ColumnType.DECIMAL: float,
    ColumnType.TEXT: str,
    ColumnType.FLAG: str,
}


class Answer(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(extra="forbid")


class About(Answer):
    """What every answer says of itself."""

    compilation: str
    release: str
    assembly: str
    coordinate_system: Literal["1-based, closed, intron"]
    sample_count: int | None = Field(
        description="samples of the compilation; null where nobody knows"
    )
    simulated: bool = Field(description="whether the data are made up")


def _type(column: Column) -> Any:
    if column.name == "samples":
        return list[tuple[int, int]]
    return _TYPES[column.type] | (
        None if column.name == "source_dataset_id" else _TYPES[column.type]
    )


_MEMBERS: dict[str, Any] = {
    name: (_type(column), Field(default=None, description=column.meaning))
    for name, column in CHOOSABLE.items()
}
Junction = create_model(
    "Junction", __config__=ConfigDict(extra="forbid"), __doc__="The columns asked for.", **_MEMBERS
)


class TidyRow(Answer):
    """A junction in a sample: the columns asked for, the sample and its reads."""

    model_config = ConfigDict(extra="allow")
    rail_id: int
    coverage: int


class CountAnswer(Answer):
    """How many match in all."""

    rows: int
    kind: Literal["exact", "estimated", "at most"]


class JunctionPage(Answer):
    """Some junctions in genome order, and how to get the next ones."""

    about: About
    count: CountAnswer | None
    truncated: bool = Field(description="whether more match than are here")
    next: str | None = Field(description="value of `after` for the following page")
    missing_shards: list[str] = Field(
        description="shards that did not answer, with allow_partial=true"
    )
    why_empty: str | None = Field(description="why nothing matches; null if something does")
    rows: list[Junction] | list[TidyRow]  # type: ignore[valid-type]


class Complete(Answer):
    """That an export is whole."""

    rows: int
    sha256: str


class JunctionExport(Answer):
    """All junctions that match, in genome order."""

    about: About
    missing_shards: list[str] = Field(
        description="shards that did not answer, with allow_partial=true"
    )
    rows: list[Junction] | list[TidyRow]  # type: ignore[valid-type]
    complete: Complete | None = None
    error: str | None = None


class OneJunction(Answer):
    """One junction with all its columns."""

    about: About
    junction: Junction  # type: ignore[valid-type]


class BatchResult(Answer):
    """What was found under one name: one junction per strand if the name leaves it out."""

    name: str
    found: bool
    junctions: list[Junction]  # type: ignore[valid-type]


class BatchAnswer(Answer):
    """A result for every junction asked, in the order asked."""

    about: About
    results: list[BatchResult]


class SeenAnswer(Answer):
    """In n of N samples."""

    n: int = Field(description="samples that have the junction")
    N: int | None = Field(description="samples there are; null where nobody knows")
    reads: int
    median: float | None = Field(
        description="median reads over the n samples; null if there are none"
    )
    max: int | None = Field(description="most reads in one sample")


class GroupSeen(SeenAnswer):
    """The same within a group of samples."""

    group: str
    long_name: str


class Sharing(Answer):
    """Other junctions that begin, or end, at the same base."""

    junctions: int
    reads: int
    truncated: bool = Field(description="whether there are more than were counted")


class EvidenceAnswer(Answer):
    """Whether a junction is seen, where, and how strongly."""

    about: About
    name: str
    found: bool
    snaptron_id: int | None
    annotation_class: str | None = Field(
        alias="class", description="DA, NDA, D, A or N; null if the junction is absent"
    )
    left_motif: str | None
    right_motif: str | None
    seen: SeenAnswer
    groups: list[GroupSeen]
    same_start: Sharing
    same_end: Sharing
    summary: str


class SiteAnswer(Answer):
    """Junctions that use a splice site, by the role that it has for them."""

    about: About
    site: str
    truncated: bool = Field(description="whether a role has more junctions than are here")
    donor: list[Junction]  # type: ignore[valid-type]
    acceptor: list[Junction]  # type: ignore[valid-type]
    unknown: list[Junction] = Field(description="junctions whose strand is not known")  # type: ignore[valid-type]


class GeneMember(Answer):
    """A gene; positions are 1-based, both ends included."""

    gene_id: str
    symbol: str
    chromosome: str
    start: int
    end: int
    strand: str
    biotype: str
    source: str


class GeneList(Answer):
    """Genes, an exact one first, then the shorter symbols."""

    about: About
    truncated: bool = Field(description="whether more begin so than are here")
    genes: list[GeneMember]


class GeneAnswer(Answer):
    """A gene."""

    about: About
    gene: GeneMember


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[dict[str, Any]] = []
    choices: list[dict[str, Any]] = []
    shards: list[str] = []
