"""The view that compares a person's own file of junctions with a release. With scripts, the browser sends
the file to the API and shows what comes back; without, it sends the form, and the view responds with
the lines as a table or as a file. The file is kept in memory until the response ends, nowhere else.
"""

import csv
from collections.abc import Iterable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any

from flask import Response, request
from pydantic import ValidationError
from werkzeug.formparser import parse_form_data

from snapshard.errors import BadQuery, SnapshardError
from snapshard.release import Release
from snapshard.wire import BACKGROUND_PREFIX
from snapshard_ui.api import (
    AnnotateParams,
    ReleaseRequest,
    annotated_lines,
    annotated_response,
    read_params,
)
from snapshard_ui.http import current_record, problem_details
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import BODY_LIMIT, current_backend, current_index
from snapshard_ui.web.layout import blueprint, named_release, permanent_url, view_response
from snapshard_ui.web.links import annotate_command
from snapshard_ui.web.state import State

_MOST_LINES = 200
"""Lines of the table; the file has all."""


@dataclass(frozen=True)
class FormFile:
    """A file that was sent with the form: its name and content, and the groups to compare it with."""

    name: str
    content: bytes
    tissues: tuple[str, ...]
    as_file: bool
    """Whether the response is a file of all lines, not a table of the first."""


@dataclass(frozen=True)
class LineTable:
    """The first lines of an annotated file, and whether there are more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_more: bool


@blueprint.get("/annotate")
def annotate() -> Response:
    """The form for a file, and where its lines appear."""
    state = read_params(State)
    return _view(state, named_release(state))


@blueprint.post("/annotate")
def annotate_form() -> Response:
    """The lines of the file in the form, each with its background."""
    state = read_params(State)
    release = named_release(state)
    if release is None:
        return _view(state, release)
    current_record().private = True
    try:
        file = _form_file()
        params = AnnotateParams.model_validate({"tissue": list(file.tissues)})
        request_ = ReleaseRequest(current_index(), release, params, FORMATS["tsv"])
        if file.as_file:
            response = annotated_response(request_, nullcontext(BytesIO(file.content)))
            name = f"{PurePath(file.name).name.removesuffix('.gz') or 'file'}.annotated.tsv"
            response.headers.set("Content-Disposition", "attachment", filename=name)
        else:
            response = _view(state, release, table=_table(request_, file.content))
    except (SnapshardError, ValidationError) as error:
        problem = problem_details(error)
        section = {"problem": problem.members(), "choices": []}
        response = _view(state, release, status=problem.status, annotation_problem=section)
    response.headers["Cache-Control"] = "no-store"
    return response


def _view(state: State, release: Release | None, *, status: int = 200, **content: Any) -> Response:
    values = {
        "release": release,
        "permanent": permanent_url("pages.annotate", release),
        "command": annotate_command(release) if release else "",
        "table": None,
        "annotation_problem": None,
        "most_bytes": BODY_LIMIT,
        "most_lines": _MOST_LINES,
        **content,
    }
    return view_response("annotate.html", state, values, status=status)


def _form_file() -> FormFile:
    """The form's file. Raises BadQuery without one, and a 413 for a form over BODY_LIMIT."""
    _, form, files = parse_form_data(
        request.environ, stream_factory=_in_memory, max_content_length=BODY_LIMIT
    )
    file = files.get("file")
    if file is None or not file.filename:
        raise BadQuery("file", None, "a file of junctions")
    tissues = tuple(form.getlist("tissue"))
    return FormFile(file.filename, file.read(), tissues, form.get("output") == "file")


def _in_memory(*_: Any, **__: Any) -> BytesIO:
    """Where the content of a file is kept: by default, a large one would be written to the disk."""
    return BytesIO()


def _table(request_: ReleaseRequest[AnnotateParams], content: bytes) -> LineTable:
    """The first lines. Raises BadUpload for a file that cannot be read."""
    lines: list[str] = []
    with (
        current_backend().export_slot(),
        closing(annotated_lines(request_, BytesIO(content))) as pieces,
    ):
        for piece in pieces:
            texts = piece.decode("utf-8", "replace").splitlines()
            lines += [text for text in texts if not text.startswith("#")]
            # One line more than the table has shows that there are more; the first is the head.
            if len(lines) > _MOST_LINES + 1:
                break
    columns, *rows = _cells(lines[: _MOST_LINES + 1])
    return LineTable(tuple(columns), tuple(map(tuple, rows)), len(lines) > _MOST_LINES + 1)


def _cells(lines: Sequence[str]) -> Iterable[Sequence[str]]:
    """The cells of each line. The cells of the background follow those of the file in the head, after
    the file's own separator: a comma, blanks or a tab.
    """
    separator = lines[0][lines[0].index(f"{BACKGROUND_PREFIX}n") - 1]
    if separator == ",":
        return csv.reader(lines)
    return [line.split(None if separator == " " else separator) for line in lines]
