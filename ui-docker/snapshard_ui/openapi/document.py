"""The OpenAPI document, made of the models that check requests and describe answers, and a page
that shows it.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from flask import Response, redirect, render_template, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from snapshard_ui.api import (
    OPERATIONS,
    PREFIX,
    Answer,
    BatchBody,
    NoParams,
    Operation,
    Problem,
    SelectionParams,
    api,
    json_response,
    on_api,
    root,
)
from snapshard_ui.http import MEDIA_TYPE, TITLES
from snapshard_ui.openapi.code_samples import body_of, code_samples
from snapshard_ui.openapi.examples import Values, url, values_of
from snapshard_ui.openapi.schemas import Schema, filter_schema, path_schemas, query_schemas
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import current_index, current_settings

_ABOUT = """RNA-seq exon-exon junctions. Positions are 1-based, both ends included: the first and last base
of the intron. If a response has several formats, choose one with `format=`, a suffix of the path
(/junctions.tsv) or the Accept header."""
_SCHEMAS = "#/components/schemas/"
_DESCRIBED = {
    "compilation": "a set of samples processed in one way",
    "release": "one immutable load of it; without, the current one",
    "name": "stable name such as GRCh38:chr2:71548830-71549349:+ (assembly and strand may be left"
    " out), or snaptron_id",
    "gene": "symbol, or id with or without version",
    "group": "name of the group",
    "site": "chromosome:position, with :+ or :- to name the strand",
    "rail_id": "number of the sample",
}
Schemas = dict[str, Schema]
_USUAL = (400, 404, 503, 504)
_SOMETIMES: tuple[tuple[Callable[[Operation], bool], int], ...] = (
    (lambda operation: "gene" in operation.params.model_fields, 300),
    (lambda operation: bool(operation.formats), 406),
    (lambda operation: operation.body is not None, 413),
)
"""What else an operation may answer, by what it takes."""
_SHOWN = ("region", "limit")
"""Parameters that an example has although they may be left out."""


class Document(BaseModel):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]


@on_api("/openapi.json", model=Document)
def openapi(params: NoParams) -> Response:
    """This API as OpenAPI 3.1."""
    return json_response(document())


root.add_url_rule("/openapi.json", "openapi", lambda: openapi(NoParams()))
api.add_url_rule("", "root", lambda: redirect(request.script_root + PREFIX + "/docs"))
api.add_url_rule("/", "root_slash", lambda: redirect(request.script_root + PREFIX + "/docs"))


@on_api("/docs", model=Document)
def docs(params: NoParams) -> Response:
    """This API as a page."""
    return Response(
        render_template("api_docs.html", document=document(), formats=FORMATS.values()),
        mimetype="text/html",
    )


def document() -> dict[str, Any]:
    """The document; it knows the compilations that are served now."""
    releases = current_index().catalog.releases()
    in_path, in_query = path_schemas(releases), query_schemas(releases)
    # Of the compilation that has most to ask about: one may lack samples, or genes.
    values = max(map(values_of, current_index().catalog.compilations()), key=len, default={})
    paths: dict[str, Any] = {}
    for operation in sorted(OPERATIONS, key=lambda one: one.paths):
        for path in operation.paths:
            shown = PREFIX + path.replace("<int:", "<").replace("<", "{").replace(">", "}")
            described = _operation(operation, path, in_path, in_query)
            paths.setdefault(shown, {})[operation.method] = _with_examples(
                described, operation, shown, values
            )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Snapshard",
            "version": version("snapshard"),
            "description": _ABOUT,
        },
        "servers": [{"url": request.script_root or "/"}],
        "paths": paths,
        "components": {"schemas": _components(in_path["name"])},
    }


def _components(name: Schema) -> dict[str, Any]:
    answers = {operation.model for operation in OPERATIONS if issubclass(operation.model, Answer)}
    models: list[type[BaseModel]] = [
        Problem,
        *answers,
        *[operation.body for operation in OPERATIONS if operation.body],
    ]
    _, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template=_SCHEMAS + "{model}"
    )
    found: dict[str, Any] = schema["$defs"]
    found[BatchBody.__name__]["properties"]["junctions"]["items"] = name
    return found


def _operation(
    operation: Operation, path: str, in_path: Schemas, in_query: Schemas
) -> dict[str, Any]:
    first, _, rest = (operation.view.__doc__ or "").partition("\n")
    described: dict[str, Any] = {
        "operationId": operation.view.__name__ + ("_of_release" if "<release>" in path else ""),
        "summary": first.rstrip("."),
        "parameters": [*_path_parameters(path, in_path), *_query_parameters(operation, in_query)],
        "responses": _responses(operation, path),
    }
    if rest.strip():
        described["description"] = rest.strip()
    if operation.body:
        content = {"application/json": {"schema": {"$ref": _SCHEMAS + operation.body.__name__}}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _with_examples(
    described: dict[str, Any], operation: Operation, path: str, values: Values
) -> dict[str, Any]:
    """The operation with values that find something, and lines for curl, Python and R to try it."""
    for parameter in described["parameters"]:
        if (name := parameter["name"]) in values:
            many = parameter["schema"].get("type") == "array"
            parameter["example"] = (
                values[name] if many else _typed(values[name][0], parameter["schema"])
            )
            parameter["schema"].pop("examples", None)
    names = [
        one["name"]
        for one in described["parameters"]
        if one["in"] == "query" and (one["required"] or one["name"] in _SHOWN)
    ]
    if (address := url(path, names, values)) is None:
        return described
    if body := body_of(operation, values):
        described["requestBody"]["content"]["application/json"]["example"] = body
    samples = code_samples(operation, path, address, names, values)
    return described | {"x-example": request.script_root + address, "x-codeSamples": samples}


def _typed(value: str, schema: Schema) -> str | int:
    return int(value) if schema.get("type") == "integer" else value


def _path_parameters(path: str, schemas: Schemas) -> list[dict[str, Any]]:
    names = [part[1:-1].rpartition(":")[2] for part in path.split("/") if part.startswith("<")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _DESCRIBED[name],
            "schema": schemas[name],
        }
        for name in names
    ]


def _query_parameters(operation: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    model = operation.params.model_json_schema()
    if issubclass(operation.params, SelectionParams):
        schemas = schemas | {"filter": filter_schema()}
    return [
        {
            "name": name,
            "in": "query",
            "required": name in model.get("required", ()),
            **_described(name, schema, model, schemas),
        }
        for name, schema in model.get("properties", {}).items()
    ]


def _described(
    name: str, schema: dict[str, Any], model: dict[str, Any], schemas: Schemas
) -> dict[str, Any]:
    outside = {key: schema[key] for key in ("description", "style", "explode") if key in schema}
    plain = {key: value for key, value in schema.items() if key not in ("title", *outside)}
    if "$ref" in plain:
        plain |= model["$defs"][plain.pop("$ref").rpartition("/")[2]]
    if "anyOf" in plain:
        # A parameter that is left out is what a model calls null.
        plain |= next(one for one in plain.pop("anyOf") if one.get("type") != "null")
        plain.pop("default", None)
    if name == "limit" and "maximum" not in plain:
        plain["maximum"] = current_settings().max_rows
    plain.pop("title", None)
    if name in schemas:
        plain |= {"items": schemas[name]} if plain["type"] == "array" else schemas[name]
    return outside | {"schema": plain}


def _responses(operation: Operation, path: str) -> dict[str, Any]:
    answer = (
        {"$ref": _SCHEMAS + operation.model.__name__}
        if issubclass(operation.model, Answer)
        else {"type": "object"}
    )
    content: dict[str, Any] = {"application/json": {"schema": answer}}
    for name in operation.formats[1:]:
        content[FORMATS[name].media_type] = {"schema": {"type": "string"}}
    if operation.view is docs:
        content = {"text/html": {"schema": {"type": "string"}}}
    if "compress" in operation.params.model_fields:
        content["application/gzip"] = {"schema": {"type": "string"}}
    statuses = sorted(
        {*_USUAL, *operation.also, *(status for has, status in _SOMETIMES if has(operation))}
    )
    problem = {MEDIA_TYPE: {"schema": {"$ref": _SCHEMAS + "Problem"}}}
    errors = {
        str(status): {"description": TITLES[status], "content": problem} for status in statuses
    }
    return {
        "200": {"description": (operation.model.__doc__ or "").strip(), "content": content},
        **errors,
    }
