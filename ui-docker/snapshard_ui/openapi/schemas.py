"""Values that requests may have, as JSON schemas: from what is served now, and from the table of
filters.
"""

import re
from collections.abc import Iterable
from typing import Any

from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.junction import ID_FORM, MOST_DIGITS, ColumnType
from snapshard.release import OTHERS, Release
from snapshard_ui.api import JUNCTION_QUERIES, MATCHES
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.runtime import current_backend, current_index

_MOST = 500
"""Values that a document may list; what has more is described as any text."""
_VALUES = {
    ColumnType.INTEGER: ID_FORM,
    ColumnType.DECIMAL: r"[0-9]{1,12}(\.[0-9]{1,6})?",
    ColumnType.FLAG: "[01]",
    ColumnType.TEXT: "[!-~]{1,40}",
}
_SPAN = "[1-9][0-9]{0,8}-[1-9][0-9]{0,8}"
_SPANS = "|".join([_SPAN, *["[1-9][0-9]{0,3}-[1-9][0-9]{4,8}"] * 9])
"""The same; of what is made up from it most ends after it starts, which lists of regions need to be
of any use.
"""
Schema = dict[str, Any]


def path_schemas(releases: list[Release]) -> dict[str, Schema]:
    """For every name in a path what it may be."""
    chroms, assemblies = _chromosomes(releases), _either({release.assembly for release in releases})
    groups = [
        group
        for release in releases
        for group in current_backend().index.facts.of(release).groups
        if len(group.members)
    ]
    place = f"({assemblies}:)?{chroms}"
    return {
        "compilation": _one_of(release.compilation for release in releases),
        "release": _one_of(release.name for release in releases),
        "group": _one_of(group.name for group in groups),
        "name": {"type": "string", "pattern": rf"^{place}:{_SPAN}(:[+\-?])?$"},
        "site": {"type": "string", "pattern": rf"^{place}:[1-9][0-9]{{0,8}}(:[+\-?])?$"},
        "gene": {"type": "string", "minLength": 1, "maxLength": 100},
        "rail_id": _between(
            member for group in groups for member in (group.members.min(), group.members.max())
        ),
    }


def query_schemas(releases: list[Release]) -> dict[str, Schema]:
    """For parameters of which more is known than their type: what each of their values may be."""
    fields = [name for release in releases for name in current_index().facts.of(release).types]
    paths = path_schemas(releases)
    junctions = {
        "type": "string",
        "pattern": f"^{_chromosomes(releases)}(:({_SPANS}))?(;{_either(MATCHES)})?$",
    }
    return {
        **dict.fromkeys(JUNCTION_QUERIES, junctions),
        "other": paths["compilation"],
        "size": _one_of(fields),
        "region": {"type": "string", "pattern": f"^{_chromosomes(releases)}(:{_SPAN})?$"},
        "group": paths["group"],
        "columns": {"type": "string", "enum": list(CHOOSABLE)},
        "fields": _one_of(fields),
        # Of samples; that of junctions is filter_schema().
        "filter": {
            "type": "string",
            "pattern": f"^{_either(map(re.escape, fields))}{_either(OPERATORS)}[!-~]{{1,40}}$",
        },
        "field": _one_of(fields),
        "after": {"type": "string", "pattern": f"^({ID_FORM}|[A-Za-z0-9_-]{{20,200}})$"},
    }


def filter_schema() -> Schema:
    """A filter on junctions as it is written: column, operator, a value of the column's kind."""
    symbols = _either(OPERATORS)
    kinds = []
    for kind, value in _VALUES.items():
        columns = _either(name for name, column in FILTERABLE.items() if column.type is kind)
        kinds.append(f"{columns}{symbols}{value}")
    return {"type": "string", "pattern": f"^({'|'.join(kinds)})$"}


def _chromosomes(releases: list[Release]) -> str:
    return _either(
        {interval.chrom for release in releases for interval in release.intervals} - {OTHERS}
    )


def _either(words: Iterable[str]) -> str:
    return "(" + "|".join(sorted(words)) + ")"


def _one_of(values: Iterable[str]) -> Schema:
    known = sorted(set(values))
    return {"type": "string", "enum": known} if 0 < len(known) <= _MOST else {"type": "string"}


def _between(values: Iterable[int]) -> Schema:
    known = [int(value) for value in values]
    return {
        "type": "integer",
        "minimum": min(known, default=0),
        "maximum": max(known, default=10**MOST_DIGITS),
    }
