"""The programs that use a data folder.

Every user holds a lock on a file of its own in the folder `.users`. The system releases the lock
when the program ends, however it ends, so that a killed user is not counted. What must hold: users
come and go only while they hold the lock of the folder; then the last one to go knows that it is
the last.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

from snapshard.errors import SnapshardError


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder alone, so that one program at a time starts or stops the server."""
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            # A worker that was forked meanwhile has the same open file: closing it here would not
            # release the lock.
            fcntl.flock(file, fcntl.LOCK_UN)


class User:
    """This program as a user of the folder, from its creation until `leave`."""

    def __init__(self, folder: Path) -> None:
        users = folder / ".users"
        users.mkdir(exist_ok=True)
        self._users = users
        self._file, self._path = mkstemp(dir=users, prefix=f"{os.getpid()}-")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Ends the use. Files of users that were killed are removed."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)
        Path(self._path).unlink(missing_ok=True)

    def others(self) -> bool:
        """Whether another user has the folder."""
        paths = [path for path in self._users.iterdir() if str(path) != self._path]
        return any(map(_is_held, paths))


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Holds a folder alone: other programs wait until the end. Raises SnapshardError if one uses it."""
    with folder_lock(folder):
        user = User(folder)
        try:
            if user.others():
                raise SnapshardError(
                    f"another program uses the data folder {folder}; stop it first"
                )
            yield
        finally:
            user.leave()


def _is_held(path: Path) -> bool:
    """Whether the user of a file lives. The file of one that does not is removed."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        path.unlink(missing_ok=True)
        return False
