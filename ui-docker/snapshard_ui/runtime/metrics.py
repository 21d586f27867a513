"""The counters that monitoring reads at /metrics in Prometheus' format, over all workers together.

prometheus_client decides when it is imported whether it counts in memory or in files that all
workers share. It is therefore imported only after a server has set PROMETHEUS_MULTIPROC_DIR.
"""

import os
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapshard.index import Index

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        histogram = partial(Histogram, buckets=_BUCKETS, registry=self.registry)
        counter = partial(Counter, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        self.requests = histogram(
            "snapshard_request_seconds",
            "Time until the last byte of a response",
            ("method", "route", "status"),
        )
        self.shards = histogram(
            "snapshard_shard_seconds", "Time on a shard per request", ("shard",)
        )
        self.rows = counter("snapshard_rows", "Rows returned", ("route",))
        self.truncated = counter("snapshard_truncated", "Truncated responses")
        self.exports = gauge(
            "snapshard_exports", "Exports in progress", multiprocess_mode="livesum"
        )
        self.refused = counter(
            "snapshard_exports_refused",
            "Exports refused because too many were in progress",
        )
        self.shard_up = gauge(
            "snapshard_shard_up",
            "1 if the shard responded to the last check",
            ("shard",),
            multiprocess_mode="mostrecent",
        )
        self.connections = gauge(
            "snapshard_connections",
            "Connections to a shard",
            ("shard", "use", "state"),
            multiprocess_mode="livesum",
        )

    def note_connections(self, index: "Index") -> None:
        """Sets the gauges of this process's connection pools."""
        for (shard, use), stats in index.pools.stats().items():
            idle = stats.get("pool_available", 0)
            states = {
                "idle": idle,
                "used": stats.get("pool_size", 0) - idle,
                "waiting": stats.get("requests_waiting", 0),
            }
            for state, number in states.items():
                self.connections.labels(shard, use.value, state).set(number)

    def text(self) -> bytes:
        """All counters in Prometheus' text format."""
        from prometheus_client import CollectorRegistry, generate_latest, multiprocess

        # A worker has its own counters only; the files hold those of all workers.
        registry: CollectorRegistry = self.registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
