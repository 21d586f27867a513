"""A router on this machine: a second PostgreSQL, which has postgres_fdw, in the data folder `router`.

It reaches the embedded server by its socket, as a role that can only read. Clients reach it over TCP with
a password, which is in a file that only the owner may read.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from snapshard.connections import CATALOG, ShardMap, shard_errors
from snapshard.connections.embedded import Server, current_programs, exclusive, usable_folder

DATABASE = "snapshard"
_CONFIGURATION = """
# Written by snapshard when it created this folder. You may edit these lines; they are not written
# again.
max_connections = 32
shared_buffers = 64MB
work_mem = 32MB
jit = off
wal_level = minimal
max_wal_senders = 0
password_encryption = scram-sha-256
# Statements contain regions and ids, which can identify a patient.
log_min_error_statement = panic
"""
_ACCESS = """# Written by snapshard. The socket is open to the owner of the folder alone.
local all postgres trust
host snapshard reader all scram-sha-256
"""
_SHARD_READER = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN
        CREATE ROLE reader LOGIN IN ROLE pg_read_all_data;
        ALTER ROLE reader SET default_transaction_read_only = on;
    END IF;
END $$
"""
"""The role that reads the embedded server's databases. The image has it from the start."""
_FIND_DATABASE = "SELECT 1 FROM pg_database WHERE datname = %s"
_READER = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader LOGIN; END IF;
END $$
"""


@dataclass(frozen=True)
class LocalRouter:
    """A running router: its address for the superuser, by its socket, and for readers, over TCP."""

    address: str
    reader_address: str
    password_file: Path


@contextmanager
def local_router(data: Path, shards: ShardMap, *, host: str, port: int) -> Iterator[LocalRouter]:
    """The router of a data folder whose embedded server runs, until the end of the `with`.

    Raises SnapshardError if it does not start, or if another program runs it.
    """
    _create_shard_reader(shards)
    folder = usable_folder(data / "router")
    programs = current_programs("router")
    server = Server((folder / "postgres").resolve(), programs, listen=host, port=port)
    with exclusive(folder):
        server.initialise(_CONFIGURATION)
        (server.folder / "pg_hba.conf").write_text(_ACCESS, encoding="ascii")
        server.stop()
        try:
            server.ensure_running()
            yield _prepared(server, folder / "pgpass", host)
        finally:
            server.stop()


def _create_shard_reader(shards: ShardMap) -> None:
    with shard_errors(CATALOG), psycopg.connect(shards.catalog, autocommit=True) as connection:
        connection.execute(_SHARD_READER)


def _prepared(server: Server, password_file: Path, host: str) -> LocalRouter:
    """The router with its database and the password of its reader, which are created once."""
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        if not connection.execute(_FIND_DATABASE, [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        connection.execute(_READER)
        password = _password(password_file)
        statement = sql.SQL("ALTER ROLE reader PASSWORD {}").format(sql.Literal(password))
        connection.execute(statement)
    reader = {"host": host, "port": str(server.port), "user": "reader", "dbname": DATABASE}
    return LocalRouter(server.address(DATABASE), make_conninfo("", **reader), password_file)


def _password(file: Path) -> str:
    """The password in a file of libpq's format, which is written if it is missing."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(f"*:*:{DATABASE}:reader:{secrets.token_urlsafe(24)}\n")
    return file.read_text(encoding="ascii").strip().rsplit(":", 1)[1]
