"""Trailers: headers that are known only after the last byte of a response (RFC 9110, section 6.5),
for clients that send `TE: trailers`.

A chunked response ends with an empty chunk, then the trailers, then an empty line. Gunicorn (27.0)
writes the empty chunk and the empty line in one step, in the `close` of its response object, and
offers no hook between them. For a response with trailers we replace that method of the one object
(`sender.close = ...`); its class and all other responses stay as they are. What must hold:

- The sender is reached through `start_response`, which is one of its methods. Under any other
  server it is not found, nothing is announced, and responses go out without trailers.
- `fields` is filled before the iteration over the response ends; `close` runs after it.
- Only chunked responses have trailers: one to HEAD, or with a length, is closed as usual.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Response, request
from gunicorn.http.wsgi import Response as Sender
from werkzeug.wsgi import ClosingIterator

_FIELDS = "snapshard.trailers"
"""Key of the trailers in a request's environment; absent if the client accepts none."""
DIGEST = "Content-Digest"
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Trailers:
    """A WSGI middleware that sends the trailers that a response announces. The digest (RFC 9530) is
    of the bytes sent, compressed as they are.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        sender = getattr(start_response, "__self__", None)
        if not isinstance(sender, Sender) or not _accepts_trailers(environ):
            return self._application(environ, start_response)
        fields: dict[str, str] = {}
        environ[_FIELDS] = fields
        pieces = self._application(environ, start_response)
        if not any(name == "Trailer" for name, _ in sender.headers):
            return pieces
        sender.close = lambda: _end(sender, fields)
        return ClosingIterator(_digested(pieces, fields), getattr(pieces, "close", None))


def current_trailers() -> dict[str, str]:
    """The trailers of the response in progress, to be filled before its end; sent only if they are
    announced.
    """
    fields: dict[str, str] = request.environ.get(_FIELDS, {})
    return fields


def announce(response: Response, *names: str) -> None:
    """Announces the digest and these trailers in the response's headers, if the client accepts
    trailers.
    """
    if _FIELDS in request.environ:
        response.headers["Trailer"] = ", ".join((DIGEST, *names))


def _accepts_trailers(environ: Environ) -> bool:
    codings = environ.get("HTTP_TE", "").split(",")
    names = {coding.partition(";")[0].strip().lower() for coding in codings}
    return "trailers" in names and environ["SERVER_PROTOCOL"] == "HTTP/1.1"


def _digested(pieces: Iterable[bytes], fields: dict[str, str]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    fields[DIGEST] = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"


def _end(sender: Sender, fields: dict[str, str]) -> None:
    if not sender.chunked:
        Sender.close(sender)
        return
    # A response without any bytes has not sent its headers yet.
    sender.send_headers()
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    sender.sock.sendall(f"0\r\n{lines}\r\n".encode("ascii"))
