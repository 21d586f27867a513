"""The web page: one URL per state, the API's results as HTML. It works without its script, which
only makes it quicker to use.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from snapshard.errors import BadQuery, SnapshardError
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.match import MEANINGS
from snapshard.name import name_prefix
from snapshard.release import Release
from snapshard_ui.api import PREFIX, find_release, read_params
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.http import compress_response, problem_details
from snapshard_ui.pictures import stylesheet
from snapshard_ui.runtime import current_index
from snapshard_ui.web import sections, words
from snapshard_ui.web.state import State, from_form

blueprint = Blueprint("pages", __name__)
blueprint.after_request(compress_response)
for _filter in (words.number, words.share):
    blueprint.add_app_template_filter(_filter)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@blueprint.get("/")
def page() -> AnyResponse:
    """The page: a search, its junctions, the evidence for one of them."""
    submitted = from_form(request.args)
    if submitted is not None:
        return redirect(submitted.url(), 303)
    state = read_params(State)
    release = _release(state)
    content: dict[str, Any] = {"release": release, "results": None, "evidence": None}
    if release is None:
        return _rendered(state, content)
    junction = state.junction
    if state.asks:
        content["results"] = sections.results(release, state)
        junction = junction or content["results"].junction
    if junction:
        content["evidence"] = sections.evidence(release, state, junction)
    visible = [section for section in (content["results"], content["evidence"]) if section]
    if not visible:
        content["examples"] = sections.examples(release, state)
    # One section that fails decides the status, although the other is still shown.
    status = next((section.status for section in visible if section.problem), 200)
    return _rendered(state, content, status=status)


@blueprint.get("/picture.css")
def picture_styles() -> Response:
    """The styles of the pictures in the page."""
    response = Response(stylesheet("auto"), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@blueprint.errorhandler(Exception)
def error_page(error: Exception) -> Response:
    """The page around an error that prevented every section."""
    problem = problem_details(error)
    return _rendered(_submitted_state(), {"problem": problem.members()}, status=problem.status)


def _submitted_state() -> State:
    """The state of the request, to show it again; an empty one if it cannot be read."""
    try:
        return from_form(request.args) or read_params(State)
    except (ValidationError, BadQuery):
        return State()


def _release(state: State) -> Release | None:
    """The release that the state names; without a name that of the first compilation, None if
    nothing is loaded.
    """
    compilations = current_index().catalog.compilations()
    name = state.compilation or (compilations[0].compilation if compilations else None)
    return None if name is None else find_release(name, state.release, state)


def _rendered(state: State, content: dict[str, Any], *, status: int = 200) -> Response:
    values: dict[str, Any] = {
        "release": None,
        "state": state,
        "compilations": _choices(),
        "matches": MEANINGS,
        "filterable": FILTERABLE,
        "operators": OPERATORS,
        "columns": CHOOSABLE,
        "classes": words.CLASSES,
        "name_prefix": name_prefix,
        "steps": words.NEXT_STEPS,
        "api": request.script_root + PREFIX,
        "version": version("snapshard"),
        **content,
    }
    release = values["release"]
    values["groups"] = (
        _or_empty(lambda: current_index().facts.of(release).groups) if release else ()
    )
    response = Response(render_template("page.html", **values), status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _choices() -> list[tuple[str, list[Release]]]:
    """The compilations, each with its releases, the current one first."""
    catalog = current_index().catalog
    releases = _or_empty(catalog.releases)
    choices = []
    for current in _or_empty(catalog.compilations):
        older = [
            release
            for release in releases
            if release.compilation == current.compilation and release.name != current.name
        ]
        choices.append((current.compilation, [current, *older]))
    return choices


def _or_empty(query: Callable[[], Any]) -> Any:
    """The result, or nothing while the catalog is unavailable: the page must still show the error."""
    try:
        return query()
    except (SnapshardError, ValidationError):
        return ()
