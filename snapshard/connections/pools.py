"""Connections to the shards: few, warm, checked before use, and never waited for longer than a
second or so.
"""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from enum import StrEnum

import psycopg
from psycopg.pq import ConnStatus
from psycopg_pool import ConnectionPool

from snapshard.connections.deadlines import Deadlines
from snapshard.connections.shard_map import CATALOG, ShardSource, shard_errors
from snapshard.connections.watch import current_watch
from snapshard.errors import ShardUnavailable, SnapshardError
from snapshard.settings import Settings

_RECONNECT_SECONDS = 0.001
"""How long a pool goes on trying by itself to reach a shard that is away. Left to it, it pauses
longer and longer between two tries, and refuses everybody meanwhile, also when the shard is back;
so it gives up at once, and whoever asks next tries anew.
"""
_SIGNS_OF_LIFE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A machine that is gone closes no connection: who waits for its answer would hold a place in the
pool for two hours, and all places are soon held. The kernels ask each other instead; ten seconds of
silence (tcp_user_timeout, in ms) end the wait.
"""
_SILENCE_SECONDS = 1.0
"""How long an old connection may be silent. Where more time is allowed for a connection, it is for
making a new one, perhaps to another server of the same shard: old ones of a machine that is gone
must not hold the pool's places meanwhile.
"""
_MAP_SECONDS = 2.0
"""How long the shard map is believed: a shard that moved is found again after that, without a
restart.
"""

_MAP_PAUSE = 0.1
"""Seconds until an old map is read again: whoever found it old has most often been answered by
then, and is not held up.
"""


class Use(StrEnum):
    """What a connection is for. Reads end at the deadline; exports may last as long as their reader
    goes on reading.
    """

    READ = "read"
    EXPORT = "export"


class Pools:
    """A pool per shard and use, opened when first needed. Make it after a fork, close it at the
    end.
    """

    def __init__(self, shards: ShardSource, settings: Settings) -> None:
        self.settings = settings
        self._shards = shards
        self._map = shards()
        self._map_read = time.monotonic()
        self._pools: dict[tuple[str, Use], tuple[str, ConnectionPool]] = {}
        self._lock = threading.Lock()
        # A shard ends a statement at its own deadline; one that does not even do that is broken off
        # a little later.
        self._deadlines = Deadlines(settings.read_seconds + settings.connect_seconds)

    @contextmanager
    def connection(self, shard: str, use: Use = Use.READ) -> Iterator[psycopg.Connection]:
        """A live connection to a shard. One that is left by an error, or with an answer half read,
        is closed, not reused.

        Raises ShardUnavailable, naming the shard, if none is had within the settings'
        connect_seconds, if it is lost, or if the shard falls silent (a read only); QueryTimeout if
        the shard gave up at the deadline.
        """
        pool, watch = self._pool(shard, use), current_watch()
        with watch.on(shard), shard_errors(shard, self.settings.read_seconds):
            connection = self._live(pool, shard)
            try:
                with watch.holding(connection), self._limit(connection, use):
                    yield connection
            except BaseException:
                connection.close()
                raise
            finally:
                pool.putconn(connection)

    def _limit(self, connection: psycopg.Connection, use: Use) -> AbstractContextManager[None]:
        return self._deadlines.within(connection.fileno()) if use is Use.READ else nullcontext()

    def names(self) -> list[str]:
        """The shards that have an address."""
        return list(self._map.addresses)

    def stats(self) -> dict[tuple[str, Use], dict[str, int]]:
        """What psycopg_pool counts, per shard and use: `pool_size`, `pool_available`,
        `requests_waiting` and more.
        """
        with self._lock:
            pools = list(self._pools.items())
        return {key: pool.get_stats() for key, (_, pool) in pools}

    def close(self) -> None:
        """Closes every pool."""
        with self._lock:
            for _, pool in self._pools.values():
                pool.close(timeout=1)
            self._pools.clear()

    def _pool(self, shard: str, use: Use) -> ConnectionPool:
        with self._lock:
            address = self._address(shard)
            known, pool = self._pools.get((shard, use), ("", None))
            if pool is None or known != address:
                if pool is not None:
                    pool.close(timeout=0)
                pool = self._open(shard, use, address)
                self._pools[shard, use] = address, pool
            return pool

    def _address(self, shard: str) -> str:
        """The shard's address as last known; who finds the map old lets it be read again, and waits
        only for an unknown shard.
        """
        if shard != CATALOG and shard not in self._map.addresses:
            self._read_map()
        elif time.monotonic() - self._map_read > _MAP_SECONDS:
            self._map_read = time.monotonic()
            later = threading.Timer(_MAP_PAUSE, self._read_map)
            later.daemon = True
            later.start()
        return self._map.address(shard)

    def _read_map(self) -> None:
        """The last known map serves while its source cannot be read."""
        with suppress(SnapshardError, psycopg.OperationalError):
            self._map = self._shards()
        self._map_read = time.monotonic()

    def _open(self, shard: str, use: Use, address: str) -> ConnectionPool:
        settings = self.settings
        timeout = int(settings.read_seconds * 1000) if use is Use.READ else 0
        return ConnectionPool(
            address,
            kwargs={
                "options": f"-c default_transaction_read_only=on -c statement_timeout={timeout}",
                "application_name": f"snapshard {use}",
                "connect_timeout": 2,
                **_SIGNS_OF_LIFE,
                "autocommit": True,
                **(
                    {"service": settings.export_service}
                    if use is Use.EXPORT and settings.export_service
                    else {}
                ),
            },
            min_size=0,
            max_size=settings.read_connections if use is Use.READ else settings.export_connections,
            timeout=settings.connect_seconds,
            reconnect_timeout=_RECONNECT_SECONDS,
            name=f"{shard} {use}",
            open=True,
        )

    def _live(self, pool: ConnectionPool, shard: str) -> psycopg.Connection:
        """A connection that answers; those that a restart of the shard has cut, or that are silent,
        are thrown away.
        """
        deadline = time.monotonic() + self.settings.connect_seconds
        while True:
            connection = pool.getconn(max(0.001, deadline - time.monotonic()))
            try:
                if self._answers(connection):
                    return connection
                if time.monotonic() >= deadline:
                    raise ShardUnavailable(
                        shard, f"no sign of life within {self.settings.connect_seconds:g} s"
                    )
            except psycopg.OperationalError:
                pass
            except BaseException:
                connection.close()
                pool.putconn(connection)
                raise
            connection.close()
            pool.putconn(connection)

    def _answers(self, connection: psycopg.Connection) -> bool:
        """Whether an empty query comes back. A stopped server keeps its sockets open, so only
        waiting tells.
        """
        link = connection.pgconn
        link.send_query(b"")
        ready, _, _ = select.select(
            [link.socket], [], [], min(self.settings.connect_seconds, _SILENCE_SECONDS)
        )
        if not ready:
            return False
        while link.get_result() is not None:
            pass
        return link.status == ConnStatus.OK
