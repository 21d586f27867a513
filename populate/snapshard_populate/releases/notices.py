"""Notices of a release: what its loads repaired, left out or let pass."""

from collections.abc import Iterable
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

_INSERT = "INSERT INTO notice (schema, text) VALUES (%s, %s) ON CONFLICT DO NOTHING"
"""Adds a notice to a release, unless it has it."""

_FIND = "SELECT to_regclass('notice')"
"""The table of notices; null in the catalog of an older version."""

_SELECT = "SELECT schema, text FROM notice ORDER BY schema, number"
"""The notices of every release, in the order in which they came."""


def add_notices(catalog: Connection, schema: str, texts: Iterable[str]) -> None:
    """Adds notices to a release; each is kept once."""
    with catalog.cursor() as cursor:
        cursor.executemany(_INSERT, [(schema, text) for text in texts])


def read_notices(catalog: Connection) -> dict[str, tuple[str, ...]]:
    """The notices of every release that has any, by its schema."""
    if catalog.execute(_FIND).fetchone() == (None,):
        return {}
    notices: dict[str, tuple[str, ...]] = {}
    for schema, text in catalog.execute(_SELECT):
        notices[schema] = (*notices.get(schema, ()), text)
    return notices
