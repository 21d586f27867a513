"""Connection pools: one for each shard and use, small, warm, and never waited for longer than
`connect_seconds`.

What must hold:

- A shard that is unavailable fails quickly, and the first request after its return succeeds. The
  pool's own back-off is therefore disabled, and the next caller tries to connect.
- A caller gets only a live connection. A restart of the shard or a lost machine leaves connections
  that look open, so each one must return an empty query before it is used.
- A connection goes back to the pool only if its last response was read to the end. Any error, and
  any generator that is closed early, closes the connection instead: otherwise the next user would
  read the rest of a response that is not its own.
- Every connection that was taken is put back, whether closed or not, or its slot in the pool would
  be lost.
- Pools are created after the fork of a worker: libpq connections and the threads of a pool do not
  survive it.
"""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from enum import StrEnum

import psycopg
from psycopg.pq import ConnStatus
from psycopg_pool import PoolTimeout

from snapshard.connections.deadlines import Deadlines
from snapshard.connections.pipeline import ShardConnection
from snapshard.connections.reach import unreachable_reason
from snapshard.connections.shard_map import CATALOG, ShardMap, ShardSource, shard_errors
from snapshard.connections.shard_pool import ShardPool
from snapshard.connections.watch import current_watch
from snapshard.errors import ShardUnavailable, SnapshardError, TooBusy
from snapshard.settings import Settings

