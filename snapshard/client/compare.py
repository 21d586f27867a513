"""The records of a comparison, and their columns (docs/compare.md)."""

from collections.abc import Mapping
from typing import Any

_FIRST = ("name", "role")
_LAST = ("difference", "effect", "low", "high", "statistic", "p", "q", "tau")


def comparison_columns(response: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of the records: for each group its samples that count, `n GROUP`, and its level,
    `level GROUP`.
    """
    groups = [group["group"] for group in response["groups"]]
    cells = [f"{member} {group}" for group in groups for member in ("n", "level")]
    return (*_FIRST, *cells, *_LAST)


def comparison_records(response: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A record for each junction that was tested."""
    groups = [group["group"] for group in response["groups"]]
    records: list[dict[str, Any]] = []
    for row in response["rows"]:
        cells = {
            f"{member} {group}": value
            for member in ("n", "level")
            for group, value in zip(groups, row[member], strict=True)
        }
        records.append({**cells, **{name: row[name] for name in (*_FIRST, *_LAST)}})
    return records
