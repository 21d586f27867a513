"""What every view of the page has in common: its blueprint, its layout and its headers."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for
from pydantic import ValidationError

from snapshard.errors import BadQuery, SnapshardError
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.match import MEANINGS
from snapshard.name import name_prefix
from snapshard.release import Release
from snapshard_ui.api import PREFIX, find_release, read_params
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.http import compress_response, problem_details
from snapshard_ui.pictures import figures, stylesheet
from snapshard_ui.runtime import current_index
from snapshard_ui.web import words
from snapshard_ui.web.state import State, from_form


class View(NamedTuple):
    """A view in the navigation: the name of its Flask endpoint, and its text."""

    endpoint: str
    name: str


VIEWS = (
    View("pages.page", "Search"),
    View("pages.compare", "Compare"),
    View("pages.samples_view", "Samples"),
    View("pages.annotate", "Annotate"),
    View("pages.about", "About"),
)
"""The views in the order of the navigation."""

blueprint = Blueprint("pages", __name__)
"""The routes of all views; each view module adds its own."""

blueprint.after_request(compress_response)
for _filter in (words.number, words.share, figures):
    blueprint.add_app_template_filter(_filter)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


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
    return view_response(
        "search.html", _submitted_state(), {"problem": problem.members()}, status=problem.status
    )


def _submitted_state() -> State:
    """The state of the request, to show it again; an empty one if it cannot be read."""
    try:
        return from_form(request.args) or read_params(State)
    except (ValidationError, BadQuery):
        return State()


def named_release(state: State) -> Release | None:
    """The release that the state names; without a name that of the first compilation, None if
    nothing is loaded.
    """
    compilations = current_index().catalog.compilations()
    name = state.compilation or (compilations[0].compilation if compilations else None)
    return None if name is None else find_release(name, state.release, state)


def permanent_url(endpoint: str, release: Release | None) -> str:
    """The URL of a view of one release, whichever is published later; empty without a release."""
    if release is None:
        return ""
    return url_for(endpoint, compilation=release.compilation, release=release.name)


def view_response(
    template: str, state: State, content: dict[str, Any], *, status: int = 200
) -> Response:
    """A view: its template, with the values of the layout and its own content."""
    values: dict[str, Any] = {
        "release": None,
        "state": state,
        "compilations": _choices(),
        "matches": MEANINGS,
        "filterable": FILTERABLE,
        "operators": OPERATORS,
        "columns": CHOOSABLE,
        "classes": words.CLASSES,
        "motifs": words.MOTIFS,
        "name_prefix": name_prefix,
        "steps": words.NEXT_STEPS,
        "api": request.script_root + PREFIX,
        "version": version("snapshard"),
        "views": VIEWS,
        **content,
    }
    release = values["release"]
    values["groups"] = (
        _or_empty(lambda: current_index().facts.of(release).groups) if release else ()
    )
    response = Response(render_template(template, **values), status, mimetype="text/html")
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
