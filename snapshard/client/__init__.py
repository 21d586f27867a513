"""The Python client: the same questions to a server's URL and to a data folder on this machine.

    from snapshard.client import Client

    with Client("https://snapshard.example.org") as client:
        junctions = client.junctions("chr2:29,193,000-29,920,000", filter="samples_count>=5")

Needs nothing of the server; reading a folder needs the extra `embedded`, a sparse matrix the extra
`matrix`.
"""

from snapshard.client.client import Client
from snapshard.client.errors import (
    Ambiguous,
    AnswerError,
    BadFile,
    Interrupted,
    Missing,
    MissingExtra,
    Partial,
    Refused,
    ServerUnreachable,
    Truncated,
    Unavailable,
)

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
