"""A page as a response: rows in the format asked for, with what makes a cut visible in every
format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from snapshard.junction import Column
from snapshard.rows import Rows
from snapshard_ui.api.attachment import disposition
from snapshard_ui.api.models.responses import note_cut
from snapshard_ui.api.routes import ReleaseRequest
from snapshard_ui.http import current_record
from snapshard_ui.render.formats import Format
from snapshard_ui.render.writer import JsonWriter, Sheet, Writer

ROWS = "Snapshard-Rows"
MISSING = "Snapshard-Missing-Shards"


@dataclass(frozen=True)
class Page:
    """Rows, and what is said of them: count, truncated, next, missing shards.

    `exact`: their numbers come from number columns of the database.
    """

    columns: tuple[Column, ...]
    rows: Rows
    members: Mapping[str, Any]
    exact: bool = False


def page_response(asked: ReleaseRequest[Any], page: Page) -> Response:
    """The response."""
    sheet = Sheet(page.columns, asked.release.provenance(), asked.params.about, page.exact)
    writer = page_writer(asked.format, sheet, page.members)
    response = Response(
        writer.head() + writer.body(page.rows) + writer.tail(), mimetype=asked.format.media_type
    )
    response.headers["Content-Disposition"] = disposition(asked, attachment=asked.format.binary)
    response.headers[ROWS] = str(current_record().rows)
    note_cut(response, cut=bool(page.members["truncated"]))
    if page.members.get("missing_shards"):
        response.headers[MISSING] = ",".join(page.members["missing_shards"])
    if page.members["next"]:
        response.headers["Link"] = f'<{_link(page.members["next"])}>; rel="next"'
    return response


def page_writer(form: Format, sheet: Sheet, members: Mapping[str, Any]) -> Writer:
    """The writer of rows of which more is to be said: as members of a JSON answer, in the remarks
    of every other format.
    """
    if form.name == "json":
        return JsonWriter(sheet, **members)
    said = {name: value for name, value in members.items() if value}
    return form.writer(replace(sheet, about={**sheet.about, **said}))


def _link(following: str) -> str:
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    return f"{request.script_root}{request.path}?{urlencode([*pairs, ('after', following)])}"
