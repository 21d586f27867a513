"""The backend of an application: settings, counters, limits, and one index per process.

Connections and threads do not survive a fork, and gunicorn forks its workers after it has loaded
Python and, with `--preload`, the application. What must hold:

- Nothing is connected before the first request, which comes after the fork.
- A process uses only what it made itself. A child that inherits its parent's index makes another
  and leaves the inherited one alone: closing it would end the parent's connections.
"""

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from flask import Flask, current_app

from snapshard.connections import ShardSource, running_shards
from snapshard.errors import TooBusy
from snapshard.index import Index
from snapshard.settings import Settings
from snapshard_ui.runtime.bulk_channel import leave_to_bulk_worker
from snapshard_ui.runtime.disconnects import DisconnectMonitor
from snapshard_ui.runtime.limits import Limit
from snapshard_ui.runtime.metrics import Metrics

_EXTENSION = "snapshard"


@dataclass(frozen=True)
class _ProcessResources:
    """The resources that one process made for itself."""

    process: int
    index: Index
    stack: ExitStack


class Backend:
    """Settings, counters, the limits and, per process, an index over the shards; close it at the end."""

    def __init__(self, settings: Settings, shards: ShardSource | None) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.disconnects = DisconnectMonitor()
        self._set_limits(settings)
        self._shards = shards
        self._lock = threading.Lock()
        self._resources: _ProcessResources | None = None

    def serve_large_requests(self, workers: int) -> None:
        """Prepares for the large requests of so many workers; call it before the first request."""
        settings = self.settings
        self.settings = replace(
            settings,
            threads=settings.threads * workers,
            exports=settings.exports * workers,
            wide_reads=settings.wide_reads * workers,
            read_connections=max(settings.read_connections, settings.wide_reads * workers),
            export_connections=settings.export_connections * workers,
        )
        self._set_limits(self.settings)

    def _set_limits(self, settings: Settings) -> None:
        # With both limits reached, half of the threads are occupied by them.
        waiters = settings.threads // 4
        self.exports = Limit("exports", settings.exports, waiters=waiters - settings.exports)
        self.wide_reads = Limit(
            "wide-reads", settings.wide_reads, waiters=waiters - settings.wide_reads
        )

    @property
    def index(self) -> Index:
        """The index of this process."""
        return self._process_resources().index

    def close(self) -> None:
        """Closes the index, and stops an embedded server if this process started one."""
        with self._lock:
            if self._resources is not None and self._resources.process == os.getpid():
                self._resources.stack.close()
            self._resources = None

    def take_export_slot(self, *, wait: float = 0) -> Callable[[], None]:
        """Takes one of the slots for exports and returns a function that gives it back. Raises
        TooBusy if none becomes free within `wait` seconds, and Moved in an ordinary worker.
        """
        leave_to_bulk_worker()
        if not self.exports.take(wait):
            self.metrics.refused.inc()
            raise TooBusy(
                f"{self.settings.exports} exports are in progress on this server;"
                " retry in a few seconds",
                self.exports.name,
            )
        self.metrics.exports.inc()
        return _once(self._end_export)

    @contextmanager
    def export_slot(self, *, wait: float = 0) -> Iterator[None]:
        """Holds one of the slots for exports. Raises TooBusy as `take_export_slot` does."""
        release = self.take_export_slot(wait=wait)
        try:
            yield
        finally:
            release()

    def take_wide_slot(self) -> Callable[[], None]:
        """Takes one of the slots for queries that read much and returns a function that gives it
        back. Raises TooBusy if none becomes free in time, and Moved in an ordinary worker.
        """
        leave_to_bulk_worker()
        if not self.wide_reads.take(self.settings.read_seconds):
            raise TooBusy(
                f"busy: {self.wide_reads.slots} queries that read much are in progress on this"
                " server; retry in a few seconds, or request a smaller region",
                self.wide_reads.name,
            )
        return _once(self.wide_reads.give_back)

    def limit_headers(self, name: str, *, retry: int) -> dict[str, str]:
        """The limit of this name as headers of a response; none for an unknown name."""
        for limit in (self.exports, self.wide_reads):
            if limit.name == name:
                return limit.headers(retry=retry)
        return {}

    def _end_export(self) -> None:
        self.metrics.exports.dec()
        self.exports.give_back()

    def _process_resources(self) -> _ProcessResources:
        with self._lock:
            if self._resources is None or self._resources.process != os.getpid():
                self._resources = self._open()
            return self._resources

    def _open(self) -> _ProcessResources:
        stack = ExitStack()
        atexit.register(stack.close)
        shards = self._shards or stack.enter_context(running_shards(self.settings))
        index = Index(shards, self.settings)
        stack.callback(index.close)
        return _ProcessResources(os.getpid(), index, stack)


def _once(callback: Callable[[], None]) -> Callable[[], None]:
    """The callback, run by the first call only, from whichever thread."""
    # A response can end twice at once: its last byte is sent while the client disconnects. The lock
    # is never released, so that exactly one call acquires it.
    lock = threading.Lock()

    def run_first_time() -> None:
        if lock.acquire(blocking=False):
            callback()

    return run_first_time


def install(app: Flask, settings: Settings, shards: ShardSource | None) -> None:
    """Gives the application its backend."""
    app.extensions[_EXTENSION] = Backend(settings, shards)


def serve_large_requests(app: Flask, *, workers: int) -> None:
    """Prepares an application for the large requests of so many workers."""
    app.extensions[_EXTENSION].serve_large_requests(workers)


def current_backend() -> Backend:
    """The backend of the application that handles the current request."""
    backend: Backend = current_app.extensions[_EXTENSION]
    return backend


def current_index() -> Index:
    """The index of this process."""
    return current_backend().index


def current_settings() -> Settings:
    """The settings of the application."""
    return current_backend().settings
