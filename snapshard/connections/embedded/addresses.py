"""Addresses of the embedded server's databases.

libpq reads dozens of variables (PGPORT, PGSERVICE, PGSSLMODE and so on) that people set for another
server. An address of the embedded server must mean the same under all of them: it states a value
for every option whose variable is set. The few variables that no option overrides are removed from
this process.
"""

import os
import re
from hashlib import sha256
from pathlib import Path

from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

PORT = 5432
"""Only the name of the socket contains it; nothing listens on a network."""
_WITHOUT_OPTION = ("PGSERVICE", "PGTZ", "PGDATESTYLE", "PGGEQO")
_SPECIAL_DEFAULTS = {
    "connect_timeout": "0",
    "min_protocol_version": "3.0",
    "max_protocol_version": "latest",
    "sslcertmode": "allow",
}
"""Values of options that have no default in libpq and do not accept an empty value."""
_SOCKET_BYTES = 103
"""The longest path of a socket on every system that has them (Linux allows 107 bytes)."""
_PLAIN = re.compile(r"[A-Za-z0-9/._+-]+")
"""A path that means the same in libpq's addresses and in PostgreSQL's settings: there, a comma
separates folders, and quotes, blanks and `%` have meanings.
"""


def socket_folder(folder: Path) -> Path:
    """The folder of the server's socket: the data directory or, if its path is too long for a socket
    or not plain, a folder in /tmp that is named after it.
    """
    path = str(folder / f".s.PGSQL.{PORT}")
    if len(path) <= _SOCKET_BYTES and _PLAIN.fullmatch(path):
        return folder
    return Path("/tmp") / f"snapshard-{sha256(os.fsencode(folder)).hexdigest()[:16]}"


def address(socket: Path, port: int, database: str) -> str:
    """The libpq address of a database of the server with this socket."""
    parameters = {"host": str(socket), "port": str(port), "user": "postgres", "dbname": database}
    return make_conninfo("", **(_neutral_options() | parameters))


def forget_variables() -> None:
    """Removes the variables from this process that would change every connection and that no option
    overrides: with PGSERVICE, libpq fails if the service is unknown.
    """
    for name in _WITHOUT_OPTION:
        os.environ.pop(name, None)


def _neutral_options() -> dict[str, str]:
    """libpq's own default of every option whose variable is set."""
    options = {}
    for option in Conninfo.get_defaults():
        name = option.keyword.decode()
        if option.envvar and option.envvar.decode() in os.environ:
            options[name] = _SPECIAL_DEFAULTS.get(name, (option.compiled or b"").decode())
    options.pop("service", None)
    return options
