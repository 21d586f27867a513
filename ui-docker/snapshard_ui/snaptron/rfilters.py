"""The protocol's row filters, as the library's."""

import re

from snapshard.errors import BadQuery
from snapshard.filters import Filter

OPERATORS = {">:": ">=", "<:": "<=", "!:": "!=", ">": ">", "<": "<", ":": "="}
_ORDERED = tuple(OPERATORS)
_FLAG = (":", "!:")
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
    "snaptron_id": (":",),
    "source_dataset_id": (":",),
}
"""The columns that can be filtered, each with its operators. [7]"""

_IDS = re.compile(r"snaptron_id:[0-9]{1,18}(?:-[0-9]{1,18})+")
_FORM = re.compile(r"(?P<column>[^<>:!]+)(?P<operator>>:|<:|!:|>|<|:)(?P<value>[^<>:!]+)")
_NOTHING = Filter("samples_count", "<", "0")


def parse_rfilter(text: str) -> Filter:
    """The filter that `column operator value` means, such as `samples_count>:5`. Raises BadQuery."""
    found = _FORM.fullmatch(text)
    if not found:
        raise BadQuery("rfilter", text, "column, one of >: <: > < : !: and a value, such as samples_count>:5")
    column, operator, value = found["column"].strip(), found["operator"], found["value"].strip()
    if operator not in COLUMNS.get(column, ()):
        known = ", ".join(f"{name} ({' '.join(operators)})" for name, operators in COLUMNS.items())
        raise BadQuery("rfilter", text, f"one of the columns and operators {known}")
    if column.endswith("annotated"):
        return _flag(column, operator, value)
    return Filter(column, OPERATORS[operator], value)


def listed_ids(text: str) -> tuple[str, ...]:
    """The ids of a filter such as snaptron_id:5-7, which lists them; empty for every other filter."""
    return tuple(text.partition(":")[2].split("-")) if _IDS.fullmatch(text) else ()


def _flag(column: str, operator: str, value: str) -> Filter:
    """0 is `0`; 1 and any text longer than one character mean every other text; other values match nothing."""
    if len(value) == 1 and value not in "01":
        return _NOTHING
    return Filter(column, OPERATORS[operator], "0" if value == "0" else "1")
