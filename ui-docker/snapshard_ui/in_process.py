"""The server's application, called in this process: how the Python client queries a data folder.

The client finds `open_folder` by the entry point `snapshard.folder`, so the library does not import
the server.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx

from snapshard.connections import running_shards
from snapshard.settings import Settings
from snapshard_ui import create_app

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def open_folder(folder: Path | None) -> tuple[httpx.BaseTransport, Callable[[], None]]:
    """A transport to the application over a folder's shards, and the function that closes it.

    Without a folder, the shards are those that the environment's settings name. The folder's
    embedded PostgreSQL is started, or joined if it runs.
    """
    settings = Settings.from_env()
    if folder is not None:
        settings = settings.on_folder(folder)
    with ExitStack() as stack:
        shards = stack.enter_context(running_shards(settings))
        app = create_app(settings, shards)
        stack.callback(app.extensions["snapshard"].close)
        return InProcess(app), stack.pop_all().close


class InProcess(httpx.BaseTransport):
    """A transport to an application in this process that gives it the path as gunicorn does."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's response."""
        target = request.url.raw_path.decode("ascii")

        def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            # httpx gives the path as text, but WSGI wants its bytes as latin-1 text.
            path = unquote_to_bytes(target.partition("?")[0]).decode("latin-1")
            environ |= {"PATH_INFO": path, "RAW_URI": target}
            return self._application(environ, start_response)

        transport = httpx.WSGITransport(application, raise_app_exceptions=False)
        return transport.handle_request(request)
