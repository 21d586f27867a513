"""Connections to the shards: few, warm, checked before use, and never waited for longer than a second or so."""

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import psycopg
from psycopg_pool import ConnectionPool

from snapshard.errors import ShardUnavailable
from snapshard.settings import Settings
from snapshard.shards import ShardMap, shard_errors


class Use(StrEnum):
    """What a connection is for. Reads end at the deadline; exports may last as long as their reader goes on reading."""

    READ = "read"
    EXPORT = "export"


class Pools:
    """A pool per shard and use, opened when first needed. Make it after a fork, close it at the end."""

    def __init__(self, shard_map: ShardMap, settings: Settings) -> None:
        self.settings = settings
        self.shard_map = shard_map
        self._pools: dict[tuple[str, Use], ConnectionPool] = {}
        self._lock = threading.Lock()

    @contextmanager
    def connection(self, shard: str, use: Use = Use.READ) -> Iterator[psycopg.Connection]:
        """A live connection to a shard. One that is left by an error, or with an answer half read, is closed, not reused.

        Raises ShardUnavailable, naming the shard, if none is had within the settings' connect_seconds, or if it is lost;
        QueryTimeout if the shard gave up at the deadline.
        """
        pool = self._pool(shard, use)
        with shard_errors(shard, self.settings.read_seconds):
            connection = pool.getconn(self.settings.connect_seconds)
            try:
                self._check(connection, shard)
                yield connection
            except BaseException:
                connection.close()
                raise
            finally:
                pool.putconn(connection)

    def close(self) -> None:
        """Closes every pool."""
        with self._lock:
            for pool in self._pools.values():
                pool.close(timeout=1)
            self._pools.clear()

    def _pool(self, shard: str, use: Use) -> ConnectionPool:
        key = shard, use
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._open(shard, use)
            return self._pools[key]

    def _open(self, shard: str, use: Use) -> ConnectionPool:
        settings = self.settings
        timeout = int(settings.read_seconds * 1000) if use is Use.READ else 0
        return ConnectionPool(
            self.shard_map.address(shard),
            kwargs={
                "options": f"-c default_transaction_read_only=on -c statement_timeout={timeout}",
                "application_name": f"snapshard {use}",
                "connect_timeout": 2,
                "autocommit": True,
            },
            min_size=0,
            max_size=settings.read_connections if use is Use.READ else settings.export_connections,
            timeout=settings.connect_seconds,
            reconnect_timeout=2 * settings.connect_seconds,
            name=f"{shard} {use}",
            open=True,
        )

    def _check(self, connection: psycopg.Connection, shard: str) -> None:
        """An empty query there and back. A stopped server keeps its sockets open, so only waiting tells."""
        link = connection.pgconn
        link.send_query(b"")
        ready, _, _ = select.select([link.socket], [], [], self.settings.connect_seconds)
        if not ready:
            raise ShardUnavailable(shard, f"no sign of life within {self.settings.connect_seconds:g} s")
        while link.get_result() is not None:
            pass
