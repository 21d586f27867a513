"""Models of responses about junctions, genes and errors. The OpenAPI document is generated from
them, and tests check every response against them.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from snapshard.junction import Column, ColumnType
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.render import NULLABLE

_TYPES: dict[ColumnType, Any] = {
    ColumnType.INTEGER: int,
    ColumnType.DECIMAL: float,
    ColumnType.TEXT: str,
    ColumnType.FLAG: str,
}


class Answer(BaseModel):
    """A JSON object of a response."""

    model_config = ConfigDict(extra="forbid")


class About(Answer):
    """The release that a response is about."""

    compilation: str
    release: str
    assembly: str | None = Field(description="null if unknown")
    coordinate_system: Literal["1-based, closed, intron"]
    sample_count: int | None = Field(description="samples of the compilation; null if unknown")
    simulated: bool = Field(description="true if the data are computer-generated")


def _type(column: Column) -> Any:
    if column.name == "samples":
        return list[tuple[int, int]]
    value_type = _TYPES[column.type]
    return value_type | None if column.name in NULLABLE else value_type


_MEMBERS: dict[str, Any] = {
    name: (_type(column), Field(default=None, description=column.meaning))
    for name, column in CHOOSABLE.items()
}
Junction = create_model(
    "Junction", __config__=ConfigDict(extra="forbid"), __doc__="The chosen columns.", **_MEMBERS
)


class TidyRow(Answer):
    """A junction in a sample: the chosen columns, the sample and its reads."""

    model_config = ConfigDict(extra="allow")
    rail_id: int
    coverage: int


class CountAnswer(Answer):
    """The number of matching rows, on all pages together."""

    rows: int
    kind: Literal["exact", "estimated", "at most"]


class JunctionPage(Answer):
    """A page of junctions in genome order, and the token for the next one."""

    about: About
    count: CountAnswer | None
    truncated: bool = Field(description="true if more match than this page holds")
    next: str | None = Field(description="value of `after` for the next page")
    missing_shards: list[str] = Field(description="unavailable shards, with allow_partial=true")
    remarks: list[str] = Field(
        description="what is remarkable about the query, such as a region that reaches beyond the"
        " end of its chromosome"
    )
    why_empty: str | None = Field(description="the reason if nothing matches; else null")
    rows: list[Junction] | list[TidyRow]  # type: ignore[valid-type]


class Complete(Answer):
    """The end of a complete export."""

    rows: int
    sha256: str


class JunctionExport(Answer):
    """All matching junctions, in genome order."""

    about: About
    missing_shards: list[str] = Field(description="unavailable shards, with allow_partial=true")
    remarks: list[str] = Field(description="as on a page")
    rows: list[Junction] | list[TidyRow]  # type: ignore[valid-type]
    complete: Complete | None = None
    error: str | None = None


class OneJunction(Answer):
    """One junction with all its columns."""

    about: About
    junction: Junction  # type: ignore[valid-type]


class BatchError(Answer):
    """Why an item has no junctions: the error that it would get alone."""

    item: int = Field(description="place in the request, counted from 1")
    status: int
    detail: str


class BatchResult(Answer):
    """The junctions with one name: one per strand if the name does not contain it."""

    name: str
    found: bool
    junctions: list[Junction]  # type: ignore[valid-type]
    error: BatchError | None = Field(description="null if the item is a name or a number")


class BatchAnswer(Answer):
    """A result for every name, in the order of the request."""

    about: About
    results: list[BatchResult]


class SiteAnswer(Answer):
    """Junctions that use a splice site, by the role that it has for them."""

    about: About
    site: str
    truncated: bool = Field(
        description="true if a role has more junctions than this response holds"
    )
    donor: list[Junction]  # type: ignore[valid-type]
    acceptor: list[Junction]  # type: ignore[valid-type]
    unknown: list[Junction] = Field(description="junctions whose strand is unknown")  # type: ignore[valid-type]


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
    """Genes: an exact match first, then by length of the symbol."""

    about: About
    truncated: bool = Field(description="true if more genes start with the prefix")
    genes: list[GeneMember]


class GenePart(Answer):
    """A place of a gene; positions are 1-based, both ends included."""

    start: int
    end: int
    strand: str


class WholeGene(GeneMember):
    """A gene with all of its places."""

    start: int | None = Field(description="null if the gene has several parts")  # type: ignore[assignment]
    end: int | None = Field(description="null if the gene has several parts")  # type: ignore[assignment]
    strand: str = Field(description="? if the parts are on both strands")
    parts: list[GenePart] = Field(
        description="the places of the gene in genome order: one, or the parts of a gene whose ID "
        "the annotation has at several places, such as a trans-spliced one"
    )


class GeneAnswer(Answer):
    """A gene."""

    about: About
    gene: WholeGene


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
