"""Filters on columns: one table of columns and operators, used by SQL, masks, help and errors."""

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snapshard.column_values import VOCABULARIES, unquoted
from snapshard.errors import BadQuery
from snapshard.junction import COLUMNS, RECOMPUTED, STRANDS, Column, ColumnType
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
    "annotation of the two ends: DA, NDA, D, A or N (regtools' words), empty if unknown",
)
FILTERABLE = {column.name: column for column in (*COLUMNS, CLASS) if column.name != "samples"}
_FILTER = re.compile(r"\s*(?P<column>\w+)\s*(?P<operator>>=|<=|!=|==|=|>|<)\s*(?P<value>.*?)\s*")
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,18})? ?%")
_ROUNDED: dict[str, Callable[[Fraction], int]] = {
    ">=": math.ceil,
    "<": math.ceil,
    "<=": math.floor,
    ">": math.floor,
}
"""The whole number that selects the same counts as a fraction, by the operator."""
_LARGEST = 2**63 - 1
_LARGEST_INTEGER = 2**31 - 1
_EXPECTED = {
    ColumnType.INTEGER: "a whole number",
    ColumnType.DECIMAL: "a number",
    ColumnType.FLAG: "0 or 1",
}
_UNORDERED = ("=", "!=")
"""The operators of text columns: their values have no order that would mean anything."""

Operand = int | Decimal | tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A filter without its value: the column, the operator, and whether the value is too large for
    an integer column.
    """

    column: str
    operator: str
    large: bool


@dataclass(frozen=True)
class Filter:
    """One condition on a column, such as samples_count >= 100. Raises BadQuery for a value that no
    row can have.

    A flag is 0 if the text is `0`, else 1. Text columns have the operators = and != only. Their
    values may be written as people write them (see column_values.py), such as `da` or `Chr2`.
    """

    column: str
    operator: str
    value: str

    def __post_init__(self) -> None:
        if self.column not in FILTERABLE:
            raise BadQuery("filter", self.column, f"one of the columns {', '.join(FILTERABLE)}")
        if self.operator not in OPERATORS:
            raise BadQuery("filter", self.operator, f"one of the operators {' '.join(OPERATORS)}")
        if self.type is ColumnType.TEXT and self.operator not in _UNORDERED:
            raise BadQuery(f"filter {self.column}", self.operator, "= or !=, since this is text")
        self.operand  # noqa: B018  # parsed here so that a wrong value is refused at construction

    def __str__(self) -> str:
        return f"{self.column}{self.operator}{self.value}"

    @property
    def type(self) -> ColumnType:
        """The type by which the column is compared."""
        return FILTERABLE[self.column].type

    @property
    def names_chromosome(self) -> bool:
        """Whether the value is the name of a chromosome, which has several spellings."""
        return self.column == "chromosome"

    @property
    def operand(self) -> Operand:
        """The value as the column's type; for a text column the stored values that it means, of
        which a row must have one (with != none).

        Raises BadQuery for a value that no row can have.
        """
        if self.type is ColumnType.TEXT:
            return self._texts()
        parsed = _PARSERS[self.type](self.value)
        if parsed is None:
            raise BadQuery(f"filter {self.column}", self.value, _EXPECTED[self.type])
        return parsed

    def _texts(self) -> tuple[str, ...]:
        values_of, expected = VOCABULARIES[self.column]
        texts = values_of(self.value)
        # Every row has some strand, and nobody means `class!=`: such a filter is a slip, which would
        # select no row, or all of them.
        slip = self.operator == "!=" and (texts == STRANDS or not self.value)
        if slip or not texts:
            raise BadQuery(f"filter {self.column}", self.value, expected)
        return texts

    @property
    def condition(self) -> Condition:
        """The part of the filter that decides the text of a SQL statement; `operand` is the value
        to bind to it.
        """
        # PostgreSQL would reject such a value for an integer column; the statement then compares a
        # wider type.
        large = (
            isinstance(self.operand, int)
            and not -_LARGEST_INTEGER <= self.operand <= _LARGEST_INTEGER
        )
        return Condition(self.column, self.operator, large)

    @property
    def necessary(self) -> "Filter | None":
        """A condition on the stored column that must hold for the filter to hold on the recomputed
        one; None if there is none.

        Dropping samples can only lower a count or a sum, so a lower bound on the recomputed value
        is one on the stored value, too.
        """
        if self.column in ("samples_count", "coverage_sum") and self.operator in (">=", ">", "="):
            return replace(self, operator=">" if self.operator == ">" else ">=")
        return None

    def mask(self, rows: Rows) -> NDArray[np.bool_]:
        """A mask of the rows whose recomputed statistic satisfies the condition."""
        parse = rows.integers if self.type is ColumnType.INTEGER else rows.decimals
        operand = float(self.operand) if isinstance(self.operand, Decimal) else self.operand
        mask: NDArray[np.bool_] = OPERATORS[self.operator](parse(self.column), operand)
        return mask

    @property
    def on_recomputed(self) -> bool:
        """Whether the column changes when a response is restricted to samples."""
        return self.column in RECOMPUTED


def parse_filter(text: str, *, sample_count: int | None = None) -> Filter:
    """The filter that a person wrote, such as `samples_count>=100` or `strand=+`; quotation marks
    around the value are dropped. Raises BadQuery.

    In `samples_count>=5%` the number is per cent of `sample_count`, the samples that the counts are
    about; without it, such a filter is refused.
    """
    match = _FILTER.fullmatch(text)
    if not match:
        raise BadQuery("filter", text, "column, operator and value such as samples_count>=100")
    symbol = {"==": "="}.get(match["operator"], match["operator"])
    value = unquoted(match["value"])
    if match["column"] == "samples_count" and _PERCENT.fullmatch(value):
        value = _number_of_samples(value, symbol, sample_count)
    return Filter(match["column"], symbol, value)


def _number_of_samples(value: str, symbol: str, sample_count: int | None) -> str:
    """The number of samples that a per cent stands for, exactly: 5 % of 30 samples is 1.5, so that
    `>=` and `<` compare with 2, `<=` and `>` with 1.
    """
    if sample_count is None:
        raise BadQuery(
            "filter samples_count", value, "a number, since the number of samples is unknown"
        )
    if symbol not in _ROUNDED:
        raise BadQuery("filter samples_count", value, f"{' '.join(_ROUNDED)} with per cent")
    return str(_ROUNDED[symbol](Fraction(value.rstrip(" %")) * sample_count / 100))


def _parse_integer(text: str) -> int | None:
    if not re.fullmatch(r"[+-]?\d{1,19}", text) or not text.isascii():
        return None
    number = int(text)
    return number if abs(number) <= _LARGEST else None


def _parse_decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # An exponent of a million would make PostgreSQL write out a million digits.
    sensible = number.is_finite() and text.isascii() and abs(number.adjusted()) < 1000
    return number if sensible else None


def _parse_flag(text: str) -> int | None:
    return {"0": 0, "1": 1}.get(text)


_PARSERS: dict[ColumnType, Callable[[str], int | Decimal | None]] = {
    ColumnType.INTEGER: _parse_integer,
    ColumnType.DECIMAL: _parse_decimal,
    ColumnType.FLAG: _parse_flag,
}

ANNOTATED = Filter("annotated", "=", "1")
"""The filter of annotated junctions."""
