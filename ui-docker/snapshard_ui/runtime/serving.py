"""Gunicorn from Python: the options that the image and `snapshard serve` share, and a server that
runs with them.

One parent process owns the listening socket and starts the workers; each worker makes its own
application after the fork, because connections and threads do not survive a fork. On SIGTERM the
parent stops the workers, which finish their responses within the drain time. On SIGHUP the parent
starts new workers before it stops the old ones. The socket stays open meanwhile, so that no
connection is refused and a port that the system chose stays the same.
"""

import atexit
import os
import shutil
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import KNOWN_SETTINGS

from snapshard.errors import SnapshardError
from snapshard.settings import Settings
from snapshard_ui.runtime.buffered_worker import CONNECTIONS, BufferedWorker
from snapshard_ui.runtime.bulk_channel import BulkRole
from snapshard_ui.runtime.logs import log_config

_GUNICORN_SETTINGS = {setting.name for setting in KNOWN_SETTINGS}
_MEMORY = "/dev/shm"
_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"


def options(settings: Settings) -> dict[str, Any]:
    """Gunicorn's settings for ours.

    Workers use threads, because a request mostly waits for shards. A thread gets a request when all
    of it has arrived (buffered_worker.py), and is occupied until the response is sent; for an export
    that is when the client has read all of it. One more worker serves requests that read much.
    """
    role = BulkRole()
    configuration = {
        "bind": f"{url_host(settings.host)}:{settings.port}",
        "workers": settings.workers + 1,
        "threads": settings.threads,
        "worker_class": BufferedWorker,
        "worker_connections": CONNECTIONS,
        "graceful_timeout": settings.drain_seconds,
        "timeout": 60,
        "keepalive": 75,
        # Gunicorn would trust clients of this machine to set SCRIPT_NAME and the scheme. Trusted
        # proxies are a setting of the application.
        "forwarded_allow_ips": "",
        "limit_request_line": 0,
        "limit_request_field_size": 65_536,
        "accesslog": None,
        "logconfig_dict": log_config(queries=settings.log_queries),
        "on_starting": _share_counters,
        "pre_fork": role.assign,
        "on_reload": role.renew,
        "child_exit": partial(_forget_worker, role),
    }
    # Older gunicorn has no control socket and refuses a setting that it does not know.
    if "control_socket_disable" in _GUNICORN_SETTINGS:
        configuration["control_socket_disable"] = True
    # Workers report that they are alive by touching a file. On a disk that is busy with an export
    # the touch may take so long that the parent kills a healthy worker.
    if Path(_MEMORY).is_dir():
        configuration["worker_tmp_dir"] = _MEMORY
    return configuration


def url_host(host: str) -> str:
    """A host as URLs write it: an address of IPv6 gets brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def check_address(host: str, port: int) -> None:
    """Raises SnapshardError if no server can listen there. Gunicorn would try for five seconds and
    report it among its log lines.
    """
    bare = host.strip("[]")
    try:
        family = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)[0][0]
        # Without SO_REUSEADDR, a server that has just ended would seem to be running.
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((bare, port))
            listener.listen(1)
    except (OSError, OverflowError, UnicodeError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or str(exc)
        raise SnapshardError(f"cannot listen on {url_host(host)}:{port}: {reason}") from exc


def _share_counters(arbiter: Any) -> None:
    """Lets the workers count together: prometheus_client keeps one file per worker in the folder
    that this variable names.
    """
    if _COUNTERS not in os.environ:
        os.environ[_COUNTERS] = mkdtemp(prefix="snapshard-metrics-")
        atexit.register(_remove_counters, os.environ[_COUNTERS], os.getpid())


def _remove_counters(folder: str, parent: int) -> None:
    # A worker inherits this function and calls it when it exits. Its successors still need the
    # folder, so only the parent removes it.
    if os.getpid() == parent:
        shutil.rmtree(folder, ignore_errors=True)


def _forget_worker(role: BulkRole, arbiter: Any, worker: Any) -> None:
    role.resign(worker)
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    """A gunicorn server of an application.

    `on_listening` is called with the port once the socket accepts connections, before the workers
    start. `run` returns only by SystemExit, after the last response or the drain time.
    """

    def __init__(
        self,
        make_app: Callable[[], Flask],
        options: Mapping[str, Any],
        on_listening: Callable[[int], None],
    ) -> None:
        self._make_app = make_app
        # With port 0 the system chooses the port when the socket is bound, so that no other
        # program can take it between the choice and the start.
        self._options = {
            **options,
            "when_ready": lambda arbiter: on_listening(arbiter.LISTENERS[0].sock.getsockname()[1]),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()
