"""The record of a request: the one place where a request keeps what it learns on its way.

Views write to it; headers, problems, the log and the counters read it. It is the only object that
the server puts into `flask.g`, and its fields are typed. A streamed response holds a reference to
it, because it is sent after Flask has left the request.
"""

import socket
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPMethod

from flask import g, request

from snapshard.connections import Watch
from snapshard.release import Release

_METHODS = frozenset(HTTPMethod)


@dataclass
class Record:
    """A request, from its first to the last byte of its response."""

    method: str
    """The method; OTHER for one that HTTP does not define, since every method is a series of counters."""
    route: str
    """The rule of the URL, such as `/livez`, so that the log and the counters hold no queries."""
    request_id: str
    client: socket.socket | None
    """The client's connection; None if the server does not reveal it (gunicorn does)."""
    watch: Watch = field(default_factory=Watch)
    """The time spent on each shard and the statements in progress."""
    started: float = field(default_factory=time.perf_counter)
    resources: ExitStack = field(default_factory=ExitStack)
    """Whatever must be undone when Flask leaves the request."""
    slots: ExitStack = field(default_factory=ExitStack)
    """What the request occupies until the last byte of its response is sent."""
    reads_much: bool = False
    """Whether the request has a slot for queries that read much."""

    compilation: str = ""
    """The compilation that the request is about. A name in the URL that no compilation has stays out
    of the log: it may be a region in the wrong place, which can identify a patient.
    """
    release: Release | None = None
    """The release that the response is about; None for a response about the whole service."""
    versioned: bool = False
    """Whether the URL names the release."""
    lasting: bool = True
    """Whether the response depends on that release alone, and so never changes."""
    etag: str | None = None
    partial: bool = False
    """Whether shards were unavailable, so that the response must not be cached."""
    private: bool = False
    """Whether the response repeats data of the client, so that nothing may store it."""
    rows: int = 0
    truncated: bool = False


def current_record() -> Record:
    """The record of the request in progress; the first call creates it."""
    # Also for a request that no route matches: its problem response needs an id.
    if "record" not in g:
        g.record = Record(
            request.method if request.method in _METHODS else "OTHER",
            request.url_rule.rule if request.url_rule else "unmatched",
            _request_id(request.headers.get("X-Request-ID", "")),
            request.environ.get("gunicorn.socket"),
        )
    record: Record = g.record
    return record


def _request_id(header: str) -> str:
    """The caller's own id if it is short and safe to log, otherwise a new one."""
    letters = header.replace("-", "").replace("_", "")
    usable = len(header) <= 100 and header.isascii() and letters.isalnum()
    return header if usable else uuid.uuid4().hex
