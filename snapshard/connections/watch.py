"""What a request does on the shards: the time on each, the connections in use, and whether it reads
much.

A watch belongs to a context (contextvars) and follows the work into the threads that the fan-out
starts for it. Another thread may call `cancel` at any moment. A connection is therefore added to the
set before it is used and removed before it goes back to the pool, both under the lock, so that
`cancel` never reaches the next user of a pooled connection.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import psycopg


class Watch:
    """Seconds spent on each shard, and the connections in use at this moment."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.before_wide_read: Callable[[], None] = lambda: None
        """Called before a read of much data. A server makes such requests wait for each other here, so
        that the others find a free connection and processor; raises TooBusy if that takes too long.
        """
        self._connections: set[psycopg.Connection] = set()
        self._lock = threading.Lock()

    @contextmanager
    def on(self, shard: str) -> Iterator[None]:
        """Adds the time spent inside to the shard's seconds. Concurrent uses add up."""
        start = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.seconds[shard] = self.seconds.get(shard, 0.0) + time.perf_counter() - start

    @contextmanager
    def holding(self, connection: psycopg.Connection) -> Iterator[None]:
        """Makes the connection known to `cancel` while the work inside uses it."""
        with self._lock:
            self._connections.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._connections.discard(connection)

    def cancel(self) -> None:
        """Cancels the running statements, so that work which no client waits for frees its connections."""
        with self._lock:
            for connection in self._connections:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=1)


_current: ContextVar[Watch | None] = ContextVar("watch", default=None)


def current_watch() -> Watch:
    """The watch of the current context, or a new one that nothing reads."""
    return _current.get() or Watch()


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Makes the watch the current one for the work inside."""
    token = _current.set(watch)
    try:
        yield
    finally:
        _current.reset(token)
