"""The embedded topology: one PostgreSQL server from a wheel, with a database for each shard and for
the catalog, in a folder that several programs share.

- `embedded` joins or starts the server of a folder and gives the addresses of its databases.
- `users` counts the programs that use the folder.
- `healer` starts a server again that died.
- `versions` compares the version of PostgreSQL with the one that wrote the folder.
- `server` starts and stops PostgreSQL in its data directory; `processes` finds what it left behind.
- `programs` finds PostgreSQL's programs and runs them as the right user.
- `addresses` chooses the folder of the socket and writes addresses that no variable can change.
"""

from snapshard.connections.embedded.embedded import (
    CONFIGURATION,
    SHARD_PREFIX,
    Embedded,
    report_failure,
    usable_folder,
)
from snapshard.connections.embedded.programs import Programs, as_user, current_programs
from snapshard.connections.embedded.server import Server
from snapshard.connections.embedded.users import exclusive
from snapshard.connections.embedded.versions import (
    UPGRADED,
    find_programs,
    folder_major,
    upgradable,
)

__all__ = [
    "CONFIGURATION",
    "SHARD_PREFIX",
    "UPGRADED",
    "Embedded",
    "Programs",
    "Server",
    "as_user",
    "current_programs",
    "exclusive",
    "find_programs",
    "folder_major",
    "report_failure",
    "upgradable",
    "usable_folder",
]
