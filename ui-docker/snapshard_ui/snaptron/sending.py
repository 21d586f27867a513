"""How answers go out, and how the protocol says that one failed.

The original answers 200 to nearly everything; a failed answer ends in a line of text and a
connection that is closed without the last chunk. Clients rely on it: an error status would make one
of them retry for hours. An outage before the first byte is the exception: it is a 503, and a retry
is what is wanted.
"""

import errno
import logging
from collections.abc import Iterator
from contextlib import closing

from flask import Response, request

from snapshard.errors import QueryTimeout, ShardUnavailable, SnapshardError, TooBusy
from snapshard_ui.http import Pieces, compress_response, current_record, streamed
from snapshard_ui.snaptron.layouts import Heading

PLAIN = "text/plain"
"""The whole content type: a client refuses it with a charset behind it (quirk 3)."""
_OUTAGES = (ShardUnavailable, QueryTimeout, TooBusy)
_log = logging.getLogger(__name__)


class Torn(OSError):
    """Makes gunicorn close the connection without the last chunk, and without a word in its log."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the answer ends here, unfinished")


def send(pieces: Pieces, *, strict: bool = False) -> Response:
    """The answer, sent piece by piece. An error before the first piece is told as the request wants
    it: torn, or by its status.

    HEAD is answered when the first piece is there: with the status that GET has. Raises
    ShardUnavailable, QueryTimeout and TooBusy if they come before the first piece.
    """
    try:
        first = next(pieces, b"")
    except _OUTAGES:
        raise
    except SnapshardError as error:
        return (
            plain(_message(error), error.status)
            if strict
            else Response(_torn(error), content_type=PLAIN)
        )
    if request.method == "HEAD":
        pieces.close()
        return Response(iter(()), content_type=PLAIN)
    # nginx in front must neither hold pieces back nor finish what was torn off.
    return compress_response(
        Response(
            streamed(_counted(first, pieces)),
            headers={"X-Accel-Buffering": "no"},
            content_type=PLAIN,
        )
    )


def plain(text: str, status: int = 200) -> Response:
    """A short complete answer."""
    return Response(text, status, content_type=PLAIN)


def _counted(first: bytes, pieces: Pieces) -> Pieces:
    """The pieces that are not empty; their rows are counted in the request's record."""
    record = current_record()

    def count() -> Pieces:
        with closing(pieces):
            for piece in filter(None, _broken_off(first, pieces)):
                record.rows += 0 if isinstance(piece, Heading) else piece.count(b"\n")
                yield piece

    return count()


def _broken_off(first: bytes, pieces: Pieces) -> Iterator[bytes]:
    """The pieces; an error among them is told in a line, and then the answer is torn."""
    yield first
    try:
        yield from pieces
    except SnapshardError as error:
        yield from _torn(error)
    except OSError:
        raise
    except Exception:
        _log.exception("an answer of the Snaptron protocol broke off")
        raise Torn from None


def _torn(error: SnapshardError) -> Iterator[bytes]:
    yield Heading(_message(error).encode())
    raise Torn


def _message(error: SnapshardError) -> str:
    return f"ERROR: {' '.join(str(error).split())}\n"
