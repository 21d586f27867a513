"""The picture of values by group of samples: a box and a point for each sample, a row per group."""

from dataclasses import dataclass
from itertools import chain
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray

from snapshard.measures import Box
from snapshard_ui.pictures.axis import text_width
from snapshard_ui.pictures.element import Drawing, Element, decimal, element, group
from snapshard_ui.pictures.legend import fitting
from snapshard_ui.pictures.value_scale import ValueScale

MOST_POINTS = 1_000
"""Samples of a row above which only those beyond its whiskers are drawn."""
_MARGIN, _GAP = 12.0, 12.0
_TOP, _ROW, _PANEL, _AXIS, _LINE = 26.0, 22.0, 26.0, 34.0, 15.0
_BOX, _SPREAD, _CAP = 12.0, 7.0, 6.0
"""Heights of a box, of the points above and below its middle, and of the end of a whisker."""
_SPACING = 44.0
_GOLDEN = 0.618034
"""Multiples of the golden ratio, without their whole part, are spread evenly in any number."""
_LABELS = 0.3
"""Share of the width that labels take at most."""


@dataclass(frozen=True)
class BoxRow:
    """A group: its name, the values of its samples that have one, and their box. `sample_count` is
    the number of all samples of the group, None if unknown.
    """

    label: str
    values: NDArray[np.float64]
    box: Box
    sample_count: int | None

    @property
    def count(self) -> str:
        """n of N."""
        return (
            f"{self.box.n:,}"
            if self.sample_count is None
            else f"{self.box.n:,} of {self.sample_count:,}"
        )

    @property
    def points(self) -> NDArray[np.float64]:
        """The values that are drawn as points, ascending."""
        ordered = np.sort(self.values)
        if len(ordered) <= MOST_POINTS:
            return ordered
        return ordered[(ordered < self.box.low) | (ordered > self.box.high)]


@dataclass(frozen=True)
class BoxPanel:
    """Rows below a title; an empty title is not drawn."""

    title: str
    rows: tuple[BoxRow, ...]


@dataclass(frozen=True)
class BoxFigure:
    """Panels on one scale. `unit` is what a value is; shares have a linear scale from 0 to 1, other
    values, which are above 0, a logarithmic one.
    """

    heading: str
    panels: tuple[BoxPanel, ...]
    unit: str
    remarks: str
    width: float = 1_000.0
    is_share: bool = False

    @property
    def rows(self) -> list[BoxRow]:
        """The rows of all panels."""
        return list(chain.from_iterable(panel.rows for panel in self.panels))


@dataclass(frozen=True)
class _Columns:
    """The columns of the picture: labels, plot, and to the right of it the counts and the medians."""

    scale: ValueScale
    label_width: float
    counts: float
    medians: float


def draw_boxes(figure: BoxFigure) -> Drawing:
    """The drawing of a figure: in each row the group's name, its samples as points, its box, n of N
    and the median.
    """
    columns = _columns(figure)
    width = figure.width - 2 * _MARGIN
    heading = element(
        "text", fitting(figure.heading, width), class_="soft heading", x=_MARGIN, y=16
    )
    parts, y = [heading], _TOP
    for panel in figure.panels:
        element_of_panel, y = _panel(panel, columns, y, figure.unit)
        parts.append(element_of_panel)
    lines = wrap(figure.remarks, max(20, int(width / text_width("0"))))
    parts += [
        element("text", line, class_="remarks", x=_MARGIN, y=y + _LINE * number)
        for number, line in enumerate(lines, start=1)
    ]
    height = y + _LINE * (len(lines) + 1)
    return Drawing(figure.width, height, tuple(parts), figure.heading, _description(figure))


def figures(value: float) -> str:
    """A value with three significant digits, or from 100 on with one decimal."""
    return f"{value:,.1f}".removesuffix(".0") if abs(value) >= 100 else f"{value:.3g}"


def _description(figure: BoxFigure) -> str:
    """The numbers of the rows in words, for readers who do not see the picture."""
    rows = [f"{row.label}: {row.count}, median {figures(row.box.median)}" for row in figure.rows]
    return " ".join(filter(None, ["; ".join(rows) + "." if rows else "", figure.remarks]))


