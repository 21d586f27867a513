"""The file of a backup: a zip file with the dump of each database and `backup.json`, which lists
them with their SHA-256. The dumps are compressed already and are stored as they are.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from snapshard.errors import SnapshardError
from snapshard_populate.backup.dumps import CHUNK, Report

_LIST = "backup.json"
_FORMAT = 1


class BadBackup(SnapshardError):
    """A file that is not a complete backup."""


@dataclass(frozen=True)
class Dump:
    """A dump in the file: its database, size in bytes and SHA-256."""

    database: str
    bytes: int
    sha256: str


class Writer:
    """Writes a backup. It is complete only after `finish`."""

    def __init__(self, file: ZipFile, report: Report) -> None:
        self._file = file
        self._report = report
        self._dumps: list[Dump] = []
        self._bytes = 0

    def add(self, database: str, chunks: Iterable[bytes]) -> None:
        """Adds the dump of a database."""
        digest, size = sha256(), 0
        with self._file.open(_member(database), "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                self._bytes += len(chunk)
                self._report(self._bytes)
        self._dumps.append(Dump(database, size, digest.hexdigest()))

    def finish(self, postgres: int) -> None:
        """Adds the list of the dumps, and the version of PostgreSQL that they are from."""
        description = {
            "format": _FORMAT,
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "snapshard": version("snapshard"),
            "postgres": postgres,
            "dumps": [asdict(dump) for dump in self._dumps],
        }
        self._file.writestr(_LIST, json.dumps(description, indent=1) + "\n")


class Reader:
    """Reads a backup. Raises BadBackup if the file is not a complete one."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = ZipFile(path)
            description = json.loads(self._file.read(_LIST))
            if description["format"] != _FORMAT:
                raise BadBackup(f"{path}: format {description['format']}; update snapshard")
            self.postgres = int(description["postgres"])
            self.dumps = [Dump(**dump) for dump in description["dumps"]]
        except OSError as exc:
            raise BadBackup(f"cannot read the backup {path}: {exc.strerror or exc}") from exc
        except (BadZipFile, KeyError, TypeError, ValueError) as exc:
            raise BadBackup(f"{path} is not a complete backup of snapshard") from exc
        self._path = path

    def chunks(self, dump: Dump, report: Report) -> Iterator[bytes]:
        """The dump; raises BadBackup at its end if it is not what was written."""
        digest, size = sha256(), 0
        try:
            with self._file.open(_member(dump.database)) as member:
                while chunk := member.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    report(size)
                    yield chunk
        except (BadZipFile, KeyError, OSError) as exc:
            raise self._damaged(dump) from exc
        if digest.hexdigest() != dump.sha256:
            raise self._damaged(dump)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _damaged(self, dump: Dump) -> BadBackup:
        return BadBackup(f"{self._path}: the dump of {dump.database} is damaged")


def _member(database: str) -> str:
    return f"{database}.dump"
