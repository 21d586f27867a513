"""The order of the rows in the table of junctions: that of the genome, or that of a column."""

from collections.abc import Sequence
from typing import Any

SORTABLE = (
    *("name", "strand", "samples_count", "coverage_sum", "coverage_avg", "coverage_median"),
    *("class", "left_motif", "length"),
)
"""The columns by which the table can be sorted; `name` is the order of the genome."""
_LARGEST_FIRST = ("samples_count", "coverage_sum", "coverage_avg", "coverage_median", "length")
SORT_PATTERN = f"^(-?({'|'.join(SORTABLE)}))?$"
"""A column, after `-` in descending order; empty for the order of the genome."""


def sort_rows(rows: Sequence[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """The rows in the order of a column; rows of equal values stay in the order of the genome."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column in ("", "name"):
        return list(reversed(rows)) if descending else list(rows)
    return sorted(rows, key=lambda row: row[column], reverse=descending)


def next_sort(sort: str, column: str) -> str:
    """The order after a click on the heading of a column: numbers start with the largest, another
    click reverses the order.
    """
    if column == "name":
        return "-name" if sort in ("", "name") else ""
    first, second = column, f"-{column}"
    if column in _LARGEST_FIRST:
        first, second = second, first
    return second if sort == first else first


def aria_sort(sort: str, column: str) -> str:
    """The value of `aria-sort` of the heading of a column; empty if another column sorts the table."""
    if (sort.removeprefix("-") or "name") != column:
        return ""
    return "descending" if sort.startswith("-") else "ascending"
