"""Statements to several shards at once, from one thread: all are sent, and then the results are
gathered in the order in which they arrive. It is for small results, which are complete in memory.

A shard that has an idle and live connection in its pool needs nothing else. Any other shard is asked in
a second step, which waits for a connection as `Pools.connection` does: if the pool has no idle one, or
if its connection was dead or gave no sign of life in time. Errors are therefore the same, and a caller
never waits for the connection of one shard while it holds that of another.
"""

import select
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial

import psycopg
from psycopg.pq.abc import PGresult

from snapshard.connections import fanout
from snapshard.connections.pipeline import Ask, Pipeline, ShardConnection
from snapshard.connections.pools import SILENCE_SECONDS, Pools
from snapshard.connections.shard_map import shard_errors
from snapshard.errors import ShardUnavailable
from snapshard.settings import Settings


def ask(pools: Pools, asks: Sequence[Ask]) -> list[PGresult]:
    """The result of every statement, in order. Statements of one shard share a connection.

    The first error is raised after all shards have responded; the errors are those of
    `Pools.connection`.
    """
    asks_of_shard: dict[str, list[Ask]] = {}
    for one in asks:
        asks_of_shard.setdefault(one.shard, []).append(one)
    began = time.monotonic()
    with ExitStack() as stack:
        calls = [
            stack.enter_context(_Call(pools, shard, statements))
            for shard, statements in asks_of_shard.items()
        ]
        _gather(pools.settings, calls, began)
        results = {call.shard: iter(call.results()) for call in calls if call.complete}
    unanswered = [call for call in calls if not call.complete]
    deadline = began + pools.settings.connect_seconds
    for call, answer in zip(
        unanswered, fanout.gather(partial(_ask_again, pools, deadline), unanswered), strict=True
    ):
        results[call.shard] = iter(answer)
    return [next(results[one.shard]) for one in asks]


class _Call:
    """The statements to one shard, on an idle connection of its pool if there is one."""

    def __init__(self, pools: Pools, shard: str, asks: Sequence[Ask]) -> None:
        self.shard, self.asks = shard, asks
        self.pipeline: Pipeline | None = None
        self.complete = self.silent = False
        self._pools = pools
        self._error: BaseException | None = None
        self._stack = ExitStack()
        self._connection: ShardConnection | None = None

    def __enter__(self) -> "_Call":
        self._connection = self._stack.enter_context(self._pools.idle(self.shard))
        if self._connection is not None:
            try:
                self.pipeline = Pipeline(self._connection, self.asks)
            except psycopg.OperationalError:
                self.give_up()
        return self

    def __exit__(self, *error: object) -> None:
        # A connection with unread responses is closed, never reused.
        if self.pipeline is not None:
            self.give_up()

    def read(self) -> bool:
        """Reads what has arrived; true if nothing more is expected of this call."""
        assert self.pipeline is not None
        responded = self.pipeline.responded
        try:
            if not self.pipeline.read():
                return False
        except psycopg.OperationalError as error:
            # A connection that was dead before it was used says nothing about the shard.
            self.complete, self._error = responded or self.pipeline.responded, error
            self.give_up()
            return True
        self.complete, self._error = True, self.pipeline.error
        self._results = self.pipeline.results
        if self._error is not None:
            self.give_up()
        else:
            self.pipeline = None
            self._stack.close()
        return True

    def give_up(self, *, silent: bool = False) -> None:
        """Closes the connection."""
        self.silent, self.pipeline = silent, None
        if self._connection is not None:
            self._connection.close()
        self._stack.close()

    def overdue(self, seconds: float) -> None:
        """Ends a call whose shard did not complete its response in these seconds."""
        self.complete = True
        self._error = ShardUnavailable(self.shard, f"no response within {seconds:g} s")
        self.give_up()

    def results(self) -> list[PGresult]:
        """The results of a complete call, or its error."""
        if self._error is not None:
            with shard_errors(self.shard, self._pools.settings.read_seconds):
                raise self._error
        return self._results


class _Waiting:
    """The calls whose responses are not complete, by their sockets."""

    def __init__(self, calls: Iterable[_Call]) -> None:
        self._poll = select.poll()
        self.calls: dict[int, _Call] = {}
        for call in calls:
            if call.pipeline is not None:
                self.calls[call.pipeline.socket] = call
                self._poll.register(call.pipeline.socket, call.pipeline.events)

    def silent(self) -> list[int]:
        """The sockets of the shards that have not responded at all."""
        return [
            socket
            for socket, call in self.calls.items()
            if call.pipeline is not None and not call.pipeline.responded
        ]

    def read(self, end: float) -> bool:
        """Waits until something arrives, or until a moment; reads it. True if the moment has passed."""
        milliseconds = 1000 * max(0.0, end - time.monotonic())
        for socket, _ in self._poll.poll(milliseconds):
            pipeline = self.calls[socket].pipeline
            if self.calls[socket].read():
                self.take(socket)
            elif pipeline is not None:
                self._poll.modify(socket, pipeline.events)
        return time.monotonic() >= end

    def take(self, socket: int) -> _Call:
        """Takes a call out."""
        self._poll.unregister(socket)
        return self.calls.pop(socket)


def _gather(settings: Settings, calls: Sequence[_Call], began: float) -> None:
    """Reads until every call is complete, or is given up."""
    waiting = _Waiting(calls)
    silence_end = began + min(settings.connect_seconds, SILENCE_SECONDS)
    while waiting.silent():
        if waiting.read(silence_end):
            for socket in waiting.silent():
                waiting.take(socket).give_up(silent=True)
    seconds = settings.read_seconds + settings.connect_seconds
    while waiting.calls:
        if waiting.read(began + seconds):
            for socket in list(waiting.calls):
                waiting.take(socket).overdue(seconds)


def _ask_again(pools: Pools, deadline: float, call: _Call) -> list[PGresult]:
    """The results of a call that had no live connection, on one that responds before the deadline."""
    if call.silent and time.monotonic() >= deadline:
        seconds = pools.settings.connect_seconds
        raise ShardUnavailable(call.shard, f"no response within {seconds:g} s")
    with pools.connection(call.shard, deadline=deadline) as connection:
        pipeline = Pipeline(connection, call.asks)
        poll = select.poll()
        poll.register(pipeline.socket, pipeline.events)
        # The deadline of the connection ends the wait.
        while poll.poll() and not pipeline.read():
            poll.modify(pipeline.socket, pipeline.events)
        if pipeline.error is not None:
            raise pipeline.error
        return pipeline.results
