"""Filters on columns: one table of columns and operators for SQL, masks, help and error messages."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadQuery
from snapshard.junction import COLUMNS, RECOMPUTED, Column, ColumnType
from snapshard.rows import Rows

Comparison = Callable[[Any, Any], Any]

OPERATORS: dict[str, Comparison] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
CLASS = Column(
    "class",
    ColumnType.TEXT,
    "what is known of the two ends: DA, NDA, D, A, N (regtools' words), empty if unknown",
)
FILTERABLE = {column.name: column for column in (*COLUMNS, CLASS) if column.name != "samples"}
_FILTER = re.compile(r"\s*(?P<column>\w+)\s*(?P<operator>>=|<=|!=|==|=|>|<)\s*(?P<value>.*?)\s*")
_LARGEST = 2**63 - 1
_LARGEST_INTEGER = 2**31 - 1
_EXPECTED = {
    ColumnType.INTEGER: "a whole number",
    ColumnType.DECIMAL: "a number",
    ColumnType.FLAG: "0 or 1",
    ColumnType.TEXT: "text without control characters",
}


@dataclass(frozen=True)
class Condition:
    """A comparison whose value is left open: a column, an operator, and whether the value is too
    large for an integer column.
    """

    column: str
    operator: str
    large: bool


@dataclass(frozen=True)
class Filter:
    """One condition on a column, such as samples_count >= 100; the value is checked against the
    column's kind.

    Text compares by code point. A flag is 0 where the column says `0`, and 1 where it says anything
    else.
    """

    column: str
    operator: str
    value: str

    def __post_init__(self) -> None:
        if self.column not in FILTERABLE:
            raise BadQuery("filter", self.column, f"one of the columns {', '.join(FILTERABLE)}")
        if self.operator not in OPERATORS:
            raise BadQuery("filter", self.operator, f"one of the operators {' '.join(OPERATORS)}")
        self.operand  # noqa: B018  # computed here so that a wrong value is refused at construction

    def __str__(self) -> str:
        return f"{self.column}{self.operator}{self.value}"

    @property
    def type(self) -> ColumnType:
        """How the column compares."""
        return FILTERABLE[self.column].type

    @property
    def operand(self) -> int | Decimal | str:
        """The value as what the column holds; raises BadQuery if it cannot be that."""
        parsed = _PARSERS[self.type](self.value)
        if parsed is None:
            raise BadQuery(f"filter {self.column}", self.value, _EXPECTED[self.type])
        return parsed

    @property
    def condition(self) -> Condition:
        """What of the filter decides the text of a statement; `operand` is the value that goes with
        it.
        """
        large = (
            isinstance(self.operand, int)
            and not -_LARGEST_INTEGER <= self.operand <= _LARGEST_INTEGER
        )
        return Condition(self.column, self.operator, large)

    @property
    def necessary(self) -> "Filter | None":
        """What stored columns must satisfy for the filter to hold on recomputed ones; None if
        nothing follows.

        Leaving samples out can only lower a count or a sum, so a lower bound on the recomputed
        value bounds the stored one.
        """
        if self.column not in ("samples_count", "coverage_sum") or self.operator not in (
            ">=",
            ">",
            "=",
        ):
            return None
        return replace(self, operator=">" if self.operator == ">" else ">=")

    def mask(self, rows: Rows) -> NDArray[np.bool_]:
        """For every row whether its recomputed statistic satisfies the condition."""
        read = rows.integers if self.type is ColumnType.INTEGER else rows.decimals
        result: NDArray[np.bool_] = OPERATORS[self.operator](
            read(self.column), _number(self.operand)
        )
        return result

    @property
    def on_recomputed(self) -> bool:
        """Whether the column changes when an answer is restricted to samples."""
        return self.column in RECOMPUTED


def parse_filter(text: str) -> Filter:
    """The filter a person wrote, such as `samples_count>=100` or `strand=+`; BadQuery says what was
    expected.
    """
    found = _FILTER.fullmatch(text)
    if not found:
        raise BadQuery("filter", text, "column, operator and value such as samples_count>=100")
    symbol = {"==": "="}.get(found["operator"], found["operator"])
    return Filter(found["column"], symbol, found["value"])


def _number(value: int | Decimal | str) -> int | float:
    return value if isinstance(value, int) else float(value)


def _whole(text: str) -> int | None:
    if not re.fullmatch(r"[+-]?\d{1,19}", text) or not text.isascii():
        return None
    number = int(text)
    return number if abs(number) <= _LARGEST else None


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return (
        number if number.is_finite() and text.isascii() and abs(number.adjusted()) < 1000 else None
    )


def _flag(text: str) -> int | None:
    return {"0": 0, "1": 1}.get(text)


def _words(text: str) -> str | None:
    return text if text.isprintable() and len(text) <= 1000 else None


_PARSERS: dict[ColumnType, Callable[[str], int | Decimal | str | None]] = {
    ColumnType.INTEGER: _whole,
    ColumnType.DECIMAL: _decimal,
    ColumnType.FLAG: _flag,
    ColumnType.TEXT: _words,
}
