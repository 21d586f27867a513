"""Results of one shard, streamed by COPY TO STDOUT.

`copy_lines` speaks the COPY protocol to libpq itself. psycopg's own COPY costs 5 us a row, more than
the shard needs to produce one. The steps, all non-blocking, so that a thread waits only in poll():

1. Send the query and flush it. The server may respond, for example with an error, before it has read
   everything, so input is consumed while flushing. Otherwise both sides could block on full buffers.
2. The first result has the status COPY_OUT, or an error.
3. Read data until libpq returns -1. A return of 0 means that nothing has arrived yet.
4. Fetch the final result, COMMAND_OK or an error that occurred in the middle of the data, such as a
   statement timeout. Then fetch the empty result that ends every query: until then libpq considers
   the query unfinished and refuses the next one.

A reader that stops early leaves the connection in the middle of step 3. The `with` of
`Pools.connection` then closes the connection; only an exhausted generator leaves it reusable.
"""

import select
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from snapshard.index.statements import Statement


def literal_statement(connection: psycopg.Connection, statement: Statement) -> sql.SQL:
    """The statement with its values as literals, quoted by the driver: COPY takes no parameters."""
    with psycopg.ClientCursor(connection) as cursor:
        return sql.SQL(cursor.mogrify(statement.text, statement.values))


def copy_lines(connection: psycopg.Connection, statement: Statement) -> Iterator[bytes]:
    """Whole tab-separated lines, as many at a time as have arrived; NULL is the empty text."""
    copy = sql.SQL("COPY ({}) TO STDOUT (NULL '')").format(literal_statement(connection, statement))
    link = connection.pgconn
    link.send_query(copy.as_bytes(connection))
    _flush(link)
    _check_status(_next_result(link), ExecStatus.COPY_OUT)
    size = 0
    while size >= 0:
        lines = []
        size, line = link.get_copy_data(1)
        while size > 0:
            lines.append(line)
            size, line = link.get_copy_data(1)
        if lines:
            yield b"".join(lines)
        if size == 0:
            _wait_for_input(link)
    _check_status(_next_result(link), ExecStatus.COMMAND_OK)
    # The empty result that ends the query.
    link.get_result()


def copy_records(
    connection: psycopg.Connection, statement: Statement, types: list[str]
) -> Iterator[tuple[Any, ...]]:
    """Records of these PostgreSQL types as Python values.

    They are sent in binary, because writing a payload as text and parsing it again is slower.
    """
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(
        literal_statement(connection, statement)
    )
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        rows.set_types(types)
        yield from rows.rows()


def _flush(link: PGconn) -> None:
    while link.flush():
        if _wait(link, select.POLLIN | select.POLLOUT) & select.POLLIN:
            link.consume_input()


def _next_result(link: PGconn) -> PGresult | None:
    while link.is_busy():
        _wait_for_input(link)
    return link.get_result()


def _wait_for_input(link: PGconn) -> None:
    _wait(link, select.POLLIN)
    link.consume_input()


def _wait(link: PGconn, events: int) -> int:
    poll = select.poll()
    poll.register(link.socket, events)
    return poll.poll()[0][1]


def _check_status(result: PGresult | None, status: ExecStatus) -> None:
    if result is None:
        raise psycopg.OperationalError("the shard sent no result")
    if result.status != status:
        raise psycopg.errors.error_from_result(result)
