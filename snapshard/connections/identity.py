"""Which database a connection reaches, whatever its address is."""

from typing import Any

import psycopg

_IDENTITY = "SELECT system_identifier || '/' || current_database() FROM pg_control_system()"


def database_identity(connection: psycopg.Connection[Any]) -> str:
    """PostgreSQL's own number of the server's data, and the name of the database. A copy that was
    restored on another server has another identity.
    """
    [record] = connection.execute(_IDENTITY)
    return str(record[0])
