"""Errors as RFC 9457 problem details: one shape, written by one handler."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response
from gunicorn.http.errors import ParseException
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from snapshard.errors import (
    Ambiguous,
    BadQuery,
    NotFound,
    QueryTimeout,
    ShardUnavailable,
    SnapshardError,
    TooBusy,
)
from snapshard.faults import expected_value, quoted_value
from snapshard_ui.http.paths import encoded_path
from snapshard_ui.http.record import current_record
from snapshard_ui.runtime import current_backend

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
TITLES = {
    300: "The name is ambiguous; choose one",
    400: "Invalid request",
    404: "Not found",
    405: "Method not allowed (see Allow)",
    406: "No acceptable format",
    413: "Request too large",
    429: "Too many concurrent requests of this kind",
    500: "Internal server error",
    501: "A package is not installed on the server",
    503: "Shard unavailable",
    504: "Query timed out",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProblemDetails:
    """An error as its response reports it."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further members: errors, choices or shards."""

    def members(self) -> dict[str, Any]:
        """The members of the JSON document."""
        return {
            "type": "about:blank",
            "title": TITLES.get(self.status, "The request failed"),
            "status": self.status,
            "detail": self.detail,
            "instance": encoded_path(),
            "request_id": current_record().request_id,
            **self.extra,
        }


def install(app: Flask) -> None:
    """Registers the one handler for every error; redirects, which Flask makes itself, get no host."""
    app.register_error_handler(Exception, problem_response)
    app.after_request(_remove_host)


def problem_response(error: Exception) -> Response:
    """The response to an error; 429 and 503 report when to retry."""
    problem = problem_details(error)
    body = orjson.dumps(problem.members())
    response = Response(body, problem.status, dict(problem.headers), mimetype=MEDIA_TYPE)
    if problem.status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, TooBusy):
        response.headers.update(current_backend().limit_headers(error.limit, retry=RETRY_SECONDS))
    return response


def problem_details(error: Exception) -> ProblemDetails:
    """The details of an error of ours, of Flask or of pydantic; any other is a 500, and is logged
    with its traceback.
    """
    if isinstance(error, HTTPException):
        return ProblemDetails(
            error.code or 500, error.description or error.name, headers=_headers(error)
        )
    if isinstance(error, ValidationError):
        errors = _invalid_values(error)
        sentences = [
            f"{entry['parameter']}: expected {entry['expected']}, got {entry['came']}"
            for entry in errors
        ]
        return ProblemDetails(400, "; ".join(sentences), extra={"errors": errors})
    if isinstance(error, SnapshardError) and error.status != 500:
        return ProblemDetails(error.status, str(error), extra=_extra(error))
    if isinstance(error, ParseException):
        # The parser reads the chunks of a body when the view asks for it.
        return ProblemDetails(400, f"body: expected valid chunks, got {str(error)!r}")
    request_id = current_record().request_id
    _log.error("request %s failed", request_id, exc_info=error)
    # The message of an unexpected error may quote data or addresses: it goes to the log only.
    return ProblemDetails(500, f"the server's log has the details under request {request_id}")


def _headers(error: HTTPException) -> dict[str, str]:
    """Headers that belong to the status, such as Allow; those of the body are ours."""
    return {
        name: value
        for name, value in error.get_headers()
        if name.lower() not in ("content-type", "content-length")
    }


def _remove_host(response: Response) -> Response:
    """The response, redirecting to a path: a host would be the one that the client sent (Host header)."""
    parts = urlsplit(response.headers.get("Location", ""))
    # With an empty Host header the URL has a scheme, but no host.
    if parts.scheme or parts.netloc:
        # Two slashes at the start would begin with a host again.
        path = "/" + parts.path.lstrip("/")
        response.headers["Location"] = f"{path}?{parts.query}" if parts.query else path
    return response


def _invalid_values(error: ValidationError) -> list[dict[str, str]]:
    return [
        {
            "parameter": ".".join(map(str, fault["loc"])) or "body",
            "came": quoted_value(fault),
            "expected": expected_value(fault),
        }
        for fault in error.errors(include_url=False)
    ]


def _extra(error: SnapshardError) -> dict[str, Any]:
    if isinstance(error, BadQuery):
        value = repr(error.value)[:200]
        entry = {"parameter": error.parameter, "came": value, "expected": error.expected}
        return {"errors": [entry]}
    if isinstance(error, NotFound):
        return {"errors": [{"parameter": error.noun, "came": repr(error.name)[:200]}]}
    if isinstance(error, Ambiguous):
        return {"choices": error.choices}
    if isinstance(error, ShardUnavailable | QueryTimeout):
        return {"shards": [error.shard]}
    return {}