def _columns(figure: BoxFigure) -> _Columns:
    rows = figure.rows
    labels = min(max((text_width(row.label) for row in rows), default=0.0), _LABELS * figure.width)
    count_width = max([text_width("n of N"), *(text_width(row.count) for row in rows)])
    median_width = max(
        [text_width("median"), *(text_width(figures(row.box.median)) for row in rows)]
    )
    medians = figure.width - _MARGIN
    counts = medians - median_width - _GAP
    left, right = _MARGIN + labels + _GAP, counts - count_width - _GAP
    return _Columns(_scale(figure, left, max(right, left + 1)), labels, counts, medians)


def _scale(figure: BoxFigure, left: float, right: float) -> ValueScale:
    if figure.is_share:
        return ValueScale.of_shares(left, right)
    smallest = min((float(row.values.min()) for row in figure.rows), default=1.0)
    largest = max((float(row.values.max()) for row in figure.rows), default=1.0)
    return ValueScale.of_amounts(smallest, largest, left, right)


def _panel(panel: BoxPanel, columns: _Columns, top: float, unit: str) -> tuple[Element, float]:
    """The panel, and where it ends."""
    first = top + _PANEL
    bottom = first + _ROW * len(panel.rows)
    title = fitting(panel.title, columns.counts - 2 * _MARGIN - text_width("n of N"))
    parts = [
        element("text", title, class_="panel", x=_MARGIN, y=top + 16),
        _right("n of N", columns.counts, top + 16, "soft"),
        _right("median", columns.medians, top + 16, "soft"),
        _grid(columns.scale, first, bottom, unit),
        *(
            _row(row, columns, first + _ROW * (number + 0.5))
            for number, row in enumerate(panel.rows)
        ),
    ]
    return group(parts, class_="boxes"), bottom + _AXIS


def _grid(scale: ValueScale, top: float, bottom: float, unit: str) -> Element:
    """The lines of round values, with the values and their unit below them."""
    parts: list[Element] = []
    for value in scale.ticks(_SPACING):
        x = scale.pixel(value)
        parts.append(element("line", class_="grid", x1=x, x2=x, y1=top, y2=bottom))
        parts.append(
            element("text", figures(value), class_="soft", x=x, y=bottom + 12, text_anchor="middle")
        )
    parts.append(element("text", unit, class_="soft unit", x=scale.left, y=bottom + 25))
    return group(parts, class_="values")


def _row(row: BoxRow, columns: _Columns, middle: float) -> Element:
    box, scale = row.box, columns.scale
    low, q1, median, q3, high = (
        scale.pixel(value) for value in (box.low, box.q1, box.median, box.q3, box.high)
    )
    title = (
        f"{row.label}\n{row.count} samples, median {figures(box.median)}\n"
        f"quartiles {figures(box.q1)} and {figures(box.q3)},"
        f" whiskers {figures(box.low)} and {figures(box.high)}"
    )
    label = fitting(row.label, columns.label_width)
    parts = [
        element("title", title),
        _points(row, scale, middle),
        _whisker(low, q1, middle),
        _whisker(high, q3, middle),
        element("rect", class_="quartiles", x=q1, y=middle - _BOX / 2, width=q3 - q1, height=_BOX),
        element(
            "line",
            class_="median",
            x1=median,
            x2=median,
            y1=middle - _BOX / 2,
            y2=middle + _BOX / 2,
        ),
        element("text", label, class_="label", x=_MARGIN, y=middle + 4),
        _right(row.count, columns.counts, middle + 4, ""),
        _right(figures(box.median), columns.medians, middle + 4, ""),
    ]
    return group(parts, class_="row", data_group=row.label)


def _points(row: BoxRow, scale: ValueScale, middle: float) -> Element:
    """One path with a dot for each value; heights differ so that equal values do not hide."""
    dots = [
        f"M{decimal(scale.pixel(value))} {decimal(_height(number, middle))}h0"
        for number, value in enumerate(row.points.tolist())
    ]
    return element("path", class_="points", d="".join(dots))


def _height(number: int, middle: float) -> float:
    return middle + _SPREAD * (2 * (number * _GOLDEN % 1) - 1)


def _whisker(end: float, quartile: float, middle: float) -> Element:
    line = element("line", class_="whisker", x1=end, x2=quartile, y1=middle, y2=middle)
    cap = element(
        "line", class_="whisker", x1=end, x2=end, y1=middle - _CAP / 2, y2=middle + _CAP / 2
    )
    return group([line, cap])


def _right(text: str, x: float, y: float, class_: str) -> Element:
    return element("text", text, class_=class_, x=x, y=y, text_anchor="end")
