"""Discovery of shards in a Kubernetes cluster, by the labels of their Services.

A thread watches the Services. It replaces the dictionary of addresses and never changes it, so that
readers need no lock. If the watch is lost, the last addresses stay in use and the Services are listed
again.
"""

import logging
import threading
from types import TracebackType
from typing import Any, Self

from snapshard.connections.shard_map import CATALOG, ShardMap
from snapshard.errors import BadShardMap, SnapshardError

SHARD_LABEL = "snapshard/shard"
"""The label whose value is a shard's name, or `catalog`."""
ADDRESS_ANNOTATION = "snapshard/address"
"""The libpq address, without a password, of a shard that is not behind its own Service."""
_WATCH_SECONDS = 240
_RETRY_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Discovery:
    """A shard map that follows the Services of a namespace. Close it at the end.

    Create it after a fork, because it has a thread. While the API server is unavailable, the last
    map stays in use.
    """

    def __init__(self, api: Any, namespace: str, selector: str) -> None:
        """Lists the Services once. Raises SnapshardError if the API server does not answer or refuses."""
        self._api = api
        self._namespace = namespace
        self._selector = selector
        self._addresses: dict[str, str] = {}
        self._closed = threading.Event()
        try:
            self._version = self._list()
        except Exception as exc:  # the client raises urllib3's errors as well as its own
            services = f"Services with {selector!r} in namespace {namespace!r}"
            raise SnapshardError(f"cannot list the {services}: {_reason(exc)}") from exc
        threading.Thread(target=self._follow, name="discovery", daemon=True).start()

    @classmethod
    def in_cluster(cls, selector: str) -> Self:
        """Discovery with this pod's service account, in the pod's own namespace."""
        from kubernetes import client, config
        from kubernetes.config.incluster_config import SERVICE_CERT_FILENAME, SERVICE_TOKEN_FILENAME

        try:
            config.load_incluster_config()  # type: ignore[no-untyped-call]
            with open(
                SERVICE_TOKEN_FILENAME.replace("token", "namespace"), encoding="ascii"
            ) as file:
                namespace = file.read().strip()
        except (config.ConfigException, OSError) as exc:
            raise SnapshardError(
                f"discovery needs a pod with a service account ({SERVICE_CERT_FILENAME}): {exc}"
            ) from exc
        return cls(client.CoreV1Api(), namespace, selector)

    def shard_map(self) -> ShardMap:
        """The current shards. Raises BadShardMap while there is no catalog among them."""
        addresses = dict(self._addresses)
        if CATALOG not in addresses:
            services = f"Service with {self._selector!r} in {self._namespace!r}"
            raise BadShardMap(f"no {services} is labelled {SHARD_LABEL}={CATALOG}")
        return ShardMap(addresses.pop(CATALOG), addresses)

    def close(self) -> None:
        """Ends the watch at its next event or timeout."""
        self._closed.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _list(self) -> str:
        services = self._api.list_namespaced_service(
            self._namespace, label_selector=self._selector, _request_timeout=10
        )
        entries = map(_entry, services.items)
        self._addresses = dict(entry for entry in entries if entry is not None)
        return str(services.metadata.resource_version)

    def _follow(self) -> None:
        from kubernetes import watch

        while not self._closed.is_set():
            try:
                events = watch.Watch().stream(  # type: ignore[no-untyped-call]
                    self._api.list_namespaced_service,
                    self._namespace,
                    label_selector=self._selector,
                    resource_version=self._version,
                    timeout_seconds=_WATCH_SECONDS,
                    _request_timeout=_WATCH_SECONDS + 30,
                )
                for event in events:
                    self._apply(event)
                self._version = self._list()
            except (
                Exception
            ) as exc:  # of any kind: the last map serves, and the next try lists again
                _log.warning("discovery lost its watch: %s", _reason(exc))
                self._closed.wait(_RETRY_SECONDS)
                self._relist()

    def _relist(self) -> None:
        try:
            self._version = self._list()
        except Exception as exc:
            _log.warning("discovery cannot list Services: %s", _reason(exc))

    def _apply(self, event: dict[str, Any]) -> None:
        entry = _entry(event["object"])
        if entry is None:
            return
        addresses = dict(self._addresses)
        if event["type"] == "DELETED":
            addresses.pop(entry[0], None)
        else:
            addresses[entry[0]] = entry[1]
        self._addresses = addresses


def _entry(service: Any) -> tuple[str, str] | None:
    """The name and address of a shard, or None for a Service without the label."""
    metadata = service.metadata
    name = (metadata.labels or {}).get(SHARD_LABEL)
    if not name:
        return None
    address = (metadata.annotations or {}).get(ADDRESS_ANNOTATION)
    return str(name), str(address or f"host={metadata.name} dbname=snapshard")


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error).splitlines()[0]
