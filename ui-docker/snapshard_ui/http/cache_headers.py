"""How long browsers and proxies may cache a response, and which release it is about.

A release never changes. A response made of one release is therefore cached for ever under a URL
that names the release, and revalidated with its ETag under a URL that does not.
"""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version

from flask import Response, request

from snapshard.release import Release
from snapshard.wire import (
    JUNCTIONS_HEADER,
    MISSING_SHARDS_HEADER,
    PROVENANCE,
    ROWS_HEADER,
    TRUNCATED_HEADER,
    provenance_header,
)
from snapshard_ui.http.compression import preferred_encoding
from snapshard_ui.http.paths import encoded_path
from snapshard_ui.http.record import current_record

RENDERER = 2
"""Increased whenever the same rows are written as other bytes, so that ETags of cached responses
no longer match.
"""
_VERSION = version("snapshard")
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "public, no-cache"
_EXPOSED = ", ".join(
    (
        *("Content-Disposition", "Content-Location", "ETag", "Link", "RateLimit"),
        *("RateLimit-Policy", "Retry-After", "Server-Timing", "X-Request-ID"),
        *map(provenance_header, PROVENANCE),
        *(ROWS_HEADER, JUNCTIONS_HEADER, TRUNCATED_HEADER, MISSING_SHARDS_HEADER),
    )
)


def etag(releases: Sequence[Release], *parts: object) -> str:
    """A strong ETag: a hash of everything that decides the bytes of the response, without running
    the query.
    """
    # A release that is loaded again under its name has another time of creation.
    identities = [(release.schema, release.created) for release in releases]
    text = repr((identities, parts, RENDERER, _VERSION, preferred_encoding()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def not_modified(tag: str) -> Response | None:
    """A 304 response if the client has the response with this ETag; else None, and the ETag is
    noted for the response.
    """
    current_record().etag = tag
    tags = request.if_none_match
    # `*` matches whatever exists, which only the query itself can tell. Other tags compare weakly
    # (RFC 9110, section 13.1.2): a proxy that compresses a response weakens its tag.
    if tags.star_tag or not tags.contains_weak(tag):
        return None
    return Response(status=304)


def add_cache_headers(response: Response) -> Response:
    """Sets Cache-Control and ETag. Errors, partial responses and what repeats a client's data are never
    stored; a response about several releases is revalidated.
    """
    record = current_record()
    if response.status_code not in (200, 304) or record.partial or record.private:
        response.headers["Cache-Control"] = "no-store"
        return response
    if record.release is None:
        response.headers["Cache-Control"] = "no-cache"
        return response
    if record.etag is not None:
        response.set_etag(record.etag)
    immutable = record.versioned and record.lasting
    response.headers["Cache-Control"] = _IMMUTABLE if immutable else _REVALIDATE
    return response


def add_provenance_headers(response: Response) -> Response:
    """Names the release in headers, also for formats that cannot, and the permanent URL if there
    is one.
    """
    record = current_record()
    if record.release is not None and response.status_code in (200, 304):
        for name, value in record.release.provenance().items():
            header = provenance_header(name)
            response.headers[header] = _header_text(value)
        if record.lasting:
            response.headers["Content-Location"] = _permanent_url(record.release)
    return response


def _header_text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _permanent_url(release: Release) -> str:
    path = encoded_path()
    if not current_record().versioned:
        base = f"/compilations/{release.compilation}"
        path = path.replace(base, f"{base}/releases/{release.name}", 1)
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def allow_cross_origin(response: Response) -> Response:
    """Lets scripts of other sites, such as igv.js, read every response."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        response.headers["Access-Control-Allow-Headers"] = "*"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
