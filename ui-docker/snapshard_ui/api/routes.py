"""How a view comes to its URLs: parameters checked, release found, caches asked. The OpenAPI
document reads the same table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response
from pydantic import BaseModel

from snapshard.index import Index
from snapshard.release import Release
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
from snapshard_ui.render.formats import FORMATS, Format, chosen_format
from snapshard_ui.runtime import current_index

PREFIX = "/api/v1"
api = Blueprint("api", __name__, url_prefix=PREFIX)
root = Blueprint("root", __name__)
for _headers in (
    allow_cross_origin,
    add_provenance_headers,
    add_cache_headers,
    compress_response,
):
    api.after_request(_headers)
    root.after_request(_headers)

P = TypeVar("P", bound=Params)
View = Callable[..., Response]
BASES = ("/compilations/<compilation>", "/compilations/<compilation>/releases/<release>")


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked: what the OpenAPI document says of it."""

    view: View
    method: str
    paths: tuple[str, ...]
    params: type[Params]
    answer: type[BaseModel]
    formats: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    also: tuple[int, ...] = ()


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
    path: str, *, answer: type[BaseModel], params: type[Params] = NoParams
) -> Callable[[View], View]:
    """Registers a view of the whole service, which gets the checked parameters."""

    def register(view: View) -> View:
        @wraps(view)
        def respond(**values: Any) -> Response:
            return view(read_params(params), **values)

        api.add_url_rule(path, view.__name__, respond)
        OPERATIONS.append(Operation(view, "get", (path,), params, answer))
        return view

    return register


def on_release(
    path: str,
    *,
    answer: type[BaseModel],
    params: type[Params] = NoParams,
    formats: tuple[str, ...] = (),
    also: tuple[int, ...] = (),
    changing: Callable[[Release], object] = lambda _: None,
) -> Callable[[View], View]:
    """Registers a view about a release, which gets an ReleaseRequest; with formats also under the path with
    a suffix.

    `also` are statuses that it may have beside the usual ones. `changing` is what the answer says
    of the release that may be another tomorrow, such as its state.
    """

    def register(view: View) -> View:
        @wraps(view)
        def respond(
            compilation: str, release: str | None = None, suffix: str | None = None, **values: Any
        ) -> Response:
            for name, value in values.items():
                check_text(name, value)
            checked = read_params(params)
            form = (
                chosen_format(getattr(checked, "format", None), suffix, among=formats)
                if formats
                else FORMATS["json"]
            )
            asked = ReleaseRequest(
                current_index(),
                find_release(compilation, release, checked),
                checked,
                form,
                other_releases(checked),
            )
            told = changing(asked.release)
            current_record().lasting = told is None and not asked.others
            read = (asked.release, *asked.others)
            tag = etag(read, view.__name__, form.name, checked.model_dump_json(), values, told)
            return not_modified(tag) or view(asked, **values)

        paths = tuple(base + path for base in BASES)
        for suffixed in ["", ".<suffix>"] if formats else [""]:
            for number, rule in enumerate(paths):
                api.add_url_rule(
                    rule + suffixed, f"{view.__name__}{number}{suffixed and '_suffix'}", respond
                )
        OPERATIONS.append(Operation(view, "get", paths, params, answer, formats, also=also))
        return view

    return register


def posted(path: str, *, body: type[Params], answer: type[BaseModel]) -> Callable[[View], View]:
    """Registers a view about a release that reads a JSON body; it changes nothing, so it may be
    asked again.
    """

    def register(view: View) -> View:
        @wraps(view)
        def respond(compilation: str, release: str | None = None) -> Response:
            read_params(NoParams)
            found = find_release(compilation, release, NoParams())
            return view(ReleaseRequest(current_index(), found, read_body(body), FORMATS["json"]))

        paths = tuple(base + path for base in BASES)
        for number, rule in enumerate(paths):
            api.add_url_rule(rule, f"{view.__name__}{number}", respond, methods=["POST"])
        OPERATIONS.append(Operation(view, "post", paths, NoParams, answer, body=body))
        return view

    return register


def find_release(compilation: str, release: str | None, params: Params) -> Release:
    """The release that the URL names, or that the page before was of; noted for the headers of the
    answer.
    """
    name = release_name(getattr(params, "after", None), compilation, release)
    record = current_record()
    record.release = current_index().catalog.release(compilation, name)
    record.versioned = release is not None
    return record.release


def other_releases(params: Params) -> tuple[Release, ...]:
    """The current releases of the other compilations that a request names: found once, so that its
    tag is of what is read.
    """
    return tuple(current_index().catalog.release(name) for name in getattr(params, "other", ()))
