"""Junctions of a compilation: pages, exports, single ones, many by name."""

import orjson
from flask import Response

from snapshard.errors import NotFound
from snapshard.name import parse_name
from snapshard_ui.api.export import export_response
from snapshard_ui.api.junction_lookup import find_junction, on_strand
from snapshard_ui.api.junction_page import find_page
from snapshard_ui.api.models.responses import (
    BatchAnswer,
    JunctionExport,
    JunctionPage,
    OneJunction,
)
from snapshard_ui.api.params import BatchBody, ExportParams, JunctionParams, OneParams
from snapshard_ui.api.responses import page_response, release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release, posted
from snapshard_ui.columns import CHOOSABLE, DEFAULT, with_columns
from snapshard_ui.render import FORMATS, JsonObjects


@on_release("/junctions", params=JunctionParams, model=JunctionPage, formats=tuple(FORMATS))
def junctions(request: ReleaseRequest[JunctionParams]) -> Response:
    """A page of the matching junctions, in genome order."""
    return page_response(request, find_page(request))


@on_release(
    "/junctions:export",
    params=ExportParams,
    model=JunctionExport,
    formats=tuple(FORMATS),
    also=(429,),
)
def export(request: ReleaseRequest[ExportParams]) -> Response:
    """All matching junctions, streamed in genome order.

    To resume an interrupted export, repeat it with `after`.
    """
    return export_response(request)


@on_release("/junctions/<name>", params=OneParams, model=OneJunction, also=(300,))
def junction(request: ReleaseRequest[OneParams], name: str) -> Response:
    """One junction, by stable name (GRCh38:chr2:71548830-71549349:+) or snaptron_id."""
    junction_name, rows = find_junction(request.index, request.release, name)
    if not rows.text:
        raise NotFound("junction", str(junction_name))
    columns = (*DEFAULT, "samples") if request.params.samples else DEFAULT
    # The whole row is a line of the source file, whose numbers no database column has checked.
    objects = JsonObjects([CHOOSABLE[column] for column in columns], exact=False)
    text = objects.write(with_columns(rows, columns, request.release), b",")
    return release_response(request.release, junction=orjson.Fragment(text))


@posted("/junctions:batch", body=BatchBody, model=BatchAnswer)
def batch(request: ReleaseRequest[BatchBody]) -> Response:
    """Up to 10,000 junctions by stable name, in the order of the request.

    `found` is false for a junction that the release does not have.
    """
    texts = request.params.junctions
    names = [parse_name(text, request.release.assembly) for text in texts]
    regions = [name.region for name in names]
    rows_by_name = request.index.find(request.release, regions, columns=DEFAULT)
    objects = JsonObjects([CHOOSABLE[column] for column in DEFAULT], exact=True)
    results = []
    for text, name, exact_rows in zip(texts, names, rows_by_name, strict=True):
        rows = on_strand(exact_rows, name)
        members = orjson.Fragment(b"[" + objects.write(rows, b",") + b"]") if rows.text else []
        results.append({"name": text, "found": bool(rows.text), "junctions": members})
    return release_response(request.release, results=results)
