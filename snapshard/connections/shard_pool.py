"""A connection pool that knows how many of its connections are in use."""

import threading
from contextlib import suppress
from typing import Any

from psycopg_pool import ConnectionPool, PoolTimeout

from snapshard.connections.pipeline import ShardConnection

_NO_WAIT = 0.001
"""Seconds; the pool refuses a wait of 0 even if it has a connection."""


class ShardPool(ConnectionPool[ShardConnection]):
    """psycopg_pool's pool, with the number of connections that callers hold.

    The pool's own size does not tell: it includes connections that are still being made, so the pool
    of a shard that was lost a moment ago has the size of a full one.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._held_count = 0
        self._held_lock = threading.Lock()
        super().__init__(*args, connection_class=ShardConnection, **options)

    @property
    def is_full(self) -> bool:
        """Whether callers hold as many connections as the pool can have."""
        return self._held_count >= self.max_size

    def idle(self) -> ShardConnection | None:
        """A connection that is in the pool at this moment, perhaps a dead one; None if there is none."""
        if not self._pool:
            return None
        # Another caller may take it first; then nothing is left to wait for.
        with suppress(PoolTimeout):
            return self.getconn(_NO_WAIT)
        return None

    def getconn(self, timeout: float | None = None) -> ShardConnection:
        """A connection, perhaps a dead one. Raises PoolTimeout if there is none in these seconds."""
        connection = super().getconn(timeout)
        self._add(1)
        return connection

    def putconn(self, conn: ShardConnection) -> None:
        """Takes a connection back; one that is closed makes room for another."""
        self._add(-1)
        super().putconn(conn)

    def _add(self, count: int) -> None:
        with self._held_lock:
            self._held_count += count
