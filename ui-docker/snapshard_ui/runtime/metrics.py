"""What monitoring reads at /metrics, in Prometheus' form, over all workers together.

The library decides how it counts when it is imported, so the import waits until a server has set
PROMETHEUS_MULTIPROC_DIR.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapshard.index import Index

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "snapshard_request_seconds",
            "Until the last byte",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.shards = Histogram(
            "snapshard_shard_seconds",
            "Time on a shard per request",
            ("shard",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.rows = Counter("snapshard_rows", "Rows answered", ("route",), registry=self.registry)
        self.truncated = Counter(
            "snapshard_truncated", "Pages with more behind them", registry=self.registry
        )
        self.exports = Gauge(
            "snapshard_exports",
            "Exports under way",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self.refused = Counter(
            "snapshard_exports_refused",
            "Exports refused since too many were under way",
            registry=self.registry,
        )
        self.shard_up = Gauge(
            "snapshard_shard_up",
            "1 if the shard answered when it was last asked",
            ("shard",),
            multiprocess_mode="mostrecent",
            registry=self.registry,
        )
        self.connections = Gauge(
            "snapshard_connections",
            "Connections to a shard",
            ("shard", "use", "state"),
            multiprocess_mode="livesum",
            registry=self.registry,
        )

    def note_connections(self, index: "Index") -> None:
        """Sets the gauges of this process' pools."""
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
        """All of them, as Prometheus reads them."""
        from prometheus_client import CollectorRegistry, generate_latest, multiprocess

        registry: CollectorRegistry = self.registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
