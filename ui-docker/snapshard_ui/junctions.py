"""Junctions of a compilation."""

import orjson
from flask import Blueprint, Response, request

from snapshard.junction import SUMMARY
from snapshard.rows import Rows
from snapshard_ui.backend import current_index
from snapshard_ui.formats import FORMATS
from snapshard_ui.params import JunctionParams, read_params

blueprint = Blueprint("junctions", __name__, url_prefix="/api/v1")


@blueprint.get("/compilations/<compilation>/junctions")
def junctions(compilation: str) -> Response:
    """A page of junctions."""
    params = read_params(JunctionParams)
    index = current_index()
    release = index.catalog.release(compilation)
    found = list(index.summaries(release, params.query(), columns=SUMMARY, limit=params.limit + 1))
    rows = Rows(b"".join(part.text for part in found), SUMMARY)
    truncated = len(rows) > params.limit
    if truncated:
        rows = rows.take(range(params.limit))
    if request.accept_mimetypes.best_match([f.media_type for f in FORMATS.values()]) == "text/tab-separated-values":
        return Response("\t".join(SUMMARY).encode() + b"\n" + rows.text, mimetype="text/tab-separated-values")
    about = orjson.dumps({**release.provenance(), "truncated": truncated})
    body = about[:-1] + b',"rows":[' + FORMATS["json"].write(rows) + b"]}"
    return Response(body, mimetype="application/json")
