"""Statements to several shards at once: results in order, and errors as for one connection."""

import os
import signal
import threading
from contextlib import ExitStack

import psycopg
import pytest
from waiting import wait_for

from snapshard.connections import Ask, Watch, ask, watching
from snapshard.errors import QueryTimeout, ShardUnavailable, TooBusy
from snapshard.index import Index
from snapshard.settings import Settings

SHARDS = ("ask1", "ask2", "ask3")


@pytest.fixture
def make_pools(embedded):
    """Pools of a new index, with these settings."""
    embedded.ensure_shards(SHARDS)
    with ExitStack() as stack:

        def make(**settings):
            index = Index(embedded.shard_map, Settings(**{"connect_seconds": 0.5, **settings}))
            stack.callback(index.close)
            return index.pools

        yield make


def value(result, row=0, column=0):
    return result.get_value(row, column)


def ask_all(pools, text, **options):
    """The first value from each shard."""
    return [value(result) for result in ask(pools, [Ask(s, text, (), **options) for s in SHARDS])]


def backends(pools):
    """The process of an idle connection of each shard."""
    return [int(pid) for pid in ask_all(pools, b"SELECT pg_backend_pid()")]


@pytest.mark.parametrize("kept", [False, True])
def test_results_come_in_the_order_of_the_statements(make_pools, kept):
    pools = make_pools()
    text = b"SELECT $1::int, $2::text, $3::int[]"
    for turn in range(3):
        asks = [
            Ask(SHARDS[number % 3], text, (b"%d" % (number + turn), None, b"{1,2}"), kept)
            for number in range(8)
        ]
        rows = [[value(result, 0, column) for column in range(3)] for result in ask(pools, asks)]
        assert rows == [[b"%d" % (number + turn), None, b"{1,2}"] for number in range(8)]
    assert ask(pools, []) == []


def test_binary_results_are_bytes(make_pools):
    question = Ask("ask1", b"SELECT '\\x00ff09'::bytea, 258", (), binary=True)
    (result,) = ask(make_pools(), [question])
    assert [value(result, 0, 0), value(result, 0, 1)] == [b"\x00\xff\t", b"\x00\x00\x01\x02"]


def test_a_kept_statement_is_prepared_once_for_a_connection(make_pools):
    pools = make_pools()
    for number in range(5):
        ask(pools, [Ask("ask1", b"SELECT $1::int", (b"%d" % number,), kept=True)])
    prepared = Ask("ask1", b"SELECT statement FROM pg_prepared_statements", ())
    (result,) = ask(pools, [prepared])
    assert [value(result, row) for row in range(result.ntuples)] == [b"SELECT $1::int"]


def test_large_values_and_results_are_sent_whole(make_pools):
    text = b"SELECT repeat($1, 3)"
    values = [b"x" * 3_000_000, b"y" * 2_000_000, b"z"]
    asks = [Ask(shard, text, (each,)) for shard, each in zip(SHARDS, values, strict=True)]
    assert [value(result) for result in ask(make_pools(), asks)] == [3 * each for each in values]


def test_an_error_of_one_statement_leaves_the_other_shards_usable(make_pools):
    pools = make_pools()
    before = backends(pools)
    asks = [
        Ask("ask1", b"SELECT 1", ()),
        Ask("ask2", b"SELECT 1 / 0", ()),
        Ask("ask2", b"SELECT 2", ()),
        Ask("ask3", b"SELECT 3", ()),
    ]
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(pools, asks)
    after = backends(pools)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]


def test_a_statement_that_takes_too_long_names_its_shard(make_pools):
    pools = make_pools(read_seconds=0.3)
    for _ in range(2):
        asks = [Ask("ask1", b"SELECT 1", ()), Ask("ask2", b"SELECT pg_sleep(5)", ())]
        with pytest.raises(QueryTimeout, match="ask2"):
            ask(pools, asks)
        # The second time, both shards have an idle connection.
        backends(pools)


def test_a_missing_table_is_a_shard_without_the_release(make_pools):
    with pytest.raises(ShardUnavailable, match=r"'ask3' .* lacks the release"):
        ask(make_pools(), [Ask("ask3", b"SELECT * FROM nothing", ())])


def test_a_dead_connection_is_replaced(make_pools, embedded):
    pools = make_pools()
    before = backends(pools)
    with psycopg.connect(embedded.shard_map().catalog, autocommit=True) as connection:
        for pid in before:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    after = backends(pools)
    assert not set(before) & set(after)


def test_a_silent_connection_is_an_outage_after_its_time(make_pools):
    pools = make_pools(connect_seconds=0.3)
    process = backends(pools)[1]
    os.kill(process, signal.SIGSTOP)
    try:
        with pytest.raises(ShardUnavailable, match=r"'ask2' .*no response within 0\.3 s"):
            backends(pools)
    finally:
        os.kill(process, signal.SIGCONT)
    assert len(backends(pools)) == 3


def test_a_silent_connection_is_replaced_while_there_is_time(make_pools):
    pools = make_pools(connect_seconds=10)
    before = backends(pools)
    os.kill(before[1], signal.SIGSTOP)
    try:
        after = backends(pools)
    finally:
        os.kill(before[1], signal.SIGCONT)
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]


def test_a_server_that_stops_during_a_statement_does_not_hold_its_user(make_pools):
    pools = make_pools(read_seconds=0.5)
    process = backends(pools)[0]
    timer = threading.Timer(0.2, os.kill, (process, signal.SIGSTOP))
    timer.start()
    try:
        with pytest.raises(ShardUnavailable, match="ask1"):
            ask(pools, [Ask("ask1", b"SELECT pg_sleep(0.4)", ())])
    finally:
        timer.join()
        os.kill(process, signal.SIGCONT)


def test_connections_that_are_all_in_use_are_busy(make_pools):
    pools = make_pools(read_connections=2, connect_seconds=0.2)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(pools.connection("ask1"))
        with pytest.raises(TooBusy, match="ask1"):
            backends(pools)
    assert len(backends(pools)) == 3


@pytest.mark.parametrize("warm", [False, True])
def test_cancelling_the_watch_ends_the_statements(make_pools, warm):
    pools, watch, errors = make_pools(), Watch(), []
    if warm:
        backends(pools)

    def asked():
        with watching(watch):
            try:
                ask_all(pools, b"SELECT pg_sleep(15)")
            except QueryTimeout as error:
                errors.append(error)

    thread = threading.Thread(target=asked)
    thread.start()
    wait_for(lambda: len(watch._connections) == 3, 10)
    while thread.is_alive():
        watch.cancel()
        thread.join(0.1)
    assert len(errors) == 1
    assert set(watch.seconds) == set(SHARDS)
    assert not watch._connections
