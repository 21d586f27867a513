"""Files of which clients read parts: byte ranges (RFC 9110, section 14)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

from flask import Response, request

from snapshard_ui.http import Pieces, not_modified, streamed
from snapshard_ui.runtime import current_backend

_LARGE = 1 << 20
"""Bytes of a response above which it takes an export slot: its client may read slowly."""


@dataclass(frozen=True)
class ServedFile:
    """A file as clients get it; `read` returns the bytes from a start to a stop that is excluded."""

    size: int
    etag: str
    media_type: str
    read: Callable[[int, int], Iterator[bytes]]


def file_response(file: ServedFile) -> Response:
    """The file, or the part that the request names: 200 or 206; 304 if the client has the file, 416
    for a part that the file does not have. Several ranges in one request are answered with all of
    the file, as is a range of another version of the file (If-Range).

    Raises TooBusy if no slot for a large part is free in time.
    """
    response = not_modified(file.etag) or _part(file)
    response.set_etag(file.etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "public, no-cache"
    # igv.js reads such files from pages of other sites.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Range, ETag"
    return response


def _part(file: ServedFile) -> Response:
    start, stop, status = 0, file.size, 200
    byte_range = request.range if _is_of_this_version(file) else None
    if byte_range is not None and byte_range.units == "bytes" and len(byte_range.ranges) == 1:
        bounds = byte_range.range_for_length(file.size)
        if bounds is None:
            return Response(status=416, headers={"Content-Range": f"bytes */{file.size}"})
        (start, stop), status = bounds, 206
    response = Response(status=status, mimetype=file.media_type)
    with ExitStack() as slot:
        if stop - start > _LARGE and request.method != "HEAD":
            # Taken before anything is read, and given back if the first read fails.
            backend = current_backend()
            slot.callback(backend.take_export_slot(wait=backend.settings.read_seconds))
            # nginx would otherwise read all of it ahead of a slow client.
            response.headers["X-Accel-Buffering"] = "no"
        response.response = _body(file, start, stop)
        response.call_on_close(slot.pop_all().close)
    response.headers["Content-Length"] = str(stop - start)
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    return response


def _is_of_this_version(file: ServedFile) -> bool:
    """Whether a range means this version: If-Range is absent, or has this very ETag."""
    if "If-Range" not in request.headers:
        return True
    etag = request.if_range.etag
    # A weak tag is not enough to put parts together; werkzeug's parser drops the W/.
    return etag == file.etag and not request.headers["If-Range"].startswith("W/")


def _body(file: ServedFile, start: int, stop: int) -> Iterator[bytes]:
    if request.method == "HEAD" or start == stop:
        return iter(())
    pieces = _started(file.read(start, stop))
    return streamed(pieces)


def _started(pieces: Iterator[bytes]) -> Pieces:
    """The pieces, of which the first is made now: an outage must be reported by the status."""
    first = next(pieces, b"")

    def all_pieces() -> Pieces:
        with closing(pieces):  # type: ignore[type-var]  # files are read by generators
            yield first
            yield from pieces

    return all_pieces()
