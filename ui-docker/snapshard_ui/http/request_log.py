"""Around every request: its id, how long each shard took, a line in the log, and the counters."""

import logging
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from flask import Flask, Response, g, request

from snapshard.connections import Watch, watching
from snapshard_ui.http.problems import request_id
from snapshard_ui.runtime.backend import Backend, backend

_log = logging.getLogger("snapshard_ui.requests")


@dataclass
class Record:
    """One request, from its first to its last byte."""

    method: str
    route: str
    compilation: str
    watch: Watch = field(default_factory=Watch)
    started: float = field(default_factory=time.perf_counter)
    rows: int = 0
    truncated: bool = False


def install(app: Flask) -> None:
    """Observes every request of the application."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)


def record() -> Record:
    """The record of the request that is answered now."""
    found: Record = g.record
    return found


def _begin() -> None:
    route = request.url_rule.rule if request.url_rule else "unmatched"
    g.record = Record(request.method, route, str((request.view_args or {}).get("compilation", "")))
    g.inside = ExitStack()
    g.inside.enter_context(watching(g.record.watch))
    client = request.environ.get("gunicorn.socket")
    g.inside.enter_context(backend().departures.noticed(client, g.record.watch.cancel))


def _leave(error: BaseException | None) -> None:
    if "inside" in g:
        g.pop("inside").close()


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    seen, ours = record(), backend()
    timing = [
        f"{_token(shard)};dur={1000 * seconds:.1f}" for shard, seconds in seen.watch.seconds.items()
    ]
    timing.append(f"total;dur={1000 * (time.perf_counter() - seen.started):.1f}")
    response.headers["Server-Timing"] = ", ".join(timing)
    identity, status, url = (
        request_id(),
        response.status_code,
        request.full_path if ours.settings.log_queries else None,
    )
    response.call_on_close(lambda: _closed(ours, seen, identity=identity, status=status, url=url))
    return response


def _token(shard: str) -> str:
    return "shard-" + "".join(
        letter if letter.isalnum() or letter in "-_" else "-" for letter in shard
    )


def _closed(ours: Backend, seen: Record, *, identity: str, status: int, url: str | None) -> None:
    seconds = time.perf_counter() - seen.started
    metrics = ours.metrics
    metrics.requests.labels(seen.method, seen.route, str(status)).observe(seconds)
    for shard, spent in seen.watch.seconds.items():
        metrics.shards.labels(shard).observe(spent)
    if seen.rows:
        metrics.rows.labels(seen.route).inc(seen.rows)
    if seen.truncated:
        metrics.truncated.inc()
    members = {
        "request_id": identity,
        "method": seen.method,
        "route": seen.route,
        "compilation": seen.compilation,
        "status": status,
        "ms": round(1000 * seconds, 1),
        "rows": seen.rows,
        "shards": {shard: round(1000 * spent, 1) for shard, spent in seen.watch.seconds.items()},
    }
    _log.info("answered", extra={"members": members | ({"url": url} if url else {})})
