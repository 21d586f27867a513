"""Translation of the protocol's row filters to the library's. [7]"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from snapshard.errors import BadQuery
from snapshard.filters import Filter

OPERATORS = {">:": ">=", "<:": "<=", "!:": "!=", ">": ">", "<": "<", ":": "="}
_ORDERED = tuple(OPERATORS)
ID = "snaptron_id"
COLUMNS = {
    "length": _ORDERED,
    "samples_count": _ORDERED,
    "coverage_sum": _ORDERED,
    "coverage_avg": _ORDERED,
    "coverage_median": _ORDERED,
    "annotated": _ORDERED,
    "left_annotated": (":",),
    "right_annotated": (":",),
    "strand": (":",),
    ID: _ORDERED,
    "source_dataset_id": _ORDERED,
}
"""The columns that filters can name, each with its operators."""
_EARLY = COLUMNS.keys() - {"source_dataset_id"}
"""Columns whose malformed filters the original reports before the header."""

_FORM = re.compile(r"(?P<column>[^<>:!]*)(?P<operator>[<>:!]+)(?P<value>[^<>:!]*)")
_NOTHING = Filter("samples_count", "<", "0")


@dataclass(frozen=True)
class RowFilters:
    """The filters of a query, and the ids that filters on the id column add to the query's ids.

    `late_error` is an error that the original reports only after the header; the response ends
    there.
    """

    filters: tuple[Filter, ...] = ()
    ids: tuple[str, ...] = ()
    late_error: BadQuery | None = field(default=None, compare=False)


def parse_rfilters(texts: Iterable[str], *, restricted: bool) -> RowFilters:
    """The filters of texts `column operator value`, such as `samples_count>:5`.

    `restricted`: the query is restricted to samples. Raises BadQuery for a text that is not a
    filter, and for a wrong operator or value of a column in `_EARLY`.
    """
    filters: list[Filter] = []
    ids: list[str] = []
    late_error: BadQuery | None = None
    for text in texts:
        column, operator, value = _split_filter(text)
        try:
            if column == ID:
                ids += value.split("-")
            # In a query restricted to samples a filter on the id column only adds to the ids.
            if column != ID or not restricted:
                filters.append(_row_filter(text, column, operator, value))
        except BadQuery as error:
            if column in _EARLY - {ID}:
                raise
            late_error = late_error or error
    return RowFilters(tuple(filters), tuple(ids), late_error)


def _split_filter(text: str) -> tuple[str, str, str]:
    match = _FORM.fullmatch(text)
    if not match or (match["column"] in _EARLY and match["operator"] not in OPERATORS):
        raise BadQuery(
            "rfilter", text, "column, one of >: <: > < : !: and a value, such as samples_count>:5"
        )
    return match["column"], match["operator"], match["value"]


def _row_filter(text: str, column: str, operator: str, value: str) -> Filter:
    if operator not in COLUMNS.get(column, ()):
        columns = ", ".join(
            f"{name} ({' '.join(operators)})" for name, operators in COLUMNS.items()
        )
        raise BadQuery("rfilter", text, f"one of the columns and operators {columns}")
    if column == "strand":
        return _strand_filter(value)
    if column.endswith("annotated"):
        return _annotated_filter(column, operator, value)
    return Filter(column, OPERATORS[operator], value.strip())


def _strand_filter(value: str) -> Filter:
    """The filter on the strand. As in the original, a value that no row can have matches nothing."""
    try:
        return Filter("strand", "=", value)
    except BadQuery:
        return _NOTHING


def _annotated_filter(column: str, operator: str, value: str) -> Filter:
    """The filter on an annotation column. 0 means the text `0`; 1 and every longer text mean any
    other text; other values match nothing.
    """
    # `annotated` is a number to the original, `left_annotated` and `right_annotated` are texts.
    # For values other than 0 the original ignores the operator; `!:` negates here (quirk 10).
    if not value or (column == "annotated" and not re.fullmatch(r"\s*[+-]?[0-9]+\s*", value)):
        raise BadQuery(f"rfilter {column}", value, "a whole number")
    if value == "0":
        return Filter(column, OPERATORS[operator], value)
    if len(value) == 1 and value != "1":
        return _NOTHING
    return Filter(column, "!=" if operator == "!:" else "=", "1")
