"""Names in paths: a name with a slash is one part of its path.

A client writes the slash of `N/A-1` as %2F. WSGI decodes a path before it is divided at slashes, so
that the name would fall apart. `WholeNames` therefore decodes the path itself, part by part, and
puts a stand-in for every slash inside a part; `restore_slashes` puts them back when the route is
found. What must hold:

- No name contains the stand-in: it is a code point that Unicode reserves for such uses.
- The path as it was sent must be in the environment (gunicorn's RAW_URI); without it, and if
  another middleware has changed the path, nothing is done.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask import Flask, request

_RAW = "RAW_URI"
_STAND_IN = "\ufdd0"
_STAND_IN_BYTES = _STAND_IN.encode()
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class WholeNames:
    """A WSGI middleware that keeps names with slashes in one part of the path."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = _sent_path(environ)
        if b"%2f" in path.lower():
            parts = [unquote_to_bytes(part) for part in path.split(b"/")]
            # WSGI passes bytes as latin-1 text.
            if b"/".join(parts).decode("latin-1") == environ.get("PATH_INFO"):
                joined_path = b"/".join([part.replace(b"/", _STAND_IN_BYTES) for part in parts])
                environ["PATH_INFO"] = joined_path.decode("latin-1")
        return self._application(environ, start_response)


def install(app: Flask) -> None:
    """Keeps names with slashes whole in every path of the application."""
    app.wsgi_app = WholeNames(app.wsgi_app)  # type: ignore[method-assign]
    app.url_value_preprocessor(_restore_slashes)


def encoded_path() -> str:
    """The path of the request, percent-encoded, so that a header or a document can contain it: only
    printable ASCII, with names as one part each.
    """
    path = request.script_root + request.path
    return "/".join([_encoded(part.replace(_STAND_IN, "/")) for part in path.split("/")])


def _encoded(part: str) -> str:
    # Readers of a URL take a part `..` for the folder above.
    return part.replace(".", "%2E") if part in (".", "..") else quote(part, safe=":+@,;=*'()!$&")


def _sent_path(environ: Environ) -> bytes:
    """The path below the application as the client sent it; empty if it is not known."""
    path = str(environ.get(_RAW, "")).partition("?")[0]
    return path.removeprefix(environ.get("SCRIPT_NAME", "")).encode("latin-1", "replace")


def _restore_slashes(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Puts the slashes back into the parts of the path that the view gets, in place."""
    if values is not None:
        values |= {
            name: value.replace(_STAND_IN, "/")
            for name, value in values.items()
            if isinstance(value, str)
        }
