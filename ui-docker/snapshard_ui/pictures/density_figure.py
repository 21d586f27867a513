"""The picture of a window that is too large for arcs: the number of junctions per bin of the genome."""

from collections.abc import Sequence
from dataclasses import dataclass

from snapshard.region import Region
from snapshard_ui.pictures.axis import HEIGHT as AXIS_HEIGHT
from snapshard_ui.pictures.axis import draw_axis
from snapshard_ui.pictures.element import Drawing, Element, element, group
from snapshard_ui.pictures.gene_model import Model, draw_row, pack_models
from snapshard_ui.pictures.junction_figure import MARGIN, MOST_ROWS
from snapshard_ui.pictures.legend import draw_heading, fitting
from snapshard_ui.pictures.scale import Scale

_TOP, _HEIGHT, _FOOTER = 26.0, 190.0, 44.0
_MAXIMUM = 22.0
"""Pixels above the highest bar, for its number."""


@dataclass(frozen=True)
class Bin:
    """Bases start to end, the junctions that start there, and how many of them are annotated."""

    start: int
    end: int
    junctions: int
    annotated: int
    href: str | None = None


@dataclass(frozen=True)
class DensityFigure:
    """A window, its bins, and the gene models above them; `heading` and `remarks` as in Figure."""

    window: Region
    heading: str
    bins: tuple[Bin, ...]
    remarks: str
    width: float = 1_000.0
    models: tuple[Model, ...] = ()


def draw_density(figure: DensityFigure) -> Drawing:
    """The drawing of a figure: a bar per bin, of which the lower part is annotated."""
    scale = Scale(figure.window, MARGIN, figure.width - MARGIN)
    bins = [bin for bin in figure.bins if scale.overlaps(bin.start, bin.end)]
    highest = max((bin.junctions for bin in bins), default=0)
    rows = pack_models(scale, figure.models, top=_TOP, most=MOST_ROWS)
    top = (rows[-1].top + rows[-1].height if rows else _TOP) + _MAXIMUM
    baseline = top + _HEIGHT
    models = [model for row in rows for model in draw_row(scale, row)]
    elements = (
        draw_heading(scale, figure.heading),
        group(models, class_="models"),
        _maximum(scale, highest, top),
        group([_bar(scale, bin, highest, baseline) for bin in bins], class_="bars"),
        draw_axis(scale, baseline),
        _footer(scale, baseline + AXIS_HEIGHT, figure.remarks),
    )
    height = baseline + AXIS_HEIGHT + _FOOTER
    return Drawing(figure.width, height, elements, figure.heading, figure.remarks)


def _maximum(scale: Scale, highest: int, top: float) -> Element:
    line = element("line", class_="grid", x1=scale.left, x2=scale.right, y1=top, y2=top)
    label = element("text", f"{highest:,} junctions", class_="soft", x=scale.left, y=top - 3)
    return group([line, label], class_="maximum")


def _bar(scale: Scale, bin: Bin, highest: int, baseline: float) -> Element:
    left, right = scale.visible(bin.start, bin.end)
    # Half a pixel between bars shows them apart; narrower bars touch.
    width = right - left - 0.5 if right - left > 2 else right - left
    heights = [(bin.junctions, "bar"), (bin.annotated, "bar annotated")]
    parts: list[Element] = [element("title", bar_details(bin))]
    for number, words in heights:
        height = _HEIGHT * number / max(1, highest)
        parts.append(
            element("rect", class_=words, x=left, y=baseline - height, width=width, height=height)
        )
    content = group(parts, class_="bin", data_start=str(bin.start))
    return content if bin.href is None else element("a", content, href=bin.href, tabindex=-1)


def bar_details(bin: Bin) -> str:
    """What a bar says when the pointer rests on it."""
    return (
        f"{bin.start:,}-{bin.end:,}: {bin.junctions:,} junctions start here,"
        f" {bin.annotated:,} annotated"
    )


def _footer(scale: Scale, top: float, remarks: str) -> Element:
    parts: list[Element] = [
        element(
            "text",
            fitting(remarks, scale.right - scale.left),
            class_="remarks",
            x=scale.left,
            y=top + 16,
        )
    ]
    x = scale.left
    keys: Sequence[tuple[str, str]] = (("bar annotated", "annotated"), ("bar", "not annotated"))
    for mark, label in keys:
        parts.append(element("rect", class_=mark, x=x, y=top + 26, width=10, height=10))
        parts.append(element("text", label, class_="soft", x=x + 16, y=top + 35))
        x += 120
    return group(parts, class_="footer")
