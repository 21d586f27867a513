"""The three topologies: found in a Kubernetes cluster, a file of addresses, or the embedded server
of a folder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from snapshard.connections.shard_map import ShardMap, ShardSource
from snapshard.settings import Settings


@contextmanager
def running_shards(settings: Settings) -> Iterator[ShardSource]:
    """Where the shards are: found by label or as the shard map says if the settings say so, else in
    the embedded server.

    The embedded server is started, or joined, on entry and let go of on exit.
    """
    if settings.discover:
        from snapshard.connections.discovery import Discovery

        with Discovery.in_cluster(settings.discover) as discovery:
            yield discovery.shard_map
        return
    if settings.shards is not None:
        yield partial(ShardMap.from_file, settings.shards)
        return
    from snapshard.connections.embedded import Embedded

    embedded = Embedded(settings.data)
    try:
        yield embedded.shard_map
    finally:
        embedded.close()
