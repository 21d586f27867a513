"""The list of compilations with the fields of their samples and the fields' types. [12.2]"""

import json
from collections.abc import Iterable

from snapshard.catalog import ALL, ReleaseFacts

_STATUS = b"200 OK\n"
"""Clients cut these seven bytes off (quirk 1)."""


def answer(described: Iterable[ReleaseFacts]) -> bytes:
    """The status line and one line of JSON; compilations without a samples file are left out."""
    known = {one.release.compilation: {**one.types, ALL: "t"} for one in described if one.types}
    return _STATUS + json.dumps(known).encode() + b"\n"
