"""Snapshard: a sharded SQL index of RNA-seq exon-exon junctions.

    from snapshard import Client                                  # queries a server or a data folder
    from snapshard import Embedded, Index, Query, Region, Settings  # queries shards in this process
    import snapshard; snapshard.open("s3://bucket/gtex")          # reads published files

The names below are the public interface; docs/library.md shows them in use. They are imported on
first use, so that `from snapshard import Client` needs neither SQLAlchemy nor psycopg.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapshard.client import Client
    from snapshard.connections import Embedded
    from snapshard.errors import SnapshardError
    from snapshard.files import open
    from snapshard.filters import Filter
    from snapshard.index import Index
    from snapshard.match import Match
    from snapshard.query import Query
    from snapshard.region import Region
    from snapshard.rows import Rows
    from snapshard.settings import Settings

_MODULES = {
    "Client": "snapshard.client",
    "Embedded": "snapshard.connections",
    "Filter": "snapshard.filters",
    "Index": "snapshard.index",
    "Match": "snapshard.match",
    "Query": "snapshard.query",
    "Region": "snapshard.region",
    "Rows": "snapshard.rows",
    "Settings": "snapshard.settings",
    "SnapshardError": "snapshard.errors",
    "open": "snapshard.files",
}
"""Every public name and the module that defines it."""

__all__ = [
    "Client",
    "Embedded",
    "Filter",
    "Index",
    "Match",
    "Query",
    "Region",
    "Rows",
    "Settings",
    "SnapshardError",
    "open",
]


def __getattr__(name: str) -> object:
    """A public name, imported on first use (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
