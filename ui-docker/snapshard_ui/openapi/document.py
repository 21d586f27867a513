"""The OpenAPI document, generated from the models that check requests and describe responses, and a
page that shows it.
"""

import re
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
    ExpressionParams,
    NoParams,
    Operation,
    PictureParams,
    Problem,
    SelectionParams,
    api,
    json_response,
    on_api,
    root,
)
from snapshard_ui.http import MEDIA_TYPE, TITLES
from snapshard_ui.openapi.code_samples import code_samples, example_body
from snapshard_ui.openapi.examples import Values, url, values_of
from snapshard_ui.openapi.schemas import Schema, filter_schema, path_schemas, query_schemas
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import current_index, current_settings

_ABOUT = """RNA-seq exon-exon junctions. Positions are 1-based, both ends included: the first and last base
of the intron. If a response has several formats, choose one with `format=`, a suffix of the path
(/junctions.tsv) or the Accept header."""
_SCHEMAS = "#/components/schemas/"
_PATH_MEANINGS = {
    "compilation": "name of a compilation: samples processed in the same way",
    "release": "name of an immutable release of the compilation; without it, the current release",
    "name": "stable name such as GRCh38:chr2:71548830-71549349:+ (assembly and strand are"
    " optional), or snaptron_id",
    "gene": "symbol, or ID with or without version",
    "group": "name of the group",
    "site": "chromosome:position, optionally followed by :+ or :- for the strand",
    "rail_id": "number of the sample",
    "chromosome": "name of the chromosome",
    "zoom": "level from 0 to 11: a tile has 2^28 bases, halved that many times",
    "x": "number of the tile from 0: bases x * size + 1 to (x + 1) * size",
    "variant": "chr2-71549340-A-G, chr2:71549340A>G, chr2:71549340, or HGVS such as"
    " NM_003494.4:c.1053+5G>A (transcript ID, or a gene for its main transcript)",
}
Schemas = dict[str, Schema]
_COMMON_STATUSES = (400, 404, 429, 503, 504)
_CONDITIONAL_STATUSES: tuple[tuple[Callable[[Operation], bool], int], ...] = (
    (lambda operation: "gene" in operation.params.model_fields, 300),
    (lambda operation: bool(operation.formats), 406),
    (lambda operation: operation.body is not None, 413),
)
"""Further statuses of operations with certain parameters, formats or bodies."""
UPLOAD = "text/tab-separated-values"
"""The media type of files of junctions, and of their lines with more columns."""
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_EXAMPLE_PARAMETERS = ("junction", "limit", "measure", "region", "site")
"""Optional parameters that examples set."""


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
    """The document, with the names and examples of the compilations that are loaded."""
    releases = current_index().catalog.releases()
    in_path, in_query = path_schemas(releases), query_schemas(releases)
    # The examples use the compilation with the most parameters: others may lack samples or genes.
    values = max(map(values_of, current_index().catalog.compilations()), key=len, default={})
    paths: dict[str, Any] = {}
    for operation in sorted(OPERATIONS, key=lambda operation: operation.paths):
        for path in operation.paths:
            api_path = PREFIX + path.replace("<int:", "<").replace("<", "{").replace(">", "}")
            members = _operation(operation, path, in_path, in_query)
            paths.setdefault(api_path, {})[operation.method] = _with_examples(
                members, operation, api_path, values
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
    schemas: dict[str, Any] = schema["$defs"]
    schemas[BatchBody.__name__]["properties"]["junctions"]["items"] = name
    return schemas


def _operation(
    operation: Operation, path: str, in_path: Schemas, in_query: Schemas
) -> dict[str, Any]:
    summary, _, description = (operation.view.__doc__ or "").partition("\n")
    members: dict[str, Any] = {
        "operationId": operation.view.__name__ + ("_of_release" if "<release>" in path else ""),
        "summary": summary.rstrip("."),
        "parameters": [*_path_parameters(path, in_path), *_query_parameters(operation, in_query)],
        "responses": _responses(operation, path),
    }
    if description.strip():
        members["description"] = description.strip()
    if operation.body:
        content = {"application/json": {"schema": {"$ref": _SCHEMAS + operation.body.__name__}}}
        members["requestBody"] = {"required": True, "content": content}
    if operation.is_upload:
        members["requestBody"] = {"required": True, "content": {UPLOAD: _TEXT}}
    return members


def _with_examples(
    members: dict[str, Any], operation: Operation, path: str, values: Values
) -> dict[str, Any]:
    """The operation with example values that return results, and code for curl, Python and R."""
    for parameter in members["parameters"]:
        name, schema = parameter["name"], parameter["schema"]
        if name in values:
            is_array = schema.get("type") == "array"
            parameter["example"] = values[name] if is_array else _typed(values[name][0], schema)
            schema.pop("examples", None)
    names = [
        parameter["name"]
        for parameter in members["parameters"]
        if parameter["in"] == "query"
        and (parameter["required"] or parameter["name"] in _example_parameters(operation))
    ]
    address = url(path, names, values)
    body = example_body(operation, values)
    if address is None or ("requestBody" in members and not body):
        return members
    if body:
        media_type = UPLOAD if operation.is_upload else "application/json"
        content = members["requestBody"]["content"]
        content[media_type] = {**content[media_type], "example": body}
    samples = code_samples(operation, path, address, names, values)
    return members | {"x-example": request.script_root + address, "x-codeSamples": samples}


def _example_parameters(operation: Operation) -> tuple[str, ...]:
    # A picture of a few arcs, one of which is highlighted, would be a poor example.
    if operation.params in (PictureParams, ExpressionParams):
        return ("region",)
    return _EXAMPLE_PARAMETERS


def _typed(value: str, schema: Schema) -> str | int:
    return int(value) if schema.get("type") == "integer" else value


def _path_parameters(path: str, schemas: Schemas) -> list[dict[str, Any]]:
    names = re.findall(r"<(?:\w+:)?(\w+)>", path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PATH_MEANINGS[name],
            "schema": schemas[name],
        }
        for name in names
    ]


