"""The parameters of requests, as pydantic models that check query strings and bodies. The OpenAPI
document and docs/api.md are generated from them.
"""

import json
import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from snapshard.errors import BadQuery
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.junction import MOST_DIGITS
from snapshard.match import MEANINGS, Match
from snapshard.query import MOST_IDS
from snapshard_ui.columns import CHOOSABLE, Shape
from snapshard_ui.render import FormatName, TableName

OLD_SPELLING: dict[str, JsonValue] = {"x-hidden": True}
"""What marks a parameter that the OpenAPI document leaves out."""
REQUIRED: dict[str, JsonValue] = {"x-required": True}
"""What marks a parameter that only an old spelling, which the document leaves out, replaces."""
_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def _flag(value: Any) -> Any:
    """The truth value that a text names; what is no such text is left to pydantic."""
    return _FLAGS.get(value, value) if isinstance(value, str) else value


Flag = Annotated[bool, BeforeValidator(_flag)]


def _split(value: Any) -> Any:
    """The parts of comma-separated texts, without blanks; what is no list is left to pydantic."""
    if not isinstance(value, list):
        return value
    parts = [part.strip() for part in ",".join(value).split(",")]
    return [part for part in parts if part]


def _as_text(value: Any) -> str:
    """A value of JSON as the text of an item, so that a wrong one gets an error of its own."""
    if isinstance(value, list | dict):
        return "[…]" if isinstance(value, list) else "{…}"
    # JSON can escape halves of a character, which no text may contain.
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


Numbers = Annotated[
    list[Annotated[int, Field(ge=0, lt=10**MOST_DIGITS)]],
    BeforeValidator(_split),
    Field(max_length=MOST_IDS, json_schema_extra={"style": "form", "explode": False}),
]
Names = Annotated[
    list[str], BeforeValidator(_split), Field(json_schema_extra={"style": "form", "explode": False})
]


