"""A thread that starts the server of a folder again when it died.

Every user of a folder has one. All see a death within a quarter of a second; the lock of the folder
lets one of them start the server, and the others find it running.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from snapshard.connections.embedded.server import STOPPING, Server
from snapshard.connections.embedded.users import folder_lock
from snapshard.errors import SnapshardError

_LOOK_SECONDS = 0.25
_TRIES = 3
"""Starts that may fail in a row before the failure is reported."""
_PAUSE_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Healer:
    """Watches the server of a folder from `start` until `stop`."""

    def __init__(
        self, folder: Path, server: Server, on_failure: Callable[[SnapshardError], None]
    ) -> None:
        """`on_failure` is called with the reason, in the healer's thread, after several starts
        failed. The healer goes on trying.
        """
        self._folder = folder
        self._server = server
        self._on_failure = on_failure
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="healer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the watch. A start in progress is completed first."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        failures = 0
        while not self._stopped.wait(_LOOK_SECONDS if not failures else _PAUSE_SECONDS):
            if self._is_well():
                continue
            try:
                self._heal()
                failures = 0
            except (SnapshardError, OSError) as exc:
                failures += 1
                if failures == _TRIES:
                    self._on_failure(_failure(self._folder, exc))

    def _is_well(self) -> bool:
        postmaster = self._server.postmaster()
        return postmaster is not None and postmaster.status != STOPPING

    def _heal(self) -> None:
        with folder_lock(self._folder):
            # Another user may have started it meanwhile.
            if self._is_well():
                return
            _log.warning("the embedded PostgreSQL in %s ended; starting it again", self._folder)
            self._server.ensure_running()


def _failure(folder: Path, error: Exception) -> SnapshardError:
    return SnapshardError(
        f"the embedded PostgreSQL in {folder} ended and cannot be started again: {error}"
    )
