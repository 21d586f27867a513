"""Data folders of the embedded server that live as long as the tests that use them."""

import shutil
import signal
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from snapshard.connections import Embedded
from snapshard_populate.loading import load_compilation


@dataclass(frozen=True)
class DataFolder:
    """A data folder and the embedded server in it; `parent` has room for other files of a test."""

    parent: Path
    path: Path
    embedded: Embedded

    @property
    def shards(self):
        """The databases that it has."""
        return self.embedded.shard_map()

    def load(self, plan):
        """Loads and publishes a compilation, with new databases for its shards where they are
        missing; returns the name of the release.
        """
        names = sorted({interval.shard for interval in plan.intervals})
        return load_compilation(self.embedded.ensure_shards(names), plan).name


@contextmanager
def data_folder(name="data"):
    """A data folder with a running server, which is stopped and removed at the end.

    It is not inside pytest's own temporary folder, which the user that PostgreSQL runs as may not
    enter.
    """
    parent = Path(tempfile.mkdtemp(prefix="snapshard-tests-"))
    try:
        embedded = Embedded(parent / name)
        try:
            yield DataFolder(parent, parent / name, embedded)
        finally:
            quit_at_once(embedded)
    finally:
        shutil.rmtree(parent, ignore_errors=True)


def quit_at_once(embedded):
    """Stops an embedded server whose folder is thrown away: it need not write a checkpoint."""
    embedded._healer.stop()
    # A test may have killed the server a moment ago; then `close` stops what is there.
    if embedded._server.postmaster() is not None:
        process = postmaster(embedded)
        process.send_signal(signal.SIGQUIT)
        process.wait(10)
    embedded.close()


def postmaster(embedded):
    """The first process of an embedded server."""
    return psutil.Process(embedded._server.postmaster().pid)
