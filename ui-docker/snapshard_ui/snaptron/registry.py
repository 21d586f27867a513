"""The list of compilations with the fields of their samples and the fields' types. [12.2]"""

import json
from collections.abc import Iterable

from snapshard.catalog import ALL, ReleaseFacts

_STATUS = b"200 OK\n"
"""Clients remove the first seven bytes (quirk 1)."""


def registry_text(compilations: Iterable[ReleaseFacts]) -> bytes:
    """The status line and one line of JSON; compilations without a samples file are left out."""
    types = {
        facts.release.compilation: {**facts.types, ALL: "t"}
        for facts in compilations
        if facts.types
    }
    return _STATUS + json.dumps(types).encode() + b"\n"
