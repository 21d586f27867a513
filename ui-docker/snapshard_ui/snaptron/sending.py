"""How answers go out, and how the protocol says that one failed.

The original answers 200 to nearly everything; a failed answer ends in a line of text and a connection that is closed without the
last chunk. Clients rely on it: an error status would make one of them retry for hours. An outage before the first byte is the
exception: it is a 503, and a retry is what is wanted.
"""

import errno
import logging
from collections.abc import Iterator

from flask import Response, request

from snapshard.errors import QueryTimeout, ShardUnavailable, SnapshardError

_PLAIN = "text/plain"
_log = logging.getLogger(__name__)


class Torn(OSError):
    """Makes gunicorn close the connection without the last chunk, and without a word in its log."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the answer ends here, unfinished")


def send(pieces: Iterator[bytes], *, strict: bool = False) -> Response:
    """The answer, sent piece by piece. An error before the first piece is told as the request wants it: torn, or by its status.

    Raises ShardUnavailable and QueryTimeout if they come before the first piece.
    """
    if request.method == "HEAD":
        return plain("")
    try:
        first = next(pieces, b"")
    except (ShardUnavailable, QueryTimeout):
        raise
    except SnapshardError as error:
        if strict:
            return plain(_message(error), error.status)
        return Response(_torn(error), content_type=_PLAIN)
    return Response(_body(first, pieces), content_type=_PLAIN)


def plain(text: str, status: int = 200) -> Response:
    """A short complete answer."""
    return Response(text, status, content_type=_PLAIN)


def _body(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        if first:
            yield first
        for piece in pieces:
            if piece:
                yield piece
    except SnapshardError as error:
        yield from _torn(error)
    except OSError:
        raise
    except Exception:
        _log.exception("an answer of the Snaptron protocol broke off")
        raise Torn from None
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def _torn(error: SnapshardError) -> Iterator[bytes]:
    yield _message(error).encode()
    raise Torn


def _message(error: SnapshardError) -> str:
    return f"ERROR: {' '.join(str(error).split())}\n"
