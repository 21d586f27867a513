"""An application, called in this process as if over HTTP."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class InProcess(httpx.BaseTransport):
    """A transport to an application in this process that gives it the path as gunicorn does, and
    further members of the environment.
    """

    def __init__(self, application: Application, members: Mapping[str, Any] | None = None) -> None:
        self._application = application
        self._members = dict(members or {})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's response."""
        target = request.url.raw_path.decode("ascii")

        def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            # httpx gives the path as text, but WSGI wants its bytes as latin-1 text.
            path = unquote_to_bytes(target.partition("?")[0]).decode("latin-1")
            environ |= {**self._members, "PATH_INFO": path, "RAW_URI": target}
            return self._application(environ, start_response)

        transport = httpx.WSGITransport(application, raise_app_exceptions=False)
        return transport.handle_request(request)
