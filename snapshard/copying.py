"""Answers of one shard, streamed by COPY: the leanest way out of PostgreSQL, in text ready for use or in raw bytes."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


def literal_statement(connection: psycopg.Connection, statement: Select[Any]) -> sql.SQL:
    """The statement with its values written in by the driver, since COPY takes no parameters."""
    compiled = statement.compile(dialect=_DIALECT)
    with psycopg.ClientCursor(connection) as cursor:
        return sql.SQL(cursor.mogrify(str(compiled), compiled.params))


def copy_lines(connection: psycopg.Connection, statement: Select[Any]) -> Iterator[bytes]:
    """Tab-separated lines, several at a time; NULL is the empty text."""
    copy = sql.SQL("COPY ({}) TO STDOUT (NULL '')").format(literal_statement(connection, statement))
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for line in rows:
            yield bytes(line)


def copy_records(connection: psycopg.Connection, statement: Select[Any], types: list[str]) -> Iterator[tuple[Any, ...]]:
    """Records as Python values of these PostgreSQL types, sent in binary: a payload is not spelled out and parsed again."""
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(literal_statement(connection, statement))
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        rows.set_types(types)
        yield from rows.rows()
