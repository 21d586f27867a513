"""The picture of levels: a line per sample group along a window, the forward strand upward and the
reverse strand downward.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.region import Region
from snapshard_ui.pictures.axis import HEIGHT as AXIS_HEIGHT
from snapshard_ui.pictures.axis import draw_axis, text_width
from snapshard_ui.pictures.element import Drawing, Element, decimal, element, group
from snapshard_ui.pictures.junction_figure import MARGIN
from snapshard_ui.pictures.legend import draw_heading, fitting
from snapshard_ui.pictures.scale import Scale
from snapshard_ui.pictures.theme import TINTS

_TOP, _HEIGHT, _FOOTER, _ROW = 48.0, 130.0, 24.0, 18.0
_SAMPLE = 22.0
"""Length of the line of a legend's entry, in pixels."""


@dataclass(frozen=True)
class LevelLine:
    """A group's levels, in columns of equal width from the left edge of the window to the right."""

    group: str
    strand: str
    levels: NDArray[np.float64]


@dataclass(frozen=True)
class LevelFigure:
    """A window and its lines, of at most as many groups as there are TINTS; `heading` and `remarks`
    as in Figure; `unit` is what a level is.
    """

    window: Region
    heading: str
    groups: tuple[str, ...]
    lines: tuple[LevelLine, ...]
    unit: str
    remarks: str
    width: float = 1_000.0

    def __post_init__(self) -> None:
        if len(self.groups) > len(TINTS):
            raise ValueError(f"expected at most {len(TINTS)} groups, got {len(self.groups)}")


def draw_levels(figure: LevelFigure) -> Drawing:
    """The drawing of a figure. Both directions have the same scale; lines of unknown strand are
    drawn upward.
    """
    scale = Scale(figure.window, MARGIN, figure.width - MARGIN)
    highest = max((float(line.levels.max(initial=0)) for line in figure.lines), default=0.0)
    above = _TOP + _HEIGHT
    below = above + AXIS_HEIGHT
    has_reverse = any(line.strand == "-" for line in figure.lines)
    bottom = below + (_HEIGHT if has_reverse else 0)
    tints = dict(zip(figure.groups, TINTS, strict=False))
    lines = [
        _line(scale, line, tints[line.group], highest or 1, below if line.strand == "-" else above)
        for line in figure.lines
    ]
    legend, height = _legend(scale, bottom, figure, tints)
    elements = (
        draw_heading(scale, figure.heading),
        _maximum(scale, f"{highest:,.3g} {figure.unit}"),
        draw_axis(scale, above),
        group(lines, class_="levels"),
        legend,
    )
    return Drawing(figure.width, bottom + height, elements, figure.heading, figure.remarks)


def _maximum(scale: Scale, text: str) -> Element:
    line = element("line", class_="grid", x1=scale.left, x2=scale.right, y1=_TOP, y2=_TOP)
    label = element(
        "text", fitting(text, scale.right - scale.left), class_="soft", x=scale.left, y=_TOP - 3
    )
    return group([line, label], class_="maximum")


def _line(scale: Scale, line: LevelLine, tint: str, highest: float, baseline: float) -> Element:
    """The line as steps, so that a column of one pixel keeps its level."""
    direction = 1 if line.strand == "-" else -1
    edges = np.linspace(scale.left, scale.right, len(line.levels) + 1)
    heights = baseline + direction * _HEIGHT * line.levels / highest
    xs, ys = np.repeat(edges, 2)[1:-1], np.repeat(heights, 2)
    points = " ".join(f"{decimal(x)},{decimal(y)}" for x, y in zip(xs, ys, strict=True))
    title = element("title", f"{line.group}, strand {line.strand}")
    shape = element("polyline", class_=f"level {tint}", points=points)
    return group([title, shape], data_group=line.group, data_strand=line.strand)


def _legend(
    scale: Scale, top: float, figure: LevelFigure, tints: dict[str, str]
) -> tuple[Element, float]:
    """The remarks and the groups with their colours, and the height of both."""
    width = scale.right - scale.left
    text = fitting(figure.remarks, width)
    parts = [element("text", text, class_="remarks", x=scale.left, y=top + 16)]
    x, y = scale.left, top + 16 + _ROW
    for name, tint in tints.items():
        label = fitting(name, width - _SAMPLE - 6)
        space = _SAMPLE + 6 + text_width(label)
        if x > scale.left and x + space > scale.right:
            x, y = scale.left, y + _ROW
        mark = element("line", class_=f"level {tint}", x1=x, x2=x + _SAMPLE, y1=y - 4, y2=y - 4)
        parts.append(group([mark, element("text", label, x=x + _SAMPLE + 6, y=y)], class_="key"))
        x += space + 18
    return group(parts, class_="footer"), y - top + _FOOTER / 2
