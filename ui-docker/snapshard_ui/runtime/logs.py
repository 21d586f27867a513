"""Logs as JSON, a line an event. They hold no regions, ids or query strings unless asked for: those
can identify a patient.
"""

import logging
import time
import traceback
from typing import Any

import orjson


class JsonFormatter(logging.Formatter):
    """A record as one line. Without `queries` no text that may quote a request: messages of
    exceptions, arguments of errors.
    """

    def __init__(self, *, queries: bool = False) -> None:
        super().__init__()
        self._queries = queries

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._message(record),
            **getattr(record, "members", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["traceback"] = self._traceback(record)
        return orjson.dumps(line, default=str).decode()

    def _message(self, record: logging.LogRecord) -> str:
        # Gunicorn writes the path with its query into the message of a failed request.
        hide = (
            not self._queries
            and record.name.startswith("gunicorn")
            and record.levelno >= logging.WARNING
            and record.args
        )
        return str(record.msg) if hide else record.getMessage()

    def _traceback(self, record: logging.LogRecord) -> str:
        assert record.exc_info
        if self._queries:
            return "".join(traceback.format_exception(*record.exc_info))
        return "".join(traceback.format_tb(record.exc_info[2]))


def log_config(*, queries: bool) -> dict[str, Any]:
    """The configuration of Python's logging for the server: everything to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter, "queries": queries}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
            # Its warnings quote the server's words, and with them a statement.
            "psycopg": {"level": "ERROR"},
        },
    }
