"""What a request works with: the index of this process, made when the first request needs it, which
is after the fork.
"""

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from flask import Flask, current_app

from snapshard.connections import ShardSource, running_shards
from snapshard.errors import TooBusy
from snapshard.index import Index
from snapshard.settings import Settings
from snapshard_ui.runtime.disconnects import Departures
from snapshard_ui.runtime.limits import Limit
from snapshard_ui.runtime.metrics import Metrics


@dataclass(frozen=True)
class _Made:
    """What a process has made for itself."""

    process: int
    index: Index
    stack: ExitStack


class Backend:
    """Settings, counters, the limit of exports and, per process, an index over the shards; close it
    at the end.
    """

    def __init__(self, settings: Settings, shards: ShardSource | None) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.departures = Departures()
        self._shards = shards
        self._lock = threading.Lock()
        self._made: _Made | None = None
        self.exports = Limit("exports", settings.exports)

    @property
    def index(self) -> Index:
        """The index of this process; connections do not survive a fork."""
        return self._current().index

    def close(self) -> None:
        """Closes the index, and lets go of an embedded server that it started."""
        with self._lock:
            if self._made is not None and self._made.process == os.getpid():
                self._made.stack.close()
            self._made = None

    def take_export_slot(self, *, wait: float = 0) -> Callable[[], None]:
        """One of the few exports that may run at once; gives what ends it. Raises TooBusy if none
        is free within `wait` s.
        """
        if not self.exports.take(wait):
            self.metrics.refused.inc()
            raise TooBusy(
                f"{self.settings.exports} exports are under way here; ask again in a few seconds"
            )
        self.metrics.exports.inc()
        return _once(self._end_export)

    def _end_export(self) -> None:
        self.metrics.exports.dec()
        self.exports.give_back()

    def _current(self) -> "_Made":
        with self._lock:
            if self._made is None or self._made.process != os.getpid():
                self._made = self._make()
            return self._made

    def _make(self) -> "_Made":
        stack = ExitStack()
        atexit.register(stack.close)
        shards = self._shards or stack.enter_context(running_shards(self.settings))
        index = Index(shards, self.settings)
        stack.callback(index.close)
        return _Made(os.getpid(), index, stack)


def _once(end: Callable[[], None]) -> Callable[[], None]:
    """Calls it the first time only: an answer may end in several ways, and in two of them at once."""
    lock = threading.Lock()

    def first_time() -> None:
        if lock.acquire(blocking=False):
            end()

    return first_time


def install(app: Flask, settings: Settings, shards: ShardSource | None) -> None:
    """Gives the application its backend."""
    app.extensions["snapshard"] = Backend(settings, shards)


def backend() -> Backend:
    """The backend of the application that answers now."""
    found: Backend = current_app.extensions["snapshard"]
    return found


def current_index() -> Index:
    """The index to ask."""
    return backend().index


def current_settings() -> Settings:
    """The settings in force."""
    return backend().settings
