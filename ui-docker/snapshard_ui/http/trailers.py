"""Trailers: what is known of an answer only behind its last byte (RFC 9110, section 6.5), for
clients that send `TE: trailers`.

Gunicorn sends none over HTTP/1.1 (27.0), so the end of a chunked answer is written here in its
place.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Response, request
from gunicorn.http.wsgi import Response as Sender
from werkzeug.wsgi import ClosingIterator

_FIELDS = "snapshard.trailers"
"""Where in a request's environment its trailers are put; absent where they cannot be sent."""
DIGEST = "Content-Digest"
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Trailers:
    """An application whose announced answers end in trailers; the digest (RFC 9530) is of the bytes
    sent, packed as they are.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        sender = getattr(start_response, "__self__", None)
        if not isinstance(sender, Sender) or not _takes_trailers(environ):
            return self._application(environ, start_response)
        fields: dict[str, str] = {}
        environ[_FIELDS] = fields
        answer = self._application(environ, start_response)
        if not any(name == "Trailer" for name, _ in sender.headers):
            return answer
        sender.close = lambda: _end(sender, fields)
        return ClosingIterator(_digested(answer, fields), getattr(answer, "close", None))


def trailers() -> dict[str, str]:
    """The trailers of the answer to this request, to be filled before its end; sent if they are
    announced.
    """
    fields: dict[str, str] = request.environ.get(_FIELDS, {})
    return fields


def announce(response: Response, *names: str) -> None:
    """Says in the response's head which trailers will follow, beside the digest, where the client
    takes trailers.
    """
    if _FIELDS in request.environ:
        response.headers["Trailer"] = ", ".join((DIGEST, *names))


def _takes_trailers(environ: Environ) -> bool:
    wanted = {
        word.partition(";")[0].strip().lower() for word in environ.get("HTTP_TE", "").split(",")
    }
    return "trailers" in wanted and environ["SERVER_PROTOCOL"] == "HTTP/1.1"


def _digested(answer: Iterable[bytes], fields: dict[str, str]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in answer:
        digest.update(piece)
        yield piece
    fields[DIGEST] = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"


def _end(sender: Sender, fields: dict[str, str]) -> None:
    """The last chunk and the trailers; an answer that is not chunked, such as one to HEAD, ends as
    it would have.
    """
    if not sender.chunked:
        Sender.close(sender)
        return
    sender.send_headers()
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    sender.sock.sendall(f"0\r\n{lines}\r\n".encode("ascii"))
