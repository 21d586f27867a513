"""Connections to shards that misbehave."""

import os
import signal
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

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


def test_work_within_its_time_is_left_alone(pools):
    with pools.connection("silent") as connection:
        connection.execute("SELECT pg_sleep(0.3)")
        assert connection.execute("SELECT 1").fetchone() == (1,)