_RECONNECT_SECONDS = 0.001
"""How long a pool itself tries to reconnect. psycopg_pool's back-off would keep refusing callers
after the shard is back; we let it fail at once so that the next caller retries.
"""
_KEEPALIVES = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A dead host never closes its connections; without keepalives a waiter would hold a pool slot for
two hours. The kernel ends the wait after ten seconds of silence (tcp_user_timeout, in ms).
"""
SILENCE_SECONDS = 1.0
"""Timeout of the check of a pooled connection. A longer connect_seconds only helps new connections,
perhaps to another server of the same shard; connections to a lost machine must not hold the pool's
slots for as long.
"""
_PROBE_SECONDS = 0.5
"""Timeout of the check, outside of the pool, of a shard whose pool gave no connection in time."""
_MAP_SECONDS = 2.0
"""How long the shard map is cached. A shard that moved is found after that, without a restart."""
_MAP_DELAY = 0.1
"""Seconds until an expired map is read again in the background. By then the caller that found it
expired has most often been answered and is not delayed.
"""


class Use(StrEnum):
    """The purpose of a connection. Reads end at the deadline; exports last as long as the client reads."""

    READ = "read"
    EXPORT = "export"


class Pools:
    """A pool for each shard and use, opened when first needed. Create it after a fork and close it."""

    def __init__(self, shards: ShardSource, settings: Settings) -> None:
        self.settings = settings
        self._shards = shards
        self._map = shards()
        self._map_read = time.monotonic()
        self._pools: dict[tuple[str, Use], tuple[str, ShardPool]] = {}
        self._lock = threading.Lock()
        # A shard ends a statement at its own statement_timeout. A shard that fails even to do that
        # loses its connection a little later.
        self._deadlines = Deadlines(settings.read_seconds + settings.connect_seconds)

    @property
    def shard_map(self) -> ShardMap:
        """The shard map as last read."""
        return self._map

    @contextmanager
    def connection(
        self, shard: str, use: Use = Use.READ, *, deadline: float | None = None
    ) -> Iterator[ShardConnection]:
        """A live connection to a shard, for the time of a `with`. It is waited for until the deadline, on
        the clock of time.monotonic, or for connect_seconds.

        Leave the `with` only when the last response was read to its end; after an error the
        connection is closed and not reused.

        Raises TooBusy if all connections are in use for connect_seconds; ShardUnavailable, which
        names the shard, if the shard accepts none in that time, if the connection is lost, or if a
        read receives nothing for too long; QueryTimeout if the shard ended the statement at its
        deadline.
        """
        pool, watch = self._pool(shard, use), current_watch()
        with watch.on(shard), shard_errors(shard, self.settings.read_seconds):
            connection = self._live(
                pool, shard, deadline or time.monotonic() + self.settings.connect_seconds
            )
            try:
                with watch.holding(connection), self._limit(connection, use):
                    yield connection
            except BaseException:
                connection.close()
                raise
            finally:
                pool.putconn(connection)

    @contextmanager
    def idle(self, shard: str) -> Iterator[ShardConnection | None]:
        """A connection for reads that no other caller uses, for the time of a `with`; None if there is
        none. It may be dead; nothing waits here.

        Close the connection before the `with` ends if its last response was not read to the end.
        """
        pool, watch = self._pool(shard, Use.READ), current_watch()
        connection = pool.idle()
        if connection is None:
            yield None
            return
        try:
            with watch.on(shard), watch.holding(connection):
                yield connection
        finally:
            pool.putconn(connection)

    def _limit(self, connection: psycopg.Connection, use: Use) -> AbstractContextManager[None]:
        return self._deadlines.within(connection.fileno()) if use is Use.READ else nullcontext()

    def names(self) -> list[str]:
        """The names of the shards that have an address."""
        return list(self._map.addresses)

    def stats(self) -> dict[tuple[str, Use], dict[str, int]]:
        """psycopg_pool's counters for each shard and use: `pool_size`, `requests_waiting` and more."""
        with self._lock:
            pools = list(self._pools.items())
        return {key: pool.get_stats() for key, (_, pool) in pools}

    def close(self) -> None:
        """Closes every pool."""
        with self._lock:
            for _, pool in self._pools.values():
                pool.close(timeout=1)
            self._pools.clear()

    def _pool(self, shard: str, use: Use) -> ShardPool:
        with self._lock:
            address = self._address(shard)
            old_address, pool = self._pools.get((shard, use), ("", None))
            if pool is None or old_address != address:
                if pool is not None:
                    pool.close(timeout=0)
                pool = self._open(shard, use, address)
                self._pools[shard, use] = address, pool
            return pool

    def _address(self, shard: str) -> str:
        """The shard's address as last read. Only an unknown shard makes the caller wait for the map."""
        if shard != CATALOG and shard not in self._map.addresses:
            self._read_map()
        elif time.monotonic() - self._map_read > _MAP_SECONDS:
            # Set now, so that no other caller starts a second timer.
            self._map_read = time.monotonic()
            timer = threading.Timer(_MAP_DELAY, self._read_map)
            timer.daemon = True
            timer.start()
        return self._map.address(shard)

    def _read_map(self) -> None:
        # The last map stays in use while its source cannot be read.
        with suppress(SnapshardError, psycopg.OperationalError):
            self._map = self._shards()
        self._map_read = time.monotonic()

    def _open(self, shard: str, use: Use, address: str) -> ShardPool:
        settings = self.settings
        timeout = int(settings.read_seconds * 1000) if use is Use.READ else 0
        parameters: dict[str, object] = {
            "options": f"-c default_transaction_read_only=on -c statement_timeout={timeout}",
            "application_name": f"snapshard {use}",
            "connect_timeout": 2,
            "autocommit": True,
            **_KEEPALIVES,
        }
        if use is Use.EXPORT and settings.export_service:
            parameters["service"] = settings.export_service
        return ShardPool(
            address,
            kwargs=parameters,
            min_size=0,
            max_size=settings.read_connections if use is Use.READ else settings.export_connections,
            timeout=settings.connect_seconds,
            reconnect_timeout=_RECONNECT_SECONDS,
            name=f"{shard} {use}",
            open=True,
        )

    def _live(self, pool: ShardPool, shard: str, deadline: float) -> ShardConnection:
        """A connection that responds. Dead and silent ones are discarded until the deadline."""
        while True:
            connection = self._pooled(pool, shard, max(0.001, deadline - time.monotonic()))
            live = False
            try:
                live = self._responds(connection)
            except psycopg.OperationalError:
                # A connection that the shard closed counts as dead, however long that took.
                continue
            finally:
                if not live:
                    connection.close()
                    pool.putconn(connection)
            if live:
                return connection
            if time.monotonic() >= deadline:
                seconds = self.settings.connect_seconds
                raise ShardUnavailable(shard, f"no response within {seconds:g} s")

    def _pooled(self, pool: ShardPool, shard: str, seconds: float) -> ShardConnection:
        """A connection of the pool, perhaps a dead one."""
        with suppress(PoolTimeout):
            return pool.getconn(seconds)
        # A full pool and a lost shard look alike from the pool; only the shard can tell.
        probe_seconds = min(self.settings.connect_seconds, _PROBE_SECONDS)
        reason = unreachable_reason(self._map.address(shard), probe_seconds)
        if reason:
            raise ShardUnavailable(shard, reason)
        was_full = pool.is_full
        try:
            # The shard may have come back a moment ago, and the pool may have room.
            return pool.getconn(probe_seconds)
        except PoolTimeout as exc:
            # A connection on its way from one caller to the next is counted for neither, so a full
            # pool need not look full at both moments.
            if not (was_full or pool.is_full):
                raise ShardUnavailable(shard, "its connections are being restored") from exc
            raise TooBusy(
                f"busy: all {pool.max_size} connections of this server to shard {shard!r} are in"
                " use; retry in a few seconds"
            ) from exc

    def _responds(self, connection: psycopg.Connection) -> bool:
        """Whether an empty query returns in time. A stopped process keeps its sockets open, so nothing
        else reveals it.
        """
        link = connection.pgconn
        link.send_query(b"")
        timeout = min(self.settings.connect_seconds, SILENCE_SECONDS)
        # Not `select`, which cannot wait for file numbers over 1023: a server with many clients has
        # them.
        poll = select.poll()
        poll.register(link.socket, select.POLLIN)
        if not poll.poll(1000 * timeout):
            return False
        while link.get_result() is not None:
            pass
        return link.status == ConnStatus.OK
