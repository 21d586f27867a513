"""What a request asks: the index of this process, made when the first request needs it, which is after the fork."""

import atexit
import os
import threading
from contextlib import ExitStack

from flask import Flask, current_app

from snapshard.index import Index
from snapshard.settings import Settings
from snapshard.shards import ShardSource
from snapshard.topology import running_shards


class Backend:
    """Settings and, per process, an index over the shards; closed when the process ends."""

    def __init__(self, settings: Settings, shards: ShardSource | None) -> None:
        self.settings = settings
        self._shards = shards
        self._lock = threading.Lock()
        self._made: tuple[int, Index] | None = None

    @property
    def index(self) -> Index:
        """The index of this process; connections do not survive a fork."""
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._made = os.getpid(), self._make()
            return self._made[1]

    def _make(self) -> Index:
        stack = ExitStack()
        atexit.register(stack.close)
        shards = self._shards or stack.enter_context(running_shards(self.settings))
        index = Index(shards, self.settings)
        stack.callback(index.close)
        return index


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
