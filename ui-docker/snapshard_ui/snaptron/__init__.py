"""The Snaptron protocol: the paths of Snaptron, with responses that its clients cannot distinguish
from the original's. docs/snaptron.md describes the protocol.

Responses use the release that is published when the request arrives. Each endpoint parses the
request, checks that the release has such data, and streams the pieces of its module.
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
from snapshard_ui.http import Pieces, current_record, problem_response
from snapshard_ui.runtime import current_backend, current_index
from snapshard_ui.snaptron.annotations import transcript_pieces
from snapshard_ui.snaptron.bases import BaseEndpoint, base_pieces
from snapshard_ui.snaptron.query_text import ANNOTATION_PARAMETERS, parse_query
from snapshard_ui.snaptron.records import RowEndpoint, row_pieces
from snapshard_ui.snaptron.registry import registry_text
from snapshard_ui.snaptron.request_text import EmptyRequest, RequestText, read_request
from snapshard_ui.snaptron.responses import streamed_response, text_response
from snapshard_ui.snaptron.row_formats import ROW_FORMATS
from snapshard_ui.snaptron.samples import change_time, sample_pieces, whole_file
from snapshard_ui.snaptron.slashes import SingleSlashes

__all__ = ["METHODS", "blueprint"]

METHODS = ("GET", "HEAD", "POST", "PUT")
"""All but POST are treated like GET, as in the original."""

blueprint = Blueprint("snaptron", __name__)


@blueprint.record_once
def _wrap(state: BlueprintSetupState) -> None:
    # Flask redirects repeated slashes before a view can see them, so they go in front of it.
    if isinstance(state.app, Flask):
        state.app.wsgi_app = SingleSlashes(state.app.wsgi_app)  # type: ignore[method-assign]


@blueprint.errorhandler(EmptyRequest)
def _empty_request(error: EmptyRequest) -> Response:
    return text_response(error.message, 400)


@blueprint.errorhandler(NotFound)
def _not_found(error: NotFound) -> Response:
    """The original's response to an unknown path is empty. [1]"""
    return text_response("", error.status)


@blueprint.app_errorhandler(MethodNotAllowed)
def _method_not_allowed(error: MethodNotAllowed) -> Response:
    """Not found for unknown paths of a compilation, whatever the method; elsewhere 405."""
    is_protocol = request.method in METHODS and _is_compilation(request.path.split("/")[1])
    return text_response("", NotFound.status) if is_protocol else problem_response(error)


@blueprint.route("/<compilation>/")
@blueprint.route("/<compilation>/<path:path>")
def unknown_path(compilation: str, path: str = "") -> Response:
    """Any other path of a compilation."""
    if not _is_compilation(compilation):
        abort(404)
    raise NotFound("endpoint", path)


@blueprint.route("/snaptron/registry", methods=METHODS)
@blueprint.route("/snaptron/registry/<path:tail>", methods=METHODS)
def list_compilations(tail: str = "") -> Response:
    """All compilations with the fields of their samples."""
    index = current_index()
    facts = [index.facts.of(release) for release in index.catalog.compilations()]
    return Response(registry_text(facts), content_type="application/json")


@blueprint.route(
    "/<compilation>/<any(snaptron, genes, exons):endpoint>", methods=METHODS, strict_slashes=False
)
@blueprint.route(
    "/<compilation>/<any(snaptron, genes, exons):endpoint>/<path:tail>", methods=METHODS
)
def rows(compilation: str, endpoint: str, tail: str = "") -> Response:
    """Junctions, genes or exons."""
    text, row_format = read_request(tail), ROW_FORMATS[endpoint]
    facts = _facts(compilation)
    _check_has(facts.release, row_format.kind, endpoint)
    row_endpoint = RowEndpoint(
        current_index(), facts, row_format, _base_url(compilation), _export_slot()
    )
    responses = (
        row_pieces(row_endpoint, query, datatypes=text.is_json) for query in text.queries()
    )
    return streamed_response(_joined(responses), strict=text.strict)


@blueprint.route("/<compilation>/bases", methods=METHODS, strict_slashes=False)
@blueprint.route("/<compilation>/bases/<path:tail>", methods=METHODS)
def base_coverage(compilation: str, tail: str = "") -> Response:
    """Base coverage."""
    text = read_request(tail)
    facts = _facts(compilation)
    _check_has(facts.release, BASE.name, "bases")
    endpoint = BaseEndpoint(
        current_index(), facts, facts.base_columns, _base_url(compilation), _export_slot()
    )
    responses = (base_pieces(endpoint, query) for query in text.queries())
    return streamed_response(_joined(responses), strict=text.strict)


@blueprint.route("/<compilation>/samples", methods=METHODS, strict_slashes=False)
@blueprint.route("/<compilation>/samples/<path:tail>", methods=METHODS)
def sample_metadata(compilation: str, tail: str = "") -> Response:
    """Samples."""
    text = read_request(tail)
    facts = _facts(compilation)
    if not facts.types:
        raise NotFound("endpoint samples of", compilation)
    if "all=1" in text.text:
        return streamed_response(_joined(iter([whole_file(facts)])))
    if "check_for_update=1" in text.text:
        # The facts are cached, so their release may have been published again since.
        return text_response(change_time(current_index().catalog.release(compilation)))
    return streamed_response(_first_samples(facts, text), strict=text.strict)


@blueprint.route("/<compilation>/annotations", methods=METHODS, strict_slashes=False)
@blueprint.route("/<compilation>/annotations/<path:tail>", methods=METHODS)
def transcript_models(compilation: str, tail: str = "") -> Response:
    """Transcripts."""
    text = read_request(tail)
    facts = _facts(compilation)
    if facts.transcripts is None:
        raise NotFound("endpoint annotations of", compilation)
    return streamed_response(_transcripts(facts, text), strict=text.strict)


def _is_compilation(name: str) -> bool:
    return any(release.compilation == name for release in current_index().catalog.compilations())


def _facts(compilation: str) -> ReleaseFacts:
    release = current_index().catalog.release(compilation)
    current_record().compilation = release.compilation
    return current_index().facts.of(release)


def _check_has(release: Release, kind: str, endpoint: str) -> None:
    if not any(kind in interval.content for interval in release.intervals):
        raise NotFound(f"endpoint {endpoint} of", release.compilation)


def _base_url(compilation: str) -> str:
    return f"{request.url_root}{compilation}/"


def _export_slot() -> Slot:
    """An export slot that waits for a free one as long as an interactive response may take."""
    backend = current_backend()
    return partial(backend.export_slot, wait=backend.settings.read_seconds)


def _joined(responses: Iterator[Iterator[bytes]]) -> Pieces:
    for pieces in responses:
        yield from pieces


# The next two are generators, because errors of a query must occur while the response is streamed:
# there they become an ERROR line or, if the request is strict, a status.


def _first_samples(facts: ReleaseFacts, text: RequestText) -> Pieces:
    """The response to the first query; the original ignores further JSON clauses, too."""
    yield from sample_pieces(current_index(), facts, next(text.queries()))


def _transcripts(facts: ReleaseFacts, text: RequestText) -> Pieces:
    if text.is_json:
        raise BadQuery(
            "fields", text.text[:100], "a query string: regions, contains, either, exact, limit"
        )
    transcripts = facts.transcripts
    if transcripts is not None:
        query = parse_query(text.text, allowed=ANNOTATION_PARAMETERS)
        yield from transcript_pieces(query, facts.symbols, transcripts)
