"""The SQL router: a PostgreSQL in which the shards of a release are one table, for any client.

- `partitions` decides how shards become partitions; `statements` writes them as SQL.
- `refresh` brings a router up to date with what is served.
- `local_router` runs a router for a data folder.
"""

from snapshard.router.local_router import LocalRouter, local_router
from snapshard.router.refresh import follow, refresh_router

__all__ = ["LocalRouter", "follow", "local_router", "refresh_router"]
