"""The three topologies: shards in a Kubernetes cluster, in a file of addresses, or embedded.

This module alone decides which shards a process uses. serve, load, releases and the Python client
all call `running_shards`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from snapshard.connections.embedded import Embedded, report_failure
from snapshard.connections.shard_map import ShardMap, ShardSource
from snapshard.errors import SnapshardError
from snapshard.settings import Settings


@contextmanager
def running_shards(
    settings: Settings, *, on_failure: Callable[[SnapshardError], None] = report_failure
) -> Iterator[ShardSource]:
    """The shards that the settings name: by discovery, else by the shard map, else embedded.

    The embedded server is started or joined on entry and released on exit; `on_failure` is that of
    Embedded.
    """
    if settings.discover:
        from snapshard.connections.discovery import Discovery

        with Discovery.in_cluster(settings.discover) as discovery:
            yield discovery.shard_map
    elif settings.shards is not None:
        yield partial(ShardMap.from_file, settings.shards)
    else:
        with Embedded(settings.data, on_failure=on_failure) as server:
            yield server.shard_map
