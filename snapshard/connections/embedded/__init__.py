"""The embedded topology: one PostgreSQL server from a wheel, with a database for each shard and for
the catalog, in a folder that several programs share.

- `embedded` joins or starts the server of a folder and gives the addresses of its databases.
- `users` counts the programs that use the folder.
- `healer` starts a server again that died.
- `server` starts and stops PostgreSQL in its data directory.
- `programs` finds PostgreSQL's programs and runs them as the right user.
- `addresses` chooses the folder of the socket and writes addresses that no variable can change.
"""

from snapshard.connections.embedded.embedded import Embedded, report_failure

__all__ = ["Embedded", "report_failure"]
