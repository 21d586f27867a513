"""Gunicorn from Python: the options that the image and `snapshard serve` share, and a server that runs them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from snapshard.settings import Settings


def options(settings: Settings) -> dict[str, Any]:
    """Gunicorn's settings for ours. Threads wait on shards; the application is made in each worker, after the fork."""
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "graceful_timeout": settings.drain_seconds,
        "timeout": 60,
        "keepalive": 75,
        "limit_request_line": 0,
        "limit_request_field_size": 65_536,
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm",
        "accesslog": None,
    }


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    """A gunicorn server of an application; `run` returns only by SystemExit, after the last answer or the drain time."""

    def __init__(self, make_app: Callable[[], Flask], given: Mapping[str, Any]) -> None:
        self._make_app = make_app
        self._given = given
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._given.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()
