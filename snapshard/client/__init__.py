"""The Python client of a server's URL or of a data folder on this machine.

    from snapshard import Client

    with Client("https://snapshard.example.org") as client:
        junctions = client.junctions("chr2:29,193,000-29,920,000", filter="samples_count>=5")

It needs none of the server's packages. Reading a folder needs the extra `embedded`, sparse matrices the
extra `matrix`.
"""

from snapshard.client.client import Client
from snapshard.client.errors import (
    Ambiguous,
    AnswerError,
    BadFile,
    Interrupted,
    Missing,
    Partial,
    Refused,
    ServerUnreachable,
    Truncated,
    Unavailable,
)
from snapshard.errors import MissingExtra

__all__ = [
    "Ambiguous",
    "AnswerError",
    "BadFile",
    "Client",
    "Interrupted",
    "Missing",
    "MissingExtra",
    "Partial",
    "Refused",
    "ServerUnreachable",
    "Truncated",
    "Unavailable",
]
