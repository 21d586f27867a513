"""Database sessions of loaders and of release steps, and the locks that keep them apart.

There are two advisory locks for each release, one in the catalog and one in every shard. What must
hold:

- A loader holds the release's lock in the catalog, shared. A session that drops the release holds
  this lock alone. So no release is dropped while it is being loaded, and many shards can be loaded
  at once.
- The loader of a shard holds the release's lock in that shard alone. A session that drops the
  release's schema there does the same. So a shard has one loader at a time.

Locks belong to the session, not to a transaction: they are kept between the steps of a load, and
PostgreSQL releases them when the session ends, even if its process was killed. That may take
moments, because the server must first notice; hence the patience below.
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
        # In ms. Ends a statement soon after its loader was killed.
        "client_connection_check_interval": 1000,
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
    }.items()
)
_POLL_SECONDS = 0.1
PATIENCE = 5.0
"""Seconds to wait for a lock. The session of a killed loader has ended by then."""

_LOCK_SHARED = "SELECT pg_try_advisory_lock_shared(hashtextextended(%s, 0))"
"""Takes a lock that others may share, or returns false at once."""

_LOCK_ALONE = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
"""Takes a lock for this session alone, or returns false at once."""


@contextmanager
def session(name: str, address: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit mode without time limits; its errors name the shard, or the
    catalog.
    """
    with (
        shard_errors(name),
        psycopg.connect(
            address,
            autocommit=True,
            connect_timeout=5,
            options=_OPTIONS,
            application_name="snapshard load",
        ) as connection,
    ):
        yield connection


def lock_shared(catalog: psycopg.Connection[Any], schema: str) -> None:
    """Marks the release as being loaded. Raises BadRelease if it is being dropped."""
    if not _lock(catalog, _LOCK_SHARED, schema, PATIENCE):
        raise BadRelease(f"release {schema!r} is being pruned; begin a new one")


def try_lock(
    connection: psycopg.Connection[Any], schema: str, *, patience: float | None = None
) -> bool:
    """Whether this session now holds the release's lock here alone. It waits up to `patience`
    seconds, by default PATIENCE.
    """
    return _lock(connection, _LOCK_ALONE, schema, PATIENCE if patience is None else patience)


def _lock(
    connection: psycopg.Connection[Any], statement: str, schema: str, patience: float
) -> bool:
    # Tries again and again instead of waiting in the server, so that a timeout is no error there.
    deadline = time.monotonic() + patience
    while connection.execute(statement.encode(), [f"snapshard {schema}"]).fetchone() != (True,):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
