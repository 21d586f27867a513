"""Logs as JSON, one line per event. They contain no regions, ids or query strings unless the
settings ask for them, because those can identify a patient.
"""

import logging
import re
import time
import traceback
from typing import Any

import orjson


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON. Without `queries` it has no text that may quote a request:
    no messages of exceptions, no arguments of errors.
    """

    def __init__(self, *, queries: bool = False) -> None:
        super().__init__()
        self._queries = queries

    def format(self, record: logging.LogRecord) -> str:
        timestamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{timestamp}.{int(record.msecs):03d}Z",
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
        if self._queries or not _may_quote_request(record):
            return record.getMessage()
        if isinstance(record.msg, BaseException):
            return type(record.msg).__name__
        # What was requested follows as an argument, or behind a colon. The other messages keep
        # their arguments: the number of a worker that was killed, and the signal.
        return re.split(r" %|: ", str(record.msg), maxsplit=1)[0]

    def _traceback(self, record: logging.LogRecord) -> str:
        assert record.exc_info
        if self._queries:
            return "".join(traceback.format_exception(*record.exc_info))
        # Only the places in the code: the last line of a traceback is the exception's message.
        return "".join(traceback.format_tb(record.exc_info[2]))


def _may_quote_request(record: logging.LogRecord) -> bool:
    """Whether a message may have the path of a request with its query, or its first line: gunicorn's
    messages about failed requests have.
    """
    about_request = isinstance(record.msg, BaseException) or "request" in str(record.msg).lower()
    return (
        record.name.startswith("gunicorn") and record.levelno >= logging.WARNING and about_request
    )


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
            # Its warnings quote messages of the database, and these quote statements.
            "psycopg": {"level": "ERROR"},
            # It logs the URL of every request: those that the tools at /mcp send in process.
            "httpx": {"level": "WARNING"},
            # It logs the beginning and the end of every exchange.
            "mcp": {"level": "WARNING"},
        },
    }
