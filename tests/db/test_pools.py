"""Connections to shards that misbehave."""

import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import func, select
from waiting import wait_for

from snapshard.connections import ShardMap
from snapshard.errors import ShardUnavailable, TooBusy
from snapshard.index import Index
from snapshard.index.copy_out import copy_lines
from snapshard.index.statements import statement
from snapshard.settings import Settings


@pytest.fixture
def pools(embedded):
    embedded.ensure_shards(["silent"])
    index = Index(embedded.shard_map, Settings(read_seconds=0.5, connect_seconds=0.5))
    yield index.pools
    index.close()


def test_a_connection_that_gives_no_sign_of_life_is_not_given(pools):
    with pools.connection("silent") as connection:
        process = connection.info.backend_pid
    os.kill(process, signal.SIGSTOP)
    try:
        with pytest.raises(ShardUnavailable, match="silent"), pools.connection("silent"):
            pass
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_connection_whose_server_stops_after_it_was_given_does_not_hold_its_user_for_ever(pools):
    stopped = []

    def asked_and_stopped():
        with pools.connection("silent") as connection:
            stopped.append(connection.info.backend_pid)
            os.kill(stopped[0], signal.SIGSTOP)
            return b"".join(copy_lines(connection, statement(select(func.now()))))

    try:
        with pytest.raises(ShardUnavailable, match="silent"):
            asked_and_stopped()
    finally:
        os.kill(stopped[0], signal.SIGCONT)
    with pools.connection("silent") as connection:
        assert b"".join(copy_lines(connection, statement(select(func.length("four"))))) == b"4\n"


def test_connections_that_are_all_in_use_are_busy_and_not_an_outage(pools):
    with ExitStack() as stack:
        for _ in range(pools.settings.read_connections):
            stack.enter_context(pools.connection("silent"))
        with pytest.raises(TooBusy, match="silent"), pools.connection("silent"):
            pass
    with pools.connection("silent") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


class SilentAtFirst:
    """A port in front of a PostgreSQL server that accepts its first connections and never answers them,
    as a Service does whose pod is being replaced; it forwards all later ones.
    """

    def __init__(self, path, silent_count):
        self._path, self._silent_count, self._sockets = path, silent_count, []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                if len(self._sockets) <= self._silent_count:
                    continue
                server = socket.socket(socket.AF_UNIX)
                self._sockets.append(server)
                server.connect(self._path)
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    def _copy(self, source, target):
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def close(self):
        for each in (self._listener, *self._sockets):
            each.close()


def test_a_pool_whose_connections_are_being_made_is_an_outage_and_not_busy(embedded):
    shards = embedded.ensure_shards(["silent"])
    address = conninfo_to_dict(shards.addresses["silent"])
    limit = Settings().read_connections
    port = SilentAtFirst(f"{address['host']}/.s.PGSQL.{address['port']}", limit)
    slow = make_conninfo(**{**address, "host": "127.0.0.1", "port": port.port})
    index = Index(lambda: ShardMap(shards.catalog, {"silent": slow}), Settings(connect_seconds=0.2))

    def ask(_):
        try:
            with index.pools.connection("silent"):
                return "connection"
        except (ShardUnavailable, TooBusy) as exc:
            return type(exc).__name__

    with ThreadPoolExecutor(limit + 2) as threads:
        assert set(threads.map(ask, range(limit + 2))) == {"ShardUnavailable"}
    # libpq gives the silent connections up after connect_timeout; then the pool is whole.
    wait_for(lambda: ask(None) == "connection", 10)
    index.close()
    port.close()


def test_work_within_its_time_is_left_alone(pools):
    with pools.connection("silent") as connection:
        connection.execute("SELECT pg_sleep(0.3)")
        assert connection.execute("SELECT 1").fetchone() == (1,)
