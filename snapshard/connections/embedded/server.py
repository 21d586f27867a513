"""PostgreSQL in a data directory: whether it runs, its start and its stop.

What must hold:

- Whoever starts or stops the server holds the lock of the folder, so that no two programs do it at
  the same time.
- A server belongs to no program: it goes on when the program that started it ends.
- `postmaster.pid` names the first process, the postmaster. The file outlives a postmaster that was
  killed, and its number may then be that of any other program.
- The other processes of a killed postmaster may run on for a while and hold its shared memory. No
  new server starts before they have ended.
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from snapshard.connections.embedded.addresses import PORT, address, socket_folder
from snapshard.connections.embedded.programs import Programs, as_user, open_to, owner_of
from snapshard.errors import SnapshardError

STOPPING = "stopping"
"""The status of a postmaster that accepts no more connections."""
_POLL_SECONDS = 0.02
_STOP_SECONDS = 60.0
"""A server that has not stopped after this time is killed."""
_OPTIONS = ("lc_messages", "lc_monetary", "lc_numeric", "lc_time")
"""Locales that the server may have been created with and that this machine may lack."""


@dataclass(frozen=True)
class Postmaster:
    """The first process of a server, as `postmaster.pid` describes it."""

    pid: int
    socket: Path
    port: int
    status: str


class Server:
    """PostgreSQL in a data directory, with the programs of one version."""

    def __init__(
        self, folder: Path, programs: Programs, *, listen: str = "", port: int = PORT
    ) -> None:
        """`listen` is the address on which it accepts connections besides those of its socket."""
        self.folder = folder
        self.programs = programs
        self.listen = listen
        self.port = port

    def initialise(self, configuration: str) -> None:
        """Creates the data directory, unless it exists, and adds to its configuration.

        The order of text and what counts as a letter are those of Unicode on every machine.
        """
        if (self.folder / "PG_VERSION").exists():
            return
        # Under another name until it is complete, so that an interruption leaves no broken one.
        new = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        owner = owner_of(new)
        open_to(owner, new, self.programs)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres"]
        if self.programs.major >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self.programs.run("initdb", *options, f"--pgdata={new}", owner=owner)
        with (new / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(configuration)
        new.rename(self.folder)

    @property
    def owner(self) -> int:
        """The user that PostgreSQL runs as."""
        return owner_of(self.folder)

    def address(self, database: str) -> str:
        """The address of a database of the running server."""
        return address(socket_folder(self.folder), self.port, database)

    def postmaster(self) -> Postmaster | None:
        """The running postmaster; None if there is none."""
        postmaster = _read_pid_file(self.folder / "postmaster.pid")
        if postmaster is None or not self._is_ours(postmaster.pid):
            return None
        return postmaster

    def ensure_running(self) -> Postmaster:
        """Starts the server unless it runs, and waits until it accepts connections, however long it
        recovers.

        Raises SnapshardError with the end of its log if it ends instead.
        """
        postmaster = self.postmaster()
        # A server that is stopping may wait for the connections of its users for ever.
        if postmaster is None or postmaster.status == STOPPING:
            self.stop()
            return self._await_ready(self._start())
        return self._await_ready(postmaster.pid)

    def stop(self) -> None:
        """Ends all connections and stops the server; returns when it has ended."""
        postmaster = self.postmaster()
        if postmaster is None:
            return
        # PostgreSQL's fast shutdown, its immediate shutdown, and then by force.
        for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(postmaster.pid, signal_number)
            if _await_end(postmaster.pid):
                return

    def _start(self) -> int:
        """Starts the postmaster and returns its number."""
        self._end_orphans()
        open_to(self.owner, self.folder, self.programs)
        socket = socket_folder(self.folder)
        if socket != self.folder:
            _create_socket_folder(socket, self.owner)
        return self._launch(socket)

    def _await_ready(self, pid: int) -> Postmaster:
        while _is_alive(pid):
            postmaster = self.postmaster()
            if postmaster is not None and postmaster.status == "ready":
                return postmaster
            time.sleep(_POLL_SECONDS)
        raise SnapshardError(
            f"the embedded PostgreSQL in {self.folder} does not start: {self._log_end()}"
        )

    def _launch(self, socket: Path) -> int:
        settings = {"unix_socket_directories": socket, "unix_socket_permissions": "0700"}
        settings |= {"listen_addresses": self.listen, "port": self.port}
        settings |= dict.fromkeys(_OPTIONS, "C")
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = [self.programs.path("postgres"), "-D", str(self.folder), *options]
        # The shell ends at once, so that the postmaster is nobody's child: a program that ends
        # leaves it running, and one that does not wait for it leaves no zombie.
        result = subprocess.run(
            ["/bin/sh", "-c", '"$@" >>"$0" 2>&1 & echo $!', str(self.folder / "log"), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
            **as_user(self.owner),
        )
        return int(result.stdout)

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is alive and a PostgreSQL of this directory."""
        from snapshard.connections.embedded.processes import serves

        return _is_alive(pid) and serves(pid, self.folder)

    def _end_orphans(self) -> None:
        """Kills processes that a postmaster left behind when it was killed."""
        from snapshard.connections.embedded.processes import kill_orphans

        kill_orphans(self.folder)

    def _log_end(self) -> str:
        log = self.folder / "log"
        if not log.exists():
            return "it left no log"
        return f"{log} ends with: " + " | ".join(
            log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
        )


def _read_pid_file(path: Path) -> Postmaster | None:
    """What the file says; None if it is missing or not complete yet."""
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        return Postmaster(int(lines[0]), Path(lines[4]), int(lines[3]), lines[7].strip())
    except (OSError, ValueError, IndexError):
        return None


def _is_alive(pid: int) -> bool:
    # Imported on first use: an installation for a cluster has no embedded server, and no psutil.
    from snapshard.connections.embedded.processes import is_alive

    return is_alive(pid)


def _await_end(pid: int) -> bool:
    """Whether the process ends in time."""
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _create_socket_folder(folder: Path, owner: int) -> None:
    """Creates the folder for the server's user alone: whoever reaches the socket may do everything."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in (owner, os.geteuid()):
        raise SnapshardError(f"the folder {folder} of the server's socket belongs to another user")
    if os.geteuid() == 0:
        os.chown(folder, owner, -1)
