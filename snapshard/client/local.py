"""A data folder without a server: the same application, asked in this process.

The one place of the library that imports the server, and only when a folder is opened.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx

from snapshard.client.errors import MissingExtra

ADDRESS = "http://local"
"""Where the application believes to be; nothing listens there."""


def open_folder(folder: Path | None) -> tuple[httpx.BaseTransport, Callable[[], None]]:
    """A transport into the application over this folder's shards, and what closes it; without one,
    over what the settings name.

    Starts the folder's embedded PostgreSQL or joins the one that runs. Raises MissingExtra with the
    pip line.
    """
    try:
        from snapshard.connections import running_shards
        from snapshard.settings import Settings
        from snapshard_ui import create_app

        settings = Settings.from_env()
        if folder is not None:
            settings = replace(settings, data=folder, shards=None)
        with ExitStack() as stack:
            shards = stack.enter_context(running_shards(settings))
            app = create_app(settings, shards)
            stack.callback(app.extensions["snapshard"].close)
            return httpx.WSGITransport(app=app, raise_app_exceptions=False), stack.pop_all().close
    except ModuleNotFoundError as exc:
        raise MissingExtra("reading a data folder without a server", exc.name, "embedded") from exc
