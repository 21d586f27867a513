"""Backup and restore of a data folder, and its move to a new version of PostgreSQL.

What must hold:

- A backup is consistent although the folder is in use: the catalog is dumped first, and no release
  is dropped meanwhile, because the backup holds the lock of each release as a loader does.
- A backup or a restored folder gets its name only when it is complete and was read back.
- The two renames that end an upgrade can be interrupted between them. The new directory then has
  the name `postgres.upgraded`, and the next upgrade completes the second rename.
"""

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from zipfile import ZipFile

from snapshard.connections import CATALOG, Embedded, ShardMap
from snapshard.connections.embedded import (
    CONFIGURATION,
    UPGRADED,
    Programs,
    Server,
    current_programs,
    exclusive,
    folder_major,
    usable_folder,
)
from snapshard.errors import SnapshardError
from snapshard_populate.backup.archive import Reader, Writer
from snapshard_populate.backup.dumps import Databases, Report
from snapshard_populate.loading import verify_release
from snapshard_populate.releases import lock_shared, release_statuses, session

_LOCKED_STATES = ("loading", "verified", "published", "retired")
_CHECKED_STATES = ("verified", "published")


def back_up(data: Path, target: Path, report: Report) -> Path:
    """Writes a backup of a folder, which may be in use, and returns its path: the target or, if that
    is a folder, a file in it that is named after the time. Raises SnapshardError if it exists.
    """
    if not (data / "postgres").exists():
        raise SnapshardError(f"there is no data folder {data} to back up")
    path = target
    if target.is_dir():
        path = target / f"snapshard-{time.strftime('%Y%m%d-%H%M%S')}.backup"
    if path.exists():
        raise SnapshardError(f"{path} exists; name another file")
    incomplete = path.with_name(path.name + ".part")
    with Embedded(data) as embedded, ExitStack() as stack:
        stack.callback(incomplete.unlink, missing_ok=True)
        databases = Databases(embedded.server, current_programs())
        with ZipFile(incomplete, "w") as file, _keeping_releases(embedded.shard_map()):
            writer = Writer(file, report)
            for name in databases.names():
                with databases.dump(name) as chunks:
                    writer.add(name, chunks)
            writer.finish(databases.programs.major)
        with closing(Reader(incomplete)) as reader:
            for dump in reader.dumps:
                databases.check(reader.chunks(dump, report))
        incomplete.rename(path)
    return path


def restore(source: Path, data: Path, report: Report) -> None:
    """Creates a data folder from a backup, and compares every release with what was loaded. Raises
    SnapshardError if the folder has databases already.
    """
    with closing(Reader(source)) as reader:
        folder = usable_folder(data)
        with exclusive(folder), _new_directory(folder) as new:
            for dump in reader.dumps:
                new.load(dump.database, reader.chunks(dump, report))
            _verify(new.shard_map())
            new.server.stop()
            new.server.folder.rename(folder / "postgres")


def upgrade(data: Path, old: Programs, report: Report) -> Path:
    """Moves a folder to the current version of PostgreSQL, and returns the path of the old data
    directory, which is kept. Raises SnapshardError if a program uses the folder.
    """
    folder = usable_folder(data)
    old_directory = folder / f"postgres.{old.major}"
    with exclusive(folder):
        if (folder / "postgres").exists():
            _copy(folder, old, report)
            (folder / "postgres").rename(old_directory)
        (folder / UPGRADED).rename(folder / "postgres")
    return old_directory


def _copy(folder: Path, old: Programs, report: Report) -> None:
    """Copies all databases to a new directory named `postgres.upgraded`."""
    shutil.rmtree(folder / UPGRADED, ignore_errors=True)
    source = Databases(Server(folder / "postgres", old), current_programs())
    with _new_directory(folder, replacing=True) as new:
        source.server.ensure_running()
        try:
            for name in source.names():
                with source.dump(name) as chunks:
                    new.load(name, _counted(chunks, report))
        finally:
            source.server.stop()
        _verify(new.shard_map())
        new.server.stop()
        new.server.folder.rename(folder / UPGRADED)


def _counted(chunks: Iterable[bytes], report: Report) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        report(size)
        yield chunk


@contextmanager
def _new_directory(folder: Path, *, replacing: bool = False) -> Iterator[Databases]:
    """A running server in a new directory, which is removed unless it was renamed."""
    if not replacing and folder_major(folder) is not None:
        raise SnapshardError(f"the data folder {folder} has databases; name a new folder")
    server = Server(folder / "postgres.incomplete", current_programs())
    # A restore that was killed may have left it, with its server.
    _remove(server)
    try:
        server.initialise(CONFIGURATION)
        server.ensure_running()
        yield Databases(server, server.programs)
    finally:
        _remove(server)


def _remove(server: Server) -> None:
    with suppress(FileNotFoundError):
        server.stop()
        shutil.rmtree(server.folder)


@contextmanager
def _keeping_releases(shards: ShardMap) -> Iterator[None]:
    """Keeps prune from dropping a release."""
    statuses = release_statuses(shards.catalog)
    with session(CATALOG, shards.catalog) as catalog:
        for status in statuses:
            if status.state in _LOCKED_STATES:
                lock_shared(catalog, status.schema)
        yield


def _verify(shards: ShardMap) -> None:
    for status in release_statuses(shards.catalog):
        if status.state in _CHECKED_STATES:
            verify_release(shards, status.compilation, status.name)
