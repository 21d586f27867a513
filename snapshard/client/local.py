"""A data folder as a server: the transport comes from an installed entry point."""

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from snapshard.errors import MissingExtra

if TYPE_CHECKING:
    import httpx

ADDRESS = "http://local"
"""The base URL of requests in process; nothing listens there."""
_GROUP = "snapshard.folder"
"""The group of entry points with a function that opens a folder (see snapshard_ui/in_process.py)."""


def open_folder(folder: Path | None) -> "tuple[httpx.BaseTransport, Callable[[], None]]":
    """A transport to an application over a folder's shards, and the function that closes it.

    Without a folder, the shards are those that the environment's settings name. Raises MissingExtra
    with the pip line if the server's packages are not installed.
    """
    purpose = "reading a data folder without a server"
    backends = entry_points(group=_GROUP)
    # The base installation has no server package; the message then names the extra to install.
    if not backends:
        raise MissingExtra(purpose, "snapshard_ui", "embedded")
    try:
        open_with_backend = next(iter(backends)).load()
        transport, close = open_with_backend(folder)
    except ModuleNotFoundError as exc:
        raise MissingExtra(purpose, exc.name, "embedded") from exc
    return transport, close
