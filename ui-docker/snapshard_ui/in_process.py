"""The server's application over a data folder: how the Python client queries a folder in this process.

The client finds `open_folder` by the entry point `snapshard.folder`, so the library does not import
the server.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx

from snapshard.connections import running_shards
from snapshard.settings import Settings
from snapshard_ui import create_app
from snapshard_ui.http.in_process import InProcess


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
