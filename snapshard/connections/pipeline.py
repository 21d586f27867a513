"""Statements that are sent to a shard at once on one connection, in libpq's pipeline mode.

An empty query goes first, and the shard sends its response before it begins with the statements. It
shows that the connection is live, and costs no round trip of its own. Nothing here waits: the caller
waits for the socket, of this and of other connections, and then calls `read`.

What must hold: a connection is used again only after `read` has returned true without an error; until
then libpq has responses that are not read yet.
"""

import select
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

_KEPT_STATEMENTS = 100
"""Statements that a connection keeps prepared. They have few shapes; others are parsed each time."""


class ShardConnection(psycopg.Connection):
    """A connection that knows which statements the shard has prepared for it."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.kept: dict[bytes, bytes] = {}


@dataclass(frozen=True)
class Ask:
    """A statement for a shard: its text with the parameters $1, $2, …, and their values as text.

    `kept` lets the shard prepare the statement once and keep one plan for all values. It is for
    statements whose best plan does not depend on the values. With `binary`, the results are binary.
    """

    shard: str
    text: bytes
    values: tuple[bytes | None, ...]
    kept: bool = False
    binary: bool = False


class Pipeline:
    """The statements of one connection that were sent together, and their results so far."""

    def __init__(self, connection: ShardConnection, asks: Sequence[Ask]) -> None:
        """Sends the statements as far as the socket takes them. Raises psycopg's OperationalError for
        a dead connection.
        """
        self._link = connection.pgconn
        self._has_result = False
        # Only the empty query's response counts: the last message of a shard that ended a connection
        # is an error, too.
        self.responded = False
        self.results: list[PGresult] = []
        self.error: psycopg.Error | None = None
        self._link.enter_pipeline_mode()
        self._link.send_query_params(b"", None)
        self._link.send_flush_request()
        for ask in asks:
            self._send(connection, ask)
        self._link.pipeline_sync()
        self._link.flush()

    def _send(self, connection: ShardConnection, ask: Ask) -> None:
        name = connection.kept.get(ask.text)
        if name is None and ask.kept and len(connection.kept) < _KEPT_STATEMENTS:
            name = connection.kept[ask.text] = b"kept%d" % len(connection.kept)
            self._link.send_prepare(name, ask.text)
        if name is None:
            self._link.send_query_params(ask.text, ask.values, result_format=ask.binary)
        else:
            self._link.send_query_prepared(name, ask.values, result_format=ask.binary)

    @property
    def socket(self) -> int:
        """The file number to wait for."""
        return self._link.socket

    @property
    def events(self) -> int:
        """What to wait for: always input, and room for what is not sent yet."""
        return select.POLLIN | select.POLLOUT if self._link.flush() else select.POLLIN

    def read(self) -> bool:
        """Reads what has arrived; true when everything has. An error of a statement is in `error`.

        Raises psycopg's OperationalError for a connection that was lost.
        """
        self._link.consume_input()
        while not self._link.is_busy():
            result = self._link.get_result()
            if result is None:
                # One None ends the results of each statement; a second means that none is there yet.
                if not self._has_result:
                    return False
                self._has_result = False
                continue
            self._has_result = True
            if result.status == ExecStatus.PIPELINE_SYNC:
                self._link.exit_pipeline_mode()
                return True
            if result.status == ExecStatus.EMPTY_QUERY:
                self.responded = True
            elif result.status == ExecStatus.TUPLES_OK:
                self.results.append(result)
            elif result.status == ExecStatus.FATAL_ERROR and self.error is None:
                self.error = psycopg.errors.error_from_result(result)
        return False
