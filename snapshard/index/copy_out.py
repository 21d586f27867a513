"""Answers of one shard, streamed by COPY: the leanest way out of PostgreSQL, in text ready for use
or in raw bytes.
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
    """The statement with its values written in by the driver, since COPY takes no parameters."""
    with psycopg.ClientCursor(connection) as cursor:
        return sql.SQL(cursor.mogrify(statement.text, statement.values))


def copy_lines(connection: psycopg.Connection, statement: Statement) -> Iterator[bytes]:
    """Tab-separated whole lines, as many at a time as have arrived; NULL is the empty text.

    Speaks to libpq itself: psycopg's own way through a COPY costs 5 us a row, more than the shard
    needs to make one.
    """
    copy = sql.SQL("COPY ({}) TO STDOUT (NULL '')").format(literal_statement(connection, statement))
    link = connection.pgconn
    link.send_query(copy.as_bytes(connection))
    _sent(link)
    _expect(_result(link), ExecStatus.COPY_OUT)
    size = 0
    while size >= 0:
        lines = []
        while (got := link.get_copy_data(1))[0] > 0:
            lines.append(got[1])
        if lines:
            yield b"".join(lines)
        size = got[0]
        if size == 0:
            _arrived(link)
    _expect(_result(link), ExecStatus.COMMAND_OK)
    link.get_result()


def _sent(link: PGconn) -> None:
    while link.flush():
        # The server may answer, with an error, before it has read everything.
        if _wait(link, select.POLLIN | select.POLLOUT) & select.POLLIN:
            link.consume_input()


def _arrived(link: PGconn) -> None:
    _wait(link, select.POLLIN)
    link.consume_input()


def _result(link: PGconn) -> PGresult | None:
    while link.is_busy():
        _arrived(link)
    return link.get_result()


def _wait(link: PGconn, events: int) -> int:
    poll = select.poll()
    poll.register(link.socket, events)
    return poll.poll()[0][1]


def _expect(result: PGresult | None, status: ExecStatus) -> None:
    if result is None:
        raise psycopg.OperationalError("the shard sent no result")
    if result.status != status:
        raise psycopg.errors.error_from_result(result)


def copy_records(
    connection: psycopg.Connection, statement: Statement, types: list[str]
) -> Iterator[tuple[Any, ...]]:
    """Records as Python values of these PostgreSQL types, sent in binary: a payload is not spelled
    out and parsed again.
    """
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(
        literal_statement(connection, statement)
    )
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        rows.set_types(types)
        yield from rows.rows()
