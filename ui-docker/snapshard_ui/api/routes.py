"""Decorators that register views: they check the parameters, find the release and answer from the
client's cache if they can. OPERATIONS lists every view, for the OpenAPI document.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response
from pydantic import BaseModel

from snapshard.index import Index
from snapshard.release import Release
from snapshard_ui.api.negotiation import negotiated_format
from snapshard_ui.api.params import NoParams, Params, check_text, read_body, read_params
from snapshard_ui.api.tokens import release_name
from snapshard_ui.http import (
    add_cache_headers,
    add_provenance_headers,
    allow_cross_origin,
    compress_response,
    current_record,
    etag,
    not_modified,
)
from snapshard_ui.render import FORMATS, Format
from snapshard_ui.runtime import current_index

PREFIX = "/api/v1"
api = Blueprint("api", __name__, url_prefix=PREFIX)
root = Blueprint("root", __name__)
# Flask calls these in reverse order: the last one first.
for _add_headers in (
    allow_cross_origin,
    add_provenance_headers,
    add_cache_headers,
    compress_response,
):
    api.after_request(_add_headers)
    root.after_request(_add_headers)

P = TypeVar("P", bound=Params)
View = Callable[..., Response]
BASES = ("/compilations/<compilation>", "/compilations/<compilation>/releases/<release>")


@dataclass(frozen=True)
class Operation:
    """An operation of the API, as the OpenAPI document describes it."""

    view: View
    method: str
    paths: tuple[str, ...]
    params: type[Params]
    model: type[BaseModel]
    formats: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    is_upload: bool = False
    """Whether the body is a file of text, and the response its lines with more columns."""
    also: tuple[int, ...] = ()
    media_type: str = "application/json"
    """The media type of a response of the first format, or of the only one."""
    other_media_types: tuple[str, ...] = ()
    """Media types of the response to some values of the parameters."""


OPERATIONS: list[Operation] = []


@dataclass(frozen=True)
class ReleaseRequest(Generic[P]):
    """A checked request about a release; `others` are the current releases of the other
    compilations that it names.
    """

    index: Index
    release: Release
    params: P
    format: Format
    others: tuple[Release, ...] = ()


def on_api(
    path: str, *, model: type[BaseModel], params: type[Params] = NoParams
) -> Callable[[View], View]:
    """Registers a view about the whole service; it gets the checked parameters."""

    def register(view: View) -> View:
        @wraps(view)
        def respond(**values: Any) -> Response:
            return view(read_params(params), **values)

        api.add_url_rule(path, view.__name__, respond)
        OPERATIONS.append(Operation(view, "get", (path,), params, model))
        return view

    return register


def on_release(
    path: str,
    *,
    model: type[BaseModel],
    params: type[Params] = NoParams,
    formats: tuple[str, ...] = (),
    also: tuple[int, ...] = (),
    media_type: str = "application/json",
    other_media_types: tuple[str, ...] = (),
    changing: Callable[[Release], object] = lambda _: None,
) -> Callable[[View], View]:
    """Registers a view about a release; it gets a ReleaseRequest. A view with formats is registered
    under the path with a suffix, too; another media type than JSON is that of a picture.

    `also` lists statuses that it may respond with beside the usual ones. `changing` returns what
    the response reports of the release that can still change, such as its state.
    """

    def register(view: View) -> View:
        @wraps(view)
        def respond(
            compilation: str, release: str | None = None, suffix: str | None = None, **values: Any
        ) -> Response:
            # Parts of the path reach the database like parameters do.
            for name, value in values.items():
                check_text(name, value)
            checked = read_params(params)
            form = FORMATS["json"]
            if formats:
                form = negotiated_format(checked.format_name, suffix, among=formats)
            request = _release_request(compilation, release, checked, form)
            state = changing(request.release)
            current_record().lasting = state is None and not request.others
            # The tag is computed before the query, so that a client with the response costs none.
            releases = (request.release, *request.others)
            text = checked.model_dump_json()
            tag = etag(releases, view.__name__, form.name, text, values, state)
            return not_modified(tag) or view(request, **values)

        paths = _add_rules(path, view.__name__, respond)
        if formats:
            _add_rules(path + ".<suffix>", view.__name__ + "_suffix", respond)
        OPERATIONS.append(
            Operation(
                view,
                "get",
                paths,
                params,
                model,
                formats,
                also=also,
                media_type=media_type,
                other_media_types=other_media_types,
            )
        )
        return view

    return register


def posted(path: str, *, body: type[Params], model: type[BaseModel]) -> Callable[[View], View]:
    """Registers a view about a release that reads a JSON body; it changes nothing, so that the
    request can be repeated.
    """

    def register(view: View) -> View:
        @wraps(view)
        def respond(compilation: str, release: str | None = None) -> Response:
            # Parameters belong in the body; one in the query string would have no effect.
            read_params(NoParams)
            url_release = find_release(compilation, release, NoParams())
            request = ReleaseRequest(current_index(), url_release, read_body(body), FORMATS["json"])
            return view(request)

        paths = _add_rules(path, view.__name__, respond, method="POST")
        OPERATIONS.append(Operation(view, "post", paths, NoParams, model, body=body))
        return view

    return register


def uploaded(
    path: str, *, params: type[Params], model: type[BaseModel], also: tuple[int, ...] = ()
) -> Callable[[View], View]:
    """Registers a view about a release that reads a file from the body; its parameters are in the
    query string. Nothing may store the response, which repeats the file.
    """

    def register(view: View) -> View:
        @wraps(view)
        def respond(compilation: str, release: str | None = None) -> Response:
            checked = read_params(params)
            current_record().private = True
            request = ReleaseRequest(
                current_index(),
                find_release(compilation, release, checked),
                checked,
                FORMATS["tsv"],
            )
            return view(request)

        paths = _add_rules(path, view.__name__, respond, method="POST")
        OPERATIONS.append(Operation(view, "post", paths, params, model, is_upload=True, also=also))
        return view

    return register


def _add_rules(path: str, name: str, respond: View, *, method: str = "GET") -> tuple[str, ...]:
    """Registers the path below the compilation and below its release, and returns both."""
    paths = tuple(base + path for base in BASES)
    for number, rule in enumerate(paths):
        api.add_url_rule(rule, f"{name}{number}", respond, methods=[method])
    return paths


def find_release(compilation: str, release: str | None, params: Params) -> Release:
    """The release that the URL names, or to which the page token is bound; noted for the headers of
    the response.
    """
    name = release_name(params.page_token, compilation, release)
    record = current_record()
    record.release = current_index().catalog.release(compilation, name)
    record.compilation = record.release.compilation
    record.versioned = release is not None
    return record.release


def _release_request(
    compilation: str, release: str | None, params: P, form: Format
) -> ReleaseRequest[P]:
    index = current_index()
    url_release = find_release(compilation, release, params)
    # Looked up once, so that the ETag is of exactly the releases that are read.
    others = tuple(index.catalog.release(name) for name in params.other_compilations)
    return ReleaseRequest(index, url_release, params, form, others)
