"""Gunicorn from Python: the options that the image and `snapshard serve` share, and a server that
runs them.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import KNOWN_SETTINGS

from snapshard.settings import Settings
from snapshard_ui.runtime.logs import log_config

KNOWN = {setting.name for setting in KNOWN_SETTINGS}
_MEMORY = "/dev/shm"
_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"


def options(settings: Settings) -> dict[str, Any]:
    """Gunicorn's settings for ours. Threads wait on shards; the application is made in each worker,
    after the fork.
    """
    given = {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "graceful_timeout": settings.drain_seconds,
        "timeout": 60,
        "keepalive": 75,
        "limit_request_line": 0,
        "limit_request_field_size": 65_536,
        "accesslog": None,
        "logconfig_dict": log_config(queries=settings.log_queries),
        "on_starting": _share_counters,
        "child_exit": _forget_worker,
    }
    if "control_socket_disable" in KNOWN:
        given["control_socket_disable"] = True
    if Path(_MEMORY).is_dir():
        # Heartbeats go through a file; on a disk that is busy with an export a worker would be
        # taken for dead.
        given["worker_tmp_dir"] = _MEMORY
    return given


def _share_counters(arbiter: Any) -> None:
    """Lets the workers count together: prometheus_client keeps one file per worker in the folder
    that this variable names.
    """
    if _COUNTERS not in os.environ:
        folder = TemporaryDirectory(prefix="snapshard-metrics-")
        os.environ[_COUNTERS] = folder.name
        # The folder lives as long as the arbiter.
        arbiter.counters = folder


def _forget_worker(arbiter: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    """A gunicorn server of an application; `run` returns only by SystemExit, after the last answer
    or the drain time.
    """

    def __init__(self, make_app: Callable[[], Flask], given: Mapping[str, Any]) -> None:
        self._make_app = make_app
        self._given = given
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._given.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()
