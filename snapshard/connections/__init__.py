"""Connections to the shards: where they are, one pool for each, deadlines, and questions to many at once."""

from snapshard.connections.asking import ask
from snapshard.connections.embedded import Embedded
from snapshard.connections.identity import database_identity
from snapshard.connections.pipeline import Ask
from snapshard.connections.pools import Pools, Use
from snapshard.connections.reach import unreachable_shards
from snapshard.connections.shard_map import CATALOG, ShardMap, ShardSource, shard_errors
from snapshard.connections.topology import running_shards
from snapshard.connections.watch import Watch, current_watch, watching

__all__ = [
    "CATALOG",
    "Ask",
    "Embedded",
    "Pools",
    "ShardMap",
    "ShardSource",
    "Use",
    "Watch",
    "ask",
    "current_watch",
    "database_identity",
    "running_shards",
    "shard_errors",
    "unreachable_shards",
    "watching",
]