def _query_parameters(operation: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    model = operation.params.model_json_schema()
    if issubclass(operation.params, SelectionParams | PictureParams):
        schemas = schemas | {"filter": filter_schema()}
    return [
        {
            "name": name,
            "in": "query",
            "required": name in model.get("required", ()) or "x-required" in schema,
            **_parameter_schema(name, schema, model, schemas),
        }
        for name, schema in model.get("properties", {}).items()
        if "x-hidden" not in schema
    ]


def _parameter_schema(
    name: str, schema: dict[str, Any], model: dict[str, Any], schemas: Schemas
) -> dict[str, Any]:
    parameter_keys = {
        key: schema[key] for key in ("description", "style", "explode") if key in schema
    }
    value_schema = {
        key: value
        for key, value in schema.items()
        if key not in ("title", "x-required", *parameter_keys)
    }
    if "$ref" in value_schema:
        value_schema |= model["$defs"][value_schema.pop("$ref").rpartition("/")[2]]
    if "anyOf" in value_schema:
        # Models describe an optional parameter as nullable; in a URL it is simply absent.
        value_schema |= next(
            branch for branch in value_schema.pop("anyOf") if branch.get("type") != "null"
        )
        value_schema.pop("default", None)
    if name == "limit" and "maximum" not in value_schema:
        value_schema["maximum"] = current_settings().max_rows
    value_schema.pop("title", None)
    if name in schemas:
        value_schema |= (
            {"items": schemas[name]} if value_schema["type"] == "array" else schemas[name]
        )
    return parameter_keys | {"schema": _without_nul(value_schema)}


def _without_nul(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value; of text without other conditions, the one that no text has NUL bytes."""
    if "items" in schema:
        return schema | {"items": _without_nul(schema["items"])}
    if schema.get("type") != "string" or not schema.keys().isdisjoint(("pattern", "enum")):
        return schema
    return schema | {"pattern": r"^[^\x00]*$"}


def _responses(operation: Operation, path: str) -> dict[str, Any]:
    schema = (
        {"$ref": _SCHEMAS + operation.model.__name__}
        if issubclass(operation.model, Answer)
        else {"type": "object"}
    )
    content: dict[str, Any] = {operation.media_type: {"schema": schema}}
    if operation.media_type != "application/json":
        content = {operation.media_type: {"schema": {"type": "string"}}}
    content |= {name: {"schema": {"type": "string"}} for name in operation.other_media_types}
    for name in operation.formats[1:]:
        content[FORMATS[name].media_type] = {"schema": {"type": "string"}}
    if operation.is_upload:
        content = {UPLOAD: _TEXT}
    if operation.view is docs:
        content = {"text/html": {"schema": {"type": "string"}}}
    if "compress" in operation.params.model_fields:
        content["application/gzip"] = {"schema": {"type": "string"}}
    statuses = sorted(
        {
            *_COMMON_STATUSES,
            *operation.also,
            *(status for has, status in _CONDITIONAL_STATUSES if has(operation)),
        }
    )
    problem = {MEDIA_TYPE: {"schema": {"$ref": _SCHEMAS + "Problem"}}}
    errors = {
        str(status): {"description": TITLES[status], "content": problem} for status in statuses
    }
    return {
        "200": {"description": (operation.model.__doc__ or "").strip(), "content": content},
        **errors,
    }
