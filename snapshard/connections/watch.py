"""Who watches the shards at work: how long each took, and which connections a piece of work holds.

A watch belongs to a piece of work (a context), and follows it into the threads that the fan-out
starts for it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import psycopg


class Watch:
    """What a piece of work did: seconds spent on each shard, and the connections that it holds at
    this moment.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._held: set[psycopg.Connection] = set()
        self._lock = threading.Lock()

    @contextmanager
    def on(self, shard: str) -> Iterator[None]:
        """Notes the time spent inside on a shard; of two uses at once both count."""
        started = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.seconds[shard] = self.seconds.get(shard, 0.0) + time.perf_counter() - started

    @contextmanager
    def holding(self, connection: psycopg.Connection) -> Iterator[None]:
        """Knows of the connection while the work inside has it."""
        with self._lock:
            self._held.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(connection)

    def cancel(self) -> None:
        """Ends the statements under way, so that their connections are free at once. For work that
        nobody waits for.
        """
        with self._lock:
            for connection in self._held:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=1)


_current: ContextVar[Watch | None] = ContextVar("watch", default=None)


def current_watch() -> Watch:
    """The watch of the work that runs here; one that nobody looks at if there is none."""
    return _current.get() or Watch()


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Lets the watch see the work inside."""
    token = _current.set(watch)
    try:
        yield
    finally:
        _current.reset(token)
