"""The protocol's row filters, as the library's. [7]"""

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
"""The columns that can be filtered, each with its operators."""
_EARLY = COLUMNS.keys() - {"source_dataset_id"}
"""Those whose wrong filters the original notices before the header is out."""

_FORM = re.compile(r"(?P<column>[^<>:!]*)(?P<operator>[<>:!]+)(?P<value>[^<>:!]*)")
_NOTHING = Filter("samples_count", "<", "0")


@dataclass(frozen=True)
class RowFilters:
    """The filters of a query, and the ids that those on the id column add to the query's own.

    `unknown` is what is wrong in a way that the original notices only when the header is out: it
    ends the answer there.
    """

    filters: tuple[Filter, ...] = ()
    ids: tuple[str, ...] = ()
    unknown: BadQuery | None = field(default=None, compare=False)


def parse_rfilters(texts: Iterable[str], *, restricted: bool) -> RowFilters:
    """What `column operator value` means, such as `samples_count>:5`; in a query restricted to
    samples, or not.

    Raises BadQuery for what is no filter, and for a known column's wrong operator or value.
    """
    filters: list[Filter] = []
    ids: list[str] = []
    unknown: BadQuery | None = None
    for text in texts:
        column, operator, value = _parted(text)
        try:
            if column == ID:
                ids += value.split("-")
            if column != ID or not restricted:
                filters.append(_filter(text, column, operator, value))
        except BadQuery as error:
            if column in _EARLY - {ID}:
                raise
            unknown = unknown or error
    return RowFilters(tuple(filters), tuple(ids), unknown)


def _parted(text: str) -> tuple[str, str, str]:
    found = _FORM.fullmatch(text)
    if not found or (found["column"] in _EARLY and found["operator"] not in OPERATORS):
        raise BadQuery(
            "rfilter", text, "column, one of >: <: > < : !: and a value, such as samples_count>:5"
        )
    return found["column"], found["operator"], found["value"]


def _filter(text: str, column: str, operator: str, value: str) -> Filter:
    if operator not in COLUMNS.get(column, ()):
        known = ", ".join(f"{name} ({' '.join(operators)})" for name, operators in COLUMNS.items())
        raise BadQuery("rfilter", text, f"one of the columns and operators {known}")
    if column == "strand":
        return Filter(column, "=", value)
    if column.endswith("annotated"):
        return _flag(column, operator, value)
    return Filter(column, OPERATORS[operator], value.strip())


def _flag(column: str, operator: str, value: str) -> Filter:
    """0 is `0`; 1 and any text longer than one character mean every other text; other values match
    nothing.

    `annotated` is a number to the original, its two neighbours are texts. Beside anything but 0 the
    operator does not matter, but for `!:` (quirk 10).
    """
    if not value or (column == "annotated" and not re.fullmatch(r"\s*[+-]?[0-9]+\s*", value)):
        raise BadQuery(f"rfilter {column}", value, "a whole number")
    if value == "0":
        return Filter(column, OPERATORS[operator], value)
    if len(value) == 1 and value != "1":
        return _NOTHING
    return Filter(column, "!=" if operator == "!:" else "=", "1")
