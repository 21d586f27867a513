"""Request id, `Server-Timing`, a line in the log and the counters, for every request."""

import logging
import time

from flask import Flask, Response, request

from snapshard_ui.http.record import Record, current_record
from snapshard_ui.http.streaming import watched
from snapshard_ui.runtime import Backend, current_backend

_log = logging.getLogger("snapshard_ui.requests")


def install(app: Flask) -> None:
    """Observes every request of the application."""
    app.before_request(_begin)
    app.after_request(_add_headers)
    app.teardown_request(_release_resources)


def _begin() -> None:
    # A stream is guarded on its own (see streaming.py): it outlives what is undone below.
    record, backend = current_record(), current_backend()

    def take_wide_slot() -> None:
        # A request may read several times: it has one slot for all of them, or requests with a part
        # of what they need would wait for each other.
        if not record.reads_much:
            record.slots.callback(backend.take_wide_slot())
            record.reads_much = True

    record.watch.before_wide_read = take_wide_slot
    record.resources.enter_context(watched(backend, record))


def _release_resources(error: BaseException | None) -> None:
    current_record().resources.close()


def _add_headers(response: Response) -> Response:
    record, backend = current_record(), current_backend()
    response.headers["X-Request-ID"] = record.request_id
    timing = [
        f"{_token(shard)};dur={1000 * seconds:.1f}"
        for shard, seconds in record.watch.seconds.items()
    ]
    timing.append(f"total;dur={1000 * (time.perf_counter() - record.started):.1f}")
    response.headers["Server-Timing"] = ", ".join(timing)
    status = response.status_code
    # URLs hold regions and ids, which can identify a patient: logged only if the settings say so.
    url = request.full_path if backend.settings.log_queries else None
    # A streamed response is counted when its last byte is sent.
    response.call_on_close(lambda: _end(backend, record, status=status, url=url))
    return response


def _token(shard: str) -> str:
    """The shard's name as a token of a header (RFC 9110, section 5.6.2)."""
    letters = [letter if letter.isalnum() or letter in "-_" else "-" for letter in shard]
    return "shard-" + "".join(letters)


def _end(backend: Backend, record: Record, *, status: int, url: str | None) -> None:
    record.slots.close()
    seconds = time.perf_counter() - record.started
    metrics = backend.metrics
    metrics.requests.labels(record.method, record.route, str(status)).observe(seconds)
    for shard, shard_seconds in record.watch.seconds.items():
        metrics.shards.labels(shard).observe(shard_seconds)
    if record.rows:
        metrics.rows.labels(record.route).inc(record.rows)
    if record.truncated:
        metrics.truncated.inc()
    members = {
        "request_id": record.request_id,
        "method": record.method,
        "route": record.route,
        "compilation": record.compilation,
        "status": status,
        "ms": round(1000 * seconds, 1),
        "rows": record.rows,
        "shards": {
            shard: round(1000 * shard_seconds, 1)
            for shard, shard_seconds in record.watch.seconds.items()
        },
    }
    _log.info("answered", extra={"members": members | ({"url": url} if url else {})})
