"""Results as HTTP responses: JSON about a release, and pages of rows in every format. A truncated
response is recognisable in every format and by its headers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import flask
import orjson
from flask import Response

from snapshard.junction import Column
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.wire import (
    JUNCTIONS_HEADER,
    MISSING_SHARDS_HEADER,
    ROWS_HEADER,
    TRUNCATED_HEADER,
)
from snapshard_ui.api.routes import ReleaseRequest
from snapshard_ui.http import current_record, encoded_path
from snapshard_ui.render import Format, JsonWriter, Sheet, Writer


@dataclass(frozen=True)
class Page:
    """A page of rows, and the members that describe it: count, truncated, next, missing shards.

    `exact`: the numbers come from number columns of the database.
    """

    columns: tuple[Column, ...]
    rows: Rows
    row_count: int
    """Junctions or samples of the page, which `limit` counts; tidy rows are more than that."""
    members: Mapping[str, Any]
    exact: bool = False


def json_response(body: object, status: int = 200) -> Response:
    """A JSON response."""
    return Response(orjson.dumps(body), status, mimetype="application/json")


def release_response(release: Release, **members: object) -> Response:
    """A JSON response about a release. If it can be truncated, a header reports whether it is."""
    response = json_response({"about": release.provenance(), **members})
    if "truncated" in members:
        _note_truncation(response, truncated=bool(members["truncated"]))
    return response


def picture_response(request: ReleaseRequest[Any], body: bytes, suffix: str) -> Response:
    """A picture in one of the formats svg and png, with a name for the file if it is saved."""
    media_type = {"svg": "image/svg+xml", "png": "image/png"}[suffix]
    response = Response(body, mimetype=media_type)
    # A page of another origin that opens the picture gets a document without scripts.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    disposition_header = disposition(request, attachment=False)
    response.headers["Content-Disposition"] = disposition_header.replace(".json", f".{suffix}")
    return response


def page_response(request: ReleaseRequest[Any], page: Page) -> Response:
    """The page in the format of the request."""
    record = current_record()
    record.rows = len(page.rows)
    missing = page.members.get("missing_shards")
    record.partial = bool(missing)
    sheet = Sheet(page.columns, request.release.provenance(), request.params.about, page.exact)
    writer = page_writer(request.format, sheet, page.members)
    body = writer.head() + writer.body(page.rows) + writer.tail()
    response = Response(body, mimetype=request.format.media_type)
    response.headers["Content-Disposition"] = disposition(request, attachment=request.format.binary)
    response.headers[ROWS_HEADER] = str(record.rows)
    if record.rows != page.row_count:
        response.headers[JUNCTIONS_HEADER] = str(page.row_count)
    _note_truncation(response, truncated=bool(page.members["truncated"]))
    if missing:
        response.headers[MISSING_SHARDS_HEADER] = ",".join(missing)
    if page.members["next"]:
        response.headers["Link"] = f'<{_next_url(page.members["next"])}>; rel="next"'
    return response


def page_writer(form: Format, sheet: Sheet, members: Mapping[str, Any]) -> Writer:
    """The writer of rows that are described by members: of the object in JSON, in the remarks of
    every other format.
    """
    # JSON always has the members, so that clients need not test for them; remarks have only those
    # with a value.
    if form.name == "json":
        return JsonWriter(sheet, **members)
    remarks = {name: value for name, value in members.items() if value}
    return form.writer(replace(sheet, about={**sheet.about, **remarks}))


def disposition(request: ReleaseRequest[Any], *, attachment: bool, extra: str = "") -> str:
    """The Content-Disposition header, with a file name made of compilation, release, assembly, the
    first regions and genes, and the format's suffix.
    """
    release = request.release
    subject = re.sub(r"[^A-Za-z0-9_-]+", "-", "_".join(request.params.subjects[:3])).strip("-")
    parts = (
        release.compilation,
        release.name,
        release.assembly or "unknown-assembly",
        subject[:80] or "all",
        request.format.suffix + extra,
    )
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", ".".join(parts))
    return f'{"attachment" if attachment else "inline"}; filename="{name}"'


def _note_truncation(response: Response, *, truncated: bool) -> None:
    response.headers[TRUNCATED_HEADER] = str(truncated).lower()
    current_record().truncated = truncated


def _next_url(token: str) -> str:
    # Without a host: the path is valid under whatever name the client knows the server by.
    query = flask.request.args.items(multi=True)
    pairs = [(name, value) for name, value in query if name != "after"]
    return f"{encoded_path()}?{urlencode([*pairs, ('after', token)])}"
