"""Errors as RFC 9457 problem details: one shape, written by one handler."""

import logging
import uuid
from typing import Any

import orjson
from flask import Flask, Response, g, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from snapshard.errors import (
    Ambiguous,
    BadQuery,
    NotFound,
    QueryTimeout,
    ShardUnavailable,
    SnapshardError,
)
from snapshard_ui.runtime.backend import backend

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
TITLES = {
    400: "The request cannot be understood",
    405: "The address does not take this method; Allow says which it takes",
    406: "No format that the client takes",
    413: "The request is too large",
    404: "There is no such thing here",
    300: "The name means several things; choose one",
    429: "Too many at once",
    503: "A shard is away",
    504: "The answer took too long",
    500: "Something broke in the server",
}
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Registers the one handler for every error."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """The response to an error of ours, of Flask or of pydantic; anything else is a 500, logged
    with its traceback.
    """
    if isinstance(error, HTTPException):
        return problem(
            error.code or 500, error.description or error.name, headers=dict(_headers(error))
        )
    if isinstance(error, ValidationError):
        return problem(
            400, "; ".join(one["detail"] for one in _invalid(error)), errors=_invalid(error)
        )
    if isinstance(error, SnapshardError) and error.status != 500:
        return problem(error.status, str(error), **_extra(error))
    identity = request_id()
    _log.error("request %s failed", identity, exc_info=error)
    return problem(500, f"the log has the details under request {identity}")


def problem(
    status: int, detail: str, *, headers: dict[str, str] | None = None, **extra: Any
) -> Response:
    """A problem document; 429 and 503 say when to come again."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": request_id(),
        **extra,
    }
    response = Response(orjson.dumps(body), status, headers, mimetype=MEDIA_TYPE)
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if status == 429:
        response.headers.update(backend().exports.headers(again=RETRY_SECONDS))
    return response


def request_id() -> str:
    """The id of the request that is answered now: the caller's own if it sent a usable one."""
    if "request_id" not in g:
        came = request.headers.get("X-Request-ID", "")
        usable = (
            0 < len(came) <= 100
            and came.isascii()
            and came.replace("-", "").replace("_", "").isalnum()
        )
        g.request_id = came if usable else uuid.uuid4().hex
    identity: str = g.request_id
    return identity


def _headers(error: HTTPException) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in error.get_headers()
        if name.lower() not in ("content-type", "content-length")
    ]


def _invalid(error: ValidationError) -> list[dict[str, str]]:
    found = []
    for one in error.errors(include_url=False):
        parameter = ".".join(str(part) for part in one["loc"])
        came = repr(one["input"])[:200]
        found.append(
            {
                "parameter": parameter,
                "came": came,
                "detail": f"{parameter}: {one['msg']}, got {came}",
            }
        )
    return found


def _extra(error: SnapshardError) -> dict[str, Any]:
    if isinstance(error, BadQuery):
        return {
            "errors": [
                {
                    "parameter": error.parameter,
                    "came": repr(error.came)[:200],
                    "expected": error.expected,
                }
            ]
        }
    if isinstance(error, NotFound):
        return {"errors": [{"parameter": error.noun, "came": repr(error.name)[:200]}]}
    if isinstance(error, Ambiguous):
        return {"choices": error.choices}
    if isinstance(error, ShardUnavailable | QueryTimeout):
        return {"shards": [error.shard]}
    return {}