class Params(BaseModel):
    """A query string; a name that is not a field is an error.

    The properties are what the routes need to know of every request; a model that has such a field
    overrides the property.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def format_name(self) -> str | None:
        """The format that the query string names."""
        return None

    @property
    def page_token(self) -> str | None:
        """The `next` of the page before, or the id of its last row."""
        return None

    @property
    def other_compilations(self) -> tuple[str, ...]:
        """The compilations that are read beside that of the URL."""
        return ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """The regions and genes of the request, for the name of a file."""
        return ()


Model = TypeVar("Model", bound=Params)


class SelectionParams(Params):
    """The junctions to select. Without region, gene and ids: all of the compilation, in genome
    order.
    """

    region: Annotated[
        list[str],
        Field(
            description="chromosome:start-end, 1-based, both ends included; commas or blanks"
            " between thousands, and any spelling of the chromosome (`2`, `Chr2`,"
            " `NC_000002.12`) are accepted. May be repeated: a junction that matches several"
            " regions is returned once.",
            examples=[["chr2:29,193,000-29,920,000"]],
        ),
    ] = []
    gene: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=1_000)]],
        Field(
            description="gene symbol or ID: the region of the gene. May be repeated.",
            examples=[["ALK"]],
        ),
    ] = []
    ids: Annotated[
        Numbers,
        Field(description="junction numbers (snaptron_id), comma-separated", examples=[[1, 2]]),
    ] = []
    match: Annotated[
        Match,
        Field(description="; ".join(f"{match}: {meaning}" for match, meaning in MEANINGS.items())),
    ] = Match.OVERLAP
    filter: Annotated[
        list[str],
        Field(
            description=f"column, operator, value. Columns: {', '.join(FILTERABLE)}."
            f" Operators: {' '.join(OPERATORS)}. `samples_count` also takes per cent of the samples"
            " (`samples_count>=5%`). May be repeated; all filters must match.",
            examples=[["samples_count>=5"]],
        ),
    ] = []
    sample_ids: Annotated[
        Numbers,
        Field(
            description="restrict to these samples (rail_id), comma-separated; statistics are"
            " recomputed over them"
        ),
    ] = []
    group: Annotated[
        list[str],
        Field(
            description="restrict to the samples of this group, such as a tissue. May be repeated:"
            " the union of the groups."
        ),
    ] = []
    after: Annotated[
        str | None,
        Field(
            description="start after this row: the `next` of the page before, or a snaptron_id",
            examples=["1"],
        ),
    ] = None
    allow_partial: Annotated[
        Flag,
        Field(
            description="respond even if shards are unavailable; `missing_shards` lists them",
        ),
    ] = False

    @property
    def page_token(self) -> str | None:
        return self.after

    @property
    def subjects(self) -> tuple[str, ...]:
        return (*self.region, *self.gene)


class OutputParams(Params):
    """The columns of each junction and the form of the rows."""

    columns: Annotated[
        Names,
        Field(description=f"columns in this order, comma-separated: {', '.join(CHOOSABLE)}"),
    ] = []
    samples: Annotated[
        Flag, Field(description="add the column `samples`: every sample with its reads")
    ] = False
    shape: Annotated[
        Shape,
        Field(description="wide: one row per junction; tidy: one row per junction and sample"),
    ] = Shape.WIDE
    about: Annotated[
        Flag, Field(description="start text formats with a line that describes the response")
    ] = True


_FORMAT = "format of the response; overrides the suffix and the Accept header"


class JunctionParams(SelectionParams, OutputParams):
    """A page of junctions."""

    limit: Annotated[int, Field(ge=1, description="maximum number of junctions on the page")] = (
        1_000
    )
    count: Annotated[
        Literal["none", "estimated", "exact"],
        Field(description="count all matching junctions, on all pages together"),
    ] = "none"
    format: Annotated[FormatName | None, Field(description=_FORMAT)] = None

    @property
    def format_name(self) -> str | None:
        return self.format


class ExportParams(SelectionParams, OutputParams):
    """All matching junctions, streamed."""

    complete: Annotated[
        Flag,
        Field(
            description="end with a line that has the number of rows and the sha256 of all bytes"
            " before it"
        ),
    ] = False
    compress: Annotated[
        Literal["bgzip"] | None,
        Field(description="bgzip: compress a text format as a file that tabix can index"),
    ] = None
    format: Annotated[FormatName | None, Field(description=_FORMAT)] = None

    @property
    def format_name(self) -> str | None:
        return self.format


class OneParams(Params):
    """One junction."""

    samples: Annotated[Flag, Field(description="add every sample with its reads")] = False


class BatchBody(Params):
    """Junctions by name."""

    junctions: Annotated[
        list[Annotated[str, BeforeValidator(_as_text)]],
        Field(
            max_length=10_000,
            description="stable names, of which the strand may be omitted, or snaptron_ids",
            examples=[["GRCh38:chr2:71548830-71549349:+"]],
        ),
    ]


class NoParams(Params):
    """No parameters."""


class GeneParams(Params):
    """Genes by the start of their symbol or ID."""

    prefix: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1_000,
            description="start of a symbol or ID, case-insensitive",
            examples=["AL"],
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=1_000, description="maximum number of genes")] = 20


class SampleParams(Params):
    """Samples by their metadata."""

    q: Annotated[
        list[str],
        Field(
            description="a word or phrase that occurs in any field. May be repeated; all must"
            " match."
        ),
    ] = []
    filter: Annotated[
        list[str],
        Field(
            description="field, operator (>= <= != = > <), value, such as SMRIN>=7; text fields"
            " match by words. May be repeated; all filters must match."
        ),
    ] = []
    fields: Annotated[
        Names, Field(description="fields in this order, comma-separated; all if omitted")
    ] = []
    limit: Annotated[int, Field(ge=1, description="maximum number of samples on the page")] = 1_000
    after: Annotated[str | None, Field(description="the `next` of the page before")] = None
    about: Annotated[
        Flag, Field(description="start text formats with a line that describes the response")
    ] = True
    format: Annotated[TableName | None, Field(description=_FORMAT)] = None

    @property
    def format_name(self) -> str | None:
        return self.format

    @property
    def page_token(self) -> str | None:
        return self.after


class FacetParams(Params):
    """The frequency of each value of a field."""

    field: Annotated[str, Field(max_length=200, description="name of the field", examples=["SMTS"])]
    limit: Annotated[
        int,
        Field(ge=1, le=10_000, description="maximum number of values, the most frequent first"),
    ] = 100


class SiteParams(Params):
    """Junctions that use a splice site."""

    limit: Annotated[int, Field(ge=1, description="maximum number of junctions of each role")] = (
        1_000
    )


def read_params(model: type[Model]) -> Model:
    """The request's query string as this model. Raises BadQuery for an unknown name, pydantic's
    ValidationError for values that do not fit.
    """
    values: dict[str, object] = {}
    for name, texts in request.args.lists():
        field = model.model_fields.get(name)
        if field is None:
            raise BadQuery(name, ",".join(texts), _expected_name(name, model))
        check_text(name, *texts)
        if isinstance(field.default, list) or get_origin(field.annotation) is list:
            values[name] = [plus_strand(text) for text in texts]
        else:
            # Several texts for one value are left to pydantic, which reports them.
            values[name] = plus_strand(texts[0]) if len(texts) == 1 else texts
    return model.model_validate(values)


def _expected_name(name: str, model: type[Params]) -> str:
    similar = get_close_matches(name, model.model_fields, n=1)
    suggestion = f"{similar[0]}, or another " if similar else "a "
    names = ", ".join(model.model_fields) or "it has none"
    return f"{suggestion}parameter of this endpoint ({names})"


def check_text(name: str, *texts: object) -> None:
    """Raises BadQuery for a text that no database can hold."""
    for text in texts:
        if "\x00" in str(text):
            raise BadQuery(name, text, "text without NUL bytes")


def read_body(model: type[Model]) -> Model:
    """The request's JSON body as this model. Raises BadQuery for a body that is not JSON; a body
    over the maximum size is a 413.
    """
    try:
        body = request.get_json(force=True, silent=True)
    except RecursionError:
        # Nested too deeply for the parser: no body of this API is.
        body = None
    if body is None:
        text = request.get_data(as_text=True)[:100]
        raise BadQuery("body", text, 'a JSON object such as {"junctions": ["chr2:100-200"]}')
    return model.model_validate(body)


def plus_strand(text: str) -> str:
    """A filter on the strand, or a name that ends with one, as it was meant: an unescaped `+` in a URL
    arrives as a blank, also between quotation marks.
    """
    return re.sub(r"""^(\s*strand\s*(?:=|==|!=)["']?|[^;]*:[\d,-]+:) (["']?)$""", r"\1+\2", text)
