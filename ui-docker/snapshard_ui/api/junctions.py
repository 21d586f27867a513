"""Junctions of a compilation: pages, exports, single ones, many by name."""

import orjson
from flask import Response

from snapshard.errors import NotFound
from snapshard_ui.api.export import export_response
from snapshard_ui.api.junction_batch import batch_results
from snapshard_ui.api.junction_lookup import find_junction
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
    """Up to 10,000 junctions by stable name or snaptron_id, in the order of the request.

    `found` is false for a junction that the release does not have, and for a text that is no name;
    `error` then has the reason, and the place of the item.
    """
    results = batch_results(request.index, request.release, request.params.junctions)
    return release_response(request.release, results=results)
