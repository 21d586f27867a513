"""What a request asks, checked: pydantic models of the query strings, from which the OpenAPI
document is made too.
"""

import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from snapshard.errors import BadQuery
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.match import MEANINGS, Match
from snapshard.query import MOST_IDS
from snapshard_ui.columns import CHOOSABLE, Shape

Flag = Annotated[
    bool,
    BeforeValidator(
        lambda came: {"true": True, "false": False, "1": True, "0": False}.get(came, came)
    ),
]


def _split(came: Any) -> Any:
    return (
        [part.strip() for text in came for part in text.split(",") if part.strip()]
        if isinstance(came, list)
        else came
    )


Numbers = Annotated[
    list[Annotated[int, Field(ge=0, lt=10**18)]],
    BeforeValidator(_split),
    Field(max_length=MOST_IDS, json_schema_extra={"style": "form", "explode": False}),
]
Names = Annotated[
    list[str], BeforeValidator(_split), Field(json_schema_extra={"style": "form", "explode": False})
]


class Params(BaseModel):
    """A query string; a name it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=Params)


class Selection(Params):
    """Which junctions. Without region, gene and ids: all of the compilation, in genome order."""

    region: Annotated[
        list[str],
        Field(
            description="chromosome:start-end, 1-based, both ends included; commas, blanks and a bare chromosome number are"
            " understood too. May be repeated: a junction that matches several comes once.",
            examples=[["chr2:29,193,000-29,920,000"]],
        ),
    ] = []
    gene: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100)]],
        Field(
            description="gene symbol or id: the region of the gene. May be repeated.",
            examples=[["ALK"]],
        ),
    ] = []
    ids: Annotated[
        Numbers, Field(description="numbers (snaptron_id), separated by commas", examples=[[1, 2]])
    ] = []
    match: Annotated[
        Match,
        Field(description="; ".join(f"{match}: {meaning}" for match, meaning in MEANINGS.items())),
    ] = Match.OVERLAP
    filter: Annotated[
        list[str],
        Field(
            description=f"column, operator, value. Columns: {', '.join(FILTERABLE)}. Operators: {' '.join(OPERATORS)}."
            " May be repeated; all must hold.",
            examples=[["samples_count>=5"]],
        ),
    ] = []
    sample_ids: Annotated[
        Numbers,
        Field(
            description="only these samples (rail_id): others are cut out and the statistics recomputed"
        ),
    ] = []
    group: Annotated[
        list[str],
        Field(
            description="only the samples of this group, such as a tissue. May be repeated: their union."
        ),
    ] = []
    after: Annotated[
        str | None,
        Field(
            description="continue behind this row: the `next` of the page before, or a snaptron_id",
            examples=["1"],
        ),
    ] = None
    allow_partial: Annotated[
        Flag, Field(description="answer although a shard is away; `missing_shards` says which")
    ] = False


class Output(Params):
    """What of each junction, and how it is written."""

    columns: Annotated[
        Names,
        Field(
            description=f"columns in the order wanted, separated by commas: {', '.join(CHOOSABLE)}"
        ),
    ] = []
    samples: Annotated[
        Flag, Field(description="add the column samples: every sample with its reads")
    ] = False
    shape: Annotated[
        Shape, Field(description="wide: a row per junction; tidy: a row per junction and sample")
    ] = Shape.WIDE
    about: Annotated[
        Flag, Field(description="begin text formats with a line that says what the answer is")
    ] = True


FormatName = Literal["json", "ndjson", "tsv", "csv", "bed6", "bed12", "igv", "parquet", "arrow"]
TableName = Literal["json", "ndjson", "tsv", "csv", "parquet", "arrow"]


class JunctionParams(Selection, Output):
    """A page of junctions."""

    limit: Annotated[int, Field(ge=1, description="most junctions of this page")] = 1_000
    count: Annotated[
        Literal["none", "estimated", "exact"],
        Field(description="whether to say how many junctions match in all"),
    ] = "none"
    format: Annotated[
        FormatName | None, Field(description="instead of an Accept header or a suffix")
    ] = None


class ExportParams(Selection, Output):
    """All junctions that match, streamed."""

    complete: Annotated[
        Flag, Field(description="end with a line that says rows and sha256 of all bytes before it")
    ] = False
    compress: Annotated[
        Literal["bgzip"] | None,
        Field(description="bgzip: a file that tabix can index, for the text formats"),
    ] = None
    format: Annotated[
        FormatName | None, Field(description="instead of an Accept header or a suffix")
    ] = None


class OneParams(Params):
    """One junction."""

    samples: Annotated[Flag, Field(description="add every sample with its reads")] = False


_MOST_BODY = 4_000_000
"""Bytes of a body: 10,000 names of the longest kind are two million."""


class BatchBody(Params):
    """Junctions by name."""

    junctions: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(
            max_length=10_000,
            description="stable names; the strand may be left out",
            examples=[["GRCh38:chr2:71548830-71549349:+"]],
        ),
    ]


class NoParams(Params):
    """Nothing may be asked."""


class GeneParams(Params):
    """Genes by the beginning of their symbol or id."""

    prefix: Annotated[
        str,
        Field(
            min_length=1,
            max_length=100,
            description="beginning of a symbol or id, in any case",
            examples=["AL"],
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=1_000, description="most genes")] = 20


class SampleParams(Params):
    """Samples by their metadata."""

    q: Annotated[
        list[str],
        Field(
            description="words that stand behind each other in any field. May be repeated; all must hold."
        ),
    ] = []
    filter: Annotated[
        list[str],
        Field(
            description="field, operator (>= <= != = > <), value, such as SMRIN>=7; text fields match words. May be repeated."
        ),
    ] = []
    fields: Annotated[
        Names, Field(description="fields in the order wanted, separated by commas; without: all")
    ] = []
    limit: Annotated[int, Field(ge=1, description="most samples of this page")] = 1_000
    after: Annotated[str | None, Field(description="the `next` of the page before")] = None
    about: Annotated[
        Flag, Field(description="begin text formats with a line that says what the answer is")
    ] = True
    format: Annotated[
        TableName | None, Field(description="instead of an Accept header or a suffix")
    ] = None


class FacetParams(Params):
    """How often each value of a field occurs."""

    field: Annotated[str, Field(max_length=200, description="name of the field", examples=["SMTS"])]
    limit: Annotated[
        int, Field(ge=1, le=10_000, description="most values, the most frequent first")
    ] = 100


class SiteParams(Params):
    """Junctions that use a splice site."""

    limit: Annotated[int, Field(ge=1, description="most junctions of each role")] = 1_000


def read_params(model: type[Model]) -> Model:
    """The request's query string as the model says. Raises BadQuery for a name it does not know,
    pydantic's ValidationError for values that do not fit.
    """
    values: dict[str, object] = {}
    for name, came in request.args.lists():
        field = model.model_fields.get(name)
        if field is None:
            raise BadQuery(name, ",".join(came), _known(name, model))
        many = isinstance(field.default, list) or get_origin(field.annotation) is list
        check_text(name, *came)
        values[name] = (
            [plus_strand(text) for text in came] if many else came[0] if len(came) == 1 else came
        )
    return model.model_validate(values)


def _known(name: str, model: type[Params]) -> str:
    """What a parameter could have been called."""
    near = get_close_matches(name, model.model_fields, n=1)
    meant = f"{near[0]}, or another " if near else "a "
    return f"{meant}parameter of this question ({', '.join(model.model_fields) or 'it has none'})"


def check_text(name: str, *texts: object) -> None:
    """Raises BadQuery for a text that no database can hold."""
    for text in texts:
        if "\x00" in str(text):
            raise BadQuery(name, text, "text without NUL bytes")


def read_body(model: type[Model]) -> Model:
    """The request's JSON body as the model says. Raises BadQuery for a body that is no JSON; a
    larger one than any is 413.
    """
    request.max_content_length = _MOST_BODY
    body = request.get_json(force=True, silent=True)
    if body is None:
        raise BadQuery(
            "body",
            request.get_data(as_text=True)[:100],
            'a JSON object such as {"junctions": ["chr2:100-200"]}',
        )
    return model.model_validate(body)


def plus_strand(text: str) -> str:
    """A filter on the strand as it was meant: a bare `+` in a URL arrives as a blank."""
    return re.sub(r"^(\s*strand\s*(?:=|==|!=)) $", r"\1+", text)
