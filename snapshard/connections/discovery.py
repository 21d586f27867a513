"""Shards found in a Kubernetes cluster: its Services with a label say which there are, and a watch
follows them.
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
"""Where a shard lives that is not behind its own Service: a libpq address without a password."""
_WATCH_SECONDS = 240
_RETRY_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Discovery:
    """A shard map that follows the Services of a namespace; close it at the end. Make it after a
    fork: it has a thread.

    While the API server is away the last known map goes on serving.
    """

    def __init__(self, api: Any, namespace: str, selector: str) -> None:
        """Lists the Services once; raises SnapshardError if the API server does not answer, or does
        not allow it.
        """
        self._api = api
        self._namespace = namespace
        self._selector = selector
        self._addresses: dict[str, str] = {}
        self._closed = threading.Event()
        try:
            self._version = self._list()
        except Exception as exc:  # the client raises urllib3's errors as well as its own
            raise SnapshardError(
                f"cannot list the Services with {selector!r} in namespace {namespace!r}: {_reason(exc)}"
            ) from exc
        threading.Thread(target=self._follow, name="discovery", daemon=True).start()

    @classmethod
    def in_cluster(cls, selector: str) -> Self:
        """Discovery by the account of the pod that this process runs in, in its own namespace."""
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
        """The shards that there are now. Raises BadShardMap while there is no catalog among them."""
        addresses = dict(self._addresses)
        if CATALOG not in addresses:
            raise BadShardMap(
                f"no Service with {self._selector!r} in {self._namespace!r} is labelled {SHARD_LABEL}={CATALOG}"
            )
        return ShardMap(addresses.pop(CATALOG), addresses)

    def close(self) -> None:
        """Ends the watch, at its next event or its end."""
        self._closed.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _list(self) -> str:
        found = self._api.list_namespaced_service(
            self._namespace, label_selector=self._selector, _request_timeout=10
        )
        self._addresses = dict(entry for service in found.items if (entry := _entry(service)))
        return str(found.metadata.resource_version)

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
            ) as exc:  # whatever it is: the last known map serves, and the next try lists anew
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
        self._addresses = addresses  # replaced, never changed: readers need no lock


def _entry(service: Any) -> tuple[str, str] | None:
    """A shard's name and address; None for a Service without the label."""
    meta = service.metadata
    name = (meta.labels or {}).get(SHARD_LABEL)
    if not name:
        return None
    return str(name), str(
        (meta.annotations or {}).get(ADDRESS_ANNOTATION) or f"host={meta.name} dbname=snapshard"
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error).splitlines()[0]
