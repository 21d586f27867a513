"""Responses of the protocol, and its way to report errors. [2.3]

The original sends status 200 for nearly everything. A response that fails ends with a line that
starts with ERROR, and the connection is closed without the last chunk. Clients rely on both: an
error status would make one of them retry for hours, and without the missing chunk a truncated
response would look complete. An outage before the first byte is the exception. It is a 503 (or
429), because a retry is then the right reaction.

So the first piece must exist before the status is sent, and an error after it must end in
`Unfinished`, which no handler may turn into a complete response.
"""

import errno
import logging
from collections.abc import Iterator
from contextlib import closing

from flask import Response, request

from snapshard.errors import QueryTimeout, ShardUnavailable, SnapshardError, TooBusy
from snapshard_ui.http import Pieces, compress_response, current_record, streamed
from snapshard_ui.snaptron.row_formats import Heading

PLAIN = "text/plain"
"""The whole content type: one client refuses it if a charset follows (quirk 3)."""
_OUTAGES = (ShardUnavailable, QueryTimeout, TooBusy)
_log = logging.getLogger(__name__)


class Unfinished(OSError):
    """Ends a response without the last chunk.

    With this error number gunicorn closes the connection and logs nothing.
    """

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the response ends here, unfinished")


def streamed_response(pieces: Pieces, *, strict: bool = False) -> Response:
    """A response that sends each piece as soon as it exists.

    An error before the first piece has its HTTP status if `strict`; otherwise the response ends in
    an ERROR line. Raises ShardUnavailable, QueryTimeout and TooBusy if they occur before the first
    piece.
    """
    try:
        first = next(pieces, b"")
    except _OUTAGES:
        raise
    except SnapshardError as error:
        if strict:
            return text_response(_error_line(error), error.status)
        return Response(_end_unfinished(error), content_type=PLAIN)
    # HEAD waits for the first piece, too, so that it has the status of GET.
    if request.method == "HEAD":
        pieces.close()
        return Response(iter(()), content_type=PLAIN)
    # nginx must neither buffer pieces nor complete an unfinished response.
    return compress_response(
        Response(
            streamed(_counted_pieces(first, pieces)),
            headers={"X-Accel-Buffering": "no"},
            content_type=PLAIN,
        )
    )


def text_response(text: str, status: int = 200) -> Response:
    """A short complete response."""
    return Response(text, status, content_type=PLAIN)


def _counted_pieces(first: bytes, pieces: Pieces) -> Pieces:
    """The pieces that are not empty; their rows are counted in the request's record."""
    # The record belongs to the request, which is no longer current when the pieces are sent.
    record = current_record()

    def count() -> Pieces:
        with closing(pieces):
            for piece in filter(None, _with_error_line(first, pieces)):
                record.rows += 0 if isinstance(piece, Heading) else piece.count(b"\n")
                yield piece

    return count()


def _with_error_line(first: bytes, pieces: Pieces) -> Iterator[bytes]:
    """The pieces; if they end in an error, its line, and then the response stays unfinished."""
    yield first
    try:
        yield from pieces
    except SnapshardError as error:
        yield from _end_unfinished(error)
    except OSError:
        raise
    except Exception:
        _log.exception("a response of the Snaptron protocol failed")
        raise Unfinished from None


def _end_unfinished(error: SnapshardError) -> Iterator[bytes]:
    yield Heading(_error_line(error).encode())
    raise Unfinished


def _error_line(error: SnapshardError) -> str:
    return f"ERROR: {' '.join(str(error).split())}\n"
