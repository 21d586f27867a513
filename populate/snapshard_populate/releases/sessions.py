"""Connections of loaders and of release steps, and the locks by which they keep out of each other's
way.

Two kinds of advisory lock, both kept until the session ends, also by a kill:

- in the catalog, of a release: shared by everybody who loads it, exclusive for who drops it;
- in a shard, of a release: exclusive for the one loader at work there, and for who drops it there.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from snapshard.connections import shard_errors
from snapshard.errors import BadRelease

_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": 0,
        "idle_in_transaction_session_timeout": 0,
        "client_connection_check_interval": 1000,  # ms: a statement ends soon after its loader was killed
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
    }.items()
)
_POLL_SECONDS = 0.1
PATIENCE = 5.0
"""Seconds to wait for a lock: what a killed loader's session may take to end."""


@contextmanager
def session(name: str, address: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit mode without time limits; its errors name the shard (or the
    catalog).
    """
    with (
        shard_errors(name),
        psycopg.connect(
            address,
            autocommit=True,
            connect_timeout=5,
            options=_OPTIONS,
            application_name="snapshard load",
        ) as open_one,
    ):
        yield open_one


def lock_shared(catalog: psycopg.Connection[Any], schema: str) -> None:
    """Marks the release as being loaded. Raises BadRelease if it is being dropped."""
    if not _locked(
        catalog, "SELECT pg_try_advisory_lock_shared(hashtextextended(%s, 0))", schema, None
    ):
        raise BadRelease(f"release {schema!r} is being pruned; begin a new one")


def try_lock(
    connection: psycopg.Connection[Any], schema: str, *, patience: float | None = None
) -> bool:
    """Whether the release is now locked here for this session alone, waited for as long as that,
    else for PATIENCE.
    """
    return _locked(
        connection, "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", schema, patience
    )


def _locked(
    connection: psycopg.Connection[Any], statement: str, schema: str, patience: float | None
) -> bool:
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    while connection.execute(statement.encode(), [f"snapshard {schema}"]).fetchone() != (True,):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
