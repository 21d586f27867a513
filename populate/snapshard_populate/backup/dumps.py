"""Dumps of databases in pg_dump's custom format, which every later version of PostgreSQL restores."""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

import psycopg
from psycopg import sql

from snapshard.connections import CATALOG, ShardMap
from snapshard.connections.embedded import SHARD_PREFIX, Programs, Server, as_user
from snapshard.errors import SnapshardError

CHUNK = 1 << 20
Report = Callable[[int], None]
"""Called with the number of bytes so far."""


@dataclass(frozen=True)
class Databases:
    """The databases of a running server; `programs` read and write them."""

    server: Server
    programs: Programs

    def names(self) -> list[str]:
        """The catalog, then the databases of the shards by name.

        A dump of the catalog that is older than those of the shards is consistent with them: a
        shard commits its rows before the catalog counts them as loaded.
        """
        with psycopg.connect(self.server.address("postgres")) as connection:
            statement = (
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname"
            )
            records = connection.execute(statement, [SHARD_PREFIX]).fetchall()
        return [CATALOG, *(name for (name,) in records)]

    def shard_map(self) -> ShardMap:
        """The databases as shards."""
        shards = self.names()[1:]
        return ShardMap(
            self.server.address(CATALOG),
            {name.removeprefix(SHARD_PREFIX): self.server.address(name) for name in shards},
        )

    @contextmanager
    def dump(self, database: str) -> Iterator[Iterable[bytes]]:
        """The dump of a database as chunks, to be read to the end. Raises SnapshardError on exit if
        it is not complete.
        """
        options = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges"]
        command = ["pg_dump", *options, f"--dbname={self.server.address(database)}"]
        with self._running(command) as process:
            assert process.stdout is not None
            yield iter(lambda: process.stdout.read(CHUNK), b"")  # type: ignore[union-attr]

    def load(self, database: str, chunks: Iterable[bytes]) -> None:
        """Creates a database, unless it exists, and fills it from a dump, in one transaction."""
        with psycopg.connect(self.server.address("postgres"), autocommit=True) as connection:
            exists = "SELECT FROM pg_database WHERE datname = %s"
            if connection.execute(exists, [database]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        self._restore([*options, f"--dbname={self.server.address(database)}"], chunks)
        with psycopg.connect(self.server.address(database), autocommit=True) as connection:
            connection.execute("ANALYZE")

    def check(self, chunks: Iterable[bytes]) -> None:
        """Decodes a dump completely. Raises SnapshardError if it cannot be restored."""
        self._restore(["--file=/dev/null"], chunks)

    def _restore(self, options: list[str], chunks: Iterable[bytes]) -> None:
        with self._running(["pg_restore", *options]) as process:
            assert process.stdin is not None
            try:
                for chunk in chunks:
                    process.stdin.write(chunk)
                process.stdin.close()
            except BrokenPipeError:
                # The program has ended; what it wrote tells why.
                pass

    @contextmanager
    def _running(self, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        name, *arguments = command
        # A file, because a pipe that nobody reads until the end would stop the program when full.
        with (
            TemporaryFile() as messages,
            subprocess.Popen(
                [self.programs.path(name), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                **as_user(self.server.owner),
            ) as process,
        ):
            try:
                yield process
            except BaseException:
                process.kill()
                raise
            if process.wait():
                messages.seek(0)
                reason = messages.read().decode(errors="replace").strip()
                raise SnapshardError(f"PostgreSQL's {name} failed: {reason[-600:]}")
