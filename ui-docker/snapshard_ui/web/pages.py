"""The web page: one URL per state, the API's own answers as HTML; the script only makes it quicker
to use.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from snapshard.errors import SnapshardError
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.match import MEANINGS
from snapshard.release import Release
from snapshard_ui.api.params import read_params
from snapshard_ui.api.routes import PREFIX, find_release
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.http import compress_response, problem_details
from snapshard_ui.runtime import current_index
from snapshard_ui.web import sections, words
from snapshard_ui.web.state import State, from_form

blueprint = Blueprint("pages", __name__)
blueprint.after_request(compress_response)
for _word in (words.number, words.share):
    blueprint.add_app_template_filter(_word)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@blueprint.get("/")
def page() -> AnyResponse:
    """The page: a search, its junctions, the evidence of one of them."""
    submitted = from_form(request.args)
    if submitted is not None:
        return redirect(submitted.url(), 303)
    state = read_params(State)
    release = _release(state)
    shown: dict[str, Any] = {"release": release, "results": None, "evidence": None}
    if release is None:
        return _rendered(state, shown)
    found: list[sections.Section] = []
    if state.asks:
        found.append(sections.results(release, state))
        shown["results"] = found[0]
    junction = state.junction or (found[0].junction if found else None)
    if junction:
        found.append(sections.evidence(release, state, junction))
        shown["evidence"] = found[-1]
    if not found:
        shown["examples"] = sections.examples(release, state)
    return _rendered(state, shown, status=next((one.status for one in found if one.problem), 200))


@blueprint.errorhandler(Exception)
def trouble(error: Exception) -> Response:
    """The page around an error that left nothing else to show."""
    problem = problem_details(error)
    return _rendered(_asked_or_nothing(), {"problem": problem.members()}, status=problem.status)


def _asked_or_nothing() -> State:
    """What was asked, to show it again; nothing if it cannot be read."""
    try:
        return from_form(request.args) or read_params(State)
    except ValidationError:
        return State()


def _release(state: State) -> Release | None:
    """The release that the state names; without a name the first there is, None if nothing is
    loaded.
    """
    known = current_index().catalog.compilations()
    name = state.compilation or (known[0].compilation if known else None)
    return None if name is None else find_release(name, state.release, state)


def _rendered(state: State, shown: dict[str, Any], *, status: int = 200) -> Response:
    values: dict[str, Any] = {
        "release": None,
        "state": state,
        "compilations": _choices(),
        "matches": MEANINGS,
        "filterable": FILTERABLE,
        "operators": OPERATORS,
        "columns": CHOOSABLE,
        "classes": words.CLASSES,
        "steps": words.NEXT_STEPS,
        "api": request.script_root + PREFIX,
        "version": version("snapshard"),
        **shown,
    }
    values["groups"] = (
        _or_nothing(lambda: current_index().facts.of(values["release"]).groups)
        if values["release"]
        else ()
    )
    response = Response(render_template("page.html", **values), status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _choices() -> list[tuple[str, list[Release]]]:
    """The compilations, each with its releases, the current one first."""
    catalog = current_index().catalog
    current = _or_nothing(catalog.compilations)
    older = _or_nothing(catalog.releases)
    return [
        (
            one.compilation,
            [
                one,
                *(
                    other
                    for other in older
                    if other.compilation == one.compilation and other.name != one.name
                ),
            ],
        )
        for one in current
    ]


def _or_nothing(ask: Callable[[], Any]) -> Any:
    """What the catalog says; nothing while it is away, since the page then still tells the error."""
    try:
        return ask()
    except (SnapshardError, ValidationError):
        return ()
