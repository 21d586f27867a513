"""What browsers and proxies may keep: a release never changes, so what is made of it alone never
does under its URL.
"""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version

from flask import Response, g, request

from snapshard.release import Release
from snapshard_ui.http.compression import wanted_encoding
from snapshard_ui.render.formats import RENDERER

_VERSION = version("snapshard")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
_EXPOSED = (
    "Content-Disposition, Content-Location, ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Server-Timing, X-Request-ID,"
    " Snapshard-Compilation, Snapshard-Release, Snapshard-Assembly, Snapshard-Coordinate-System, Snapshard-Sample-Count,"
    " Snapshard-Simulated, Snapshard-Rows, Snapshard-Truncated, Snapshard-Missing-Shards"
)


def etag(releases: Sequence[Release], *parts: object) -> str:
    """A strong tag of an answer: the releases that are read for it, question, format, renderer and
    encoding.
    """
    read = [(release.schema, release.created) for release in releases]
    question = repr((read, parts, RENDERER, _VERSION, wanted_encoding()))
    return hashlib.sha256(question.encode()).hexdigest()[:32]


def known_to_client(tag: str) -> Response | None:
    """The answer to a client that has this one already."""
    g.etag = tag
    return Response(status=304) if tag in request.if_none_match else None


def cache_headers(response: Response) -> Response:
    """Says how long an answer may be kept: one of more than a release is asked again; errors and
    partial answers not at all.
    """
    release: Release | None = g.get("release")
    if response.status_code not in (200, 304) or g.get("partial"):
        response.headers["Cache-Control"] = "no-store"
        return response
    if release is None:
        response.headers["Cache-Control"] = "no-cache"
        return response
    if "etag" in g:
        response.set_etag(g.etag)
    response.headers["Cache-Control"] = (
        _FOR_EVER if g.versioned and g.get("lasting", True) else _ASK_AGAIN
    )
    return response


def provenance_headers(response: Response) -> Response:
    """What the answer is of, also for formats that cannot say it; and the URL under which it will
    never change, if any.
    """
    release: Release | None = g.get("release")
    if release is not None and response.status_code in (200, 304):
        for name, value in release.provenance().items():
            text = (
                ""
                if value is None
                else str(value).lower()
                if isinstance(value, bool)
                else str(value)
            )
            response.headers["Snapshard-" + name.title().replace("_", "-")] = text
        if g.get("lasting", True):
            response.headers["Content-Location"] = _versioned_url(release)
    return response


def _versioned_url(release: Release) -> str:
    path = request.script_root + request.path
    if not g.versioned:
        base = f"/compilations/{release.compilation}"
        path = path.replace(base, f"{base}/releases/{release.name}", 1)
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def cross_origin(response: Response) -> Response:
    """Pages elsewhere, such as igv.js, may read every answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        response.headers["Access-Control-Allow-Headers"] = "*"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
