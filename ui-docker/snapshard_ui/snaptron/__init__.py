"""The Snaptron protocol: its paths, spoken so that its own clients cannot tell. docs/snaptron.md
describes it.
"""

from collections.abc import Iterator
from functools import partial

from flask import Blueprint, Flask, Response, abort, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import MethodNotAllowed

from snapshard.catalog import ReleaseFacts
from snapshard.errors import BadQuery, NotFound
from snapshard.index import Slot
from snapshard.release import Release
from snapshard.row_kinds import BASE
from snapshard_ui.http import Pieces, problem_response
from snapshard_ui.runtime import current_backend, current_index
from snapshard_ui.snaptron import annotations, bases, records, registry, samples
from snapshard_ui.snaptron.asked import ANNOTATION_PARAMETERS, parse
from snapshard_ui.snaptron.layouts import LAYOUTS
from snapshard_ui.snaptron.post import NothingAsked, Wanted, wanted
from snapshard_ui.snaptron.sending import plain, send
from snapshard_ui.snaptron.slashes import SingleSlashes

METHODS = ("GET", "HEAD", "POST", "PUT")
"""Others than POST are treated like GET, as the original does."""

blueprint = Blueprint("snaptron", __name__)


@blueprint.record_once
def _wrap(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        state.app.wsgi_app = SingleSlashes(state.app.wsgi_app)  # type: ignore[method-assign]


@blueprint.errorhandler(NothingAsked)
def _nothing_asked(error: NothingAsked) -> Response:
    return plain(error.message, 400)


@blueprint.errorhandler(NotFound)
def _not_there(error: NotFound) -> Response:
    """The original's answer to a path that it does not have is empty. [1]"""
    return plain("", error.status)


@blueprint.app_errorhandler(MethodNotAllowed)
def _no_such_path(error: MethodNotAllowed) -> Response:
    """What is not there beneath a compilation is not there for POST either; elsewhere the method is
    what is wrong.
    """
    known = request.method in METHODS and _is_compilation(request.path.split("/")[1])
    return plain("", NotFound.status) if known else problem_response(error)


@blueprint.route("/<compilation>/")
@blueprint.route("/<compilation>/<path:rest>")
def unknown_path(compilation: str, rest: str = "") -> Response:
    """Whatever else is asked beneath a compilation."""
    if not _is_compilation(compilation):
        abort(404)
    raise NotFound("endpoint", rest)


@blueprint.route("/snaptron/registry", methods=METHODS)
@blueprint.route("/snaptron/registry/<path:rest>", methods=METHODS)
def list_compilations(rest: str = "") -> Response:
    """Every compilation with the fields of its samples."""
    found = [
        current_index().facts.of(release) for release in current_index().catalog.compilations()
    ]
    return Response(registry.answer(found), content_type="application/json")


@blueprint.route(
    "/<compilation>/<any(snaptron, genes, exons):endpoint>", methods=METHODS, strict_slashes=False
)
@blueprint.route(
    "/<compilation>/<any(snaptron, genes, exons):endpoint>/<path:tail>", methods=METHODS
)
def rows(compilation: str, endpoint: str, tail: str = "") -> Response:
    """Junctions, genes or exons."""
    asked, layout = wanted(tail), LAYOUTS[endpoint]
    described = _described(compilation)
    _check_has(described.release, layout.kind, endpoint)
    desk = records.Desk(current_index(), described, layout, _base_url(compilation), _slot())
    queries = (records.answer(desk, one, datatypes=asked.is_json) for one in asked.queries())
    return send(_joined(queries), strict=asked.strict)


@blueprint.route("/<compilation>/bases", methods=METHODS, strict_slashes=False)
@blueprint.route("/<compilation>/bases/<path:tail>", methods=METHODS)
def base_coverage(compilation: str, tail: str = "") -> Response:
    """Base coverage."""
    asked = wanted(tail)
    described = _described(compilation)
    _check_has(described.release, BASE.name, "bases")
    desk = bases.BaseDesk(
        current_index(), described, described.base_columns, _base_url(compilation), _slot()
    )
    return send(_joined(bases.answer(desk, one) for one in asked.queries()), strict=asked.strict)


@blueprint.route("/<compilation>/samples", methods=METHODS, strict_slashes=False)
@blueprint.route("/<compilation>/samples/<path:tail>", methods=METHODS)
def sample_metadata(compilation: str, tail: str = "") -> Response:
    """Samples."""
    asked = wanted(tail)
    described = _described(compilation)
    if not described.types:
        raise NotFound("endpoint samples of", compilation)
    if "all=1" in asked.text:
        return send(_joined(iter([samples.whole_file(described)])))
    if "check_for_update=1" in asked.text:
        # What is kept of a release may be older than its last publication.
        return plain(samples.changed(current_index().catalog.release(compilation)))
    return send(_samples(described, asked), strict=asked.strict)


@blueprint.route("/<compilation>/annotations", methods=METHODS, strict_slashes=False)
@blueprint.route("/<compilation>/annotations/<path:tail>", methods=METHODS)
def transcript_models(compilation: str, tail: str = "") -> Response:
    """Transcripts."""
    asked = wanted(tail)
    described = _described(compilation)
    if described.transcripts is None:
        raise NotFound("endpoint annotations of", compilation)
    return send(_annotations(described, asked), strict=asked.strict)


def _is_compilation(name: str) -> bool:
    return any(release.compilation == name for release in current_index().catalog.compilations())


def _described(compilation: str) -> ReleaseFacts:
    return current_index().facts.of(current_index().catalog.release(compilation))


def _check_has(release: Release, kind: str, endpoint: str) -> None:
    if not any(kind in interval.content for interval in release.intervals):
        raise NotFound(f"endpoint {endpoint} of", release.compilation)


def _base_url(compilation: str) -> str:
    return f"{request.url_root}{compilation}/"


def _slot() -> Slot:
    """What takes one of the places for large answers, waiting for it as long as an interactive
    answer may take.
    """
    ours = current_backend()
    return partial(ours.export_slot, wait=ours.settings.read_seconds)


def _joined(answers: Iterator[Iterator[bytes]]) -> Pieces:
    for answer in answers:
        yield from answer


def _samples(described: ReleaseFacts, asked: Wanted) -> Pieces:
    """The answer to the first query; of JSON clauses, too, only the first counts."""
    yield from samples.answer(current_index(), described, next(asked.queries()))


def _annotations(described: ReleaseFacts, asked: Wanted) -> Pieces:
    if asked.is_json:
        raise BadQuery(
            "fields", asked.text[:100], "a query string: regions, contains, either, exact, limit"
        )
    transcripts = described.transcripts
    if transcripts is not None:
        parameters = parse(asked.text, allowed=ANNOTATION_PARAMETERS)
        yield from annotations.answer(parameters, described.symbols, transcripts)
