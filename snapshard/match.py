"""The ways a row's span can match a region. This module is the only home of these rules.

Spans and regions are 1-based and closed, and every row has start <= end. A rule uses only
comparisons and `&`, so the same rule works on integers, on numpy arrays (it gives a mask) and on
SQLAlchemy columns (it gives a WHERE clause).

To add a way to match, add a member to `Match` and its `Rule` to `RULES`, and extend the test of
this module.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Match(StrEnum):
    """The relation that a row's span must have to a region."""

    OVERLAP = "overlap"
    CONTAINS = "contains"
    EXACT = "exact"
    START = "start"
    END = "end"


@dataclass(frozen=True)
class Bounds:
    """The range of several rows' spans: the smallest and the largest start, and the largest end.

    The fields are integers, or arrays with one element per set of rows.
    """

    min_start: Any
    max_start: Any
    max_end: Any


@dataclass(frozen=True)
class Rule:
    """One way to match.

    `meaning` completes the sentence "a junction that …", `verb` the sentence "the junction …
    chr2:100-200".

    - row(start, end, first, last): whether the span start-end of a row matches the region
      first-last.
    - any_row(bounds, first, last): whether any row within these bounds may match. False is certain,
      True is not.
    - every_row(bounds, first, last): whether every row within these bounds matches. True is
      certain, False is not.
    """

    meaning: str
    verb: str
    row: Callable[[Any, Any, Any, Any], Any]
    any_row: Callable[[Bounds, Any, Any], Any]
    every_row: Callable[[Bounds, Any, Any], Any]


def _may_overlap(bounds: Bounds, first: Any, last: Any) -> Any:
    return (bounds.min_start <= last) & (bounds.max_end >= first)


def _may_start_inside(bounds: Bounds, first: Any, last: Any) -> Any:
    return _may_overlap(bounds, first, last) & (bounds.max_start >= first)


def _may_be_exact(bounds: Bounds, first: Any, last: Any) -> Any:
    return (bounds.min_start <= first) & (bounds.max_start >= first) & (bounds.max_end >= last)


def _all_start_inside(bounds: Bounds, first: Any, last: Any) -> Any:
    return (bounds.min_start >= first) & (bounds.max_start <= last)


def _all_lie_inside(bounds: Bounds, first: Any, last: Any) -> Any:
    return (bounds.min_start >= first) & (bounds.max_end <= last)


def _never(bounds: Bounds, first: Any, last: Any) -> Any:
    # Bounds cannot prove that all spans are equal. The comparison is always false, and has the
    # shape of the bounds: a number, an array or a SQL expression.
    return bounds.min_start != bounds.min_start


RULES: dict[Match, Rule] = {
    Match.OVERLAP: Rule(
        meaning="shares at least one base with the region",
        verb="overlaps",
        row=lambda start, end, first, last: (start <= last) & (end >= first),
        any_row=_may_overlap,
        every_row=_all_start_inside,
    ),
    Match.CONTAINS: Rule(
        meaning="lies entirely inside the region",
        verb="lies entirely inside",
        row=lambda start, end, first, last: (start >= first) & (end <= last),
        any_row=_may_start_inside,
        every_row=_all_lie_inside,
    ),
    Match.EXACT: Rule(
        meaning="has the same first and last base as the region",
        verb="has exactly the coordinates",
        row=lambda start, end, first, last: (start == first) & (end == last),
        any_row=_may_be_exact,
        every_row=_never,
    ),
    Match.START: Rule(
        meaning="has its first base inside the region",
        verb="has its first base inside",
        row=lambda start, end, first, last: (start >= first) & (start <= last),
        any_row=_may_start_inside,
        every_row=_all_start_inside,
    ),
    Match.END: Rule(
        meaning="has its last base inside the region",
        verb="has its last base inside",
        row=lambda start, end, first, last: (end >= first) & (end <= last),
        any_row=_may_overlap,
        every_row=_all_lie_inside,
    ),
}

MEANINGS = {match: rule.meaning for match, rule in RULES.items()}
"""The meaning of every way to match, for help texts and documentation."""
