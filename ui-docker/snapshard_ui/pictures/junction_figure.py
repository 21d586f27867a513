"""The picture of a window: gene models on top, and the junctions as arcs around the axis."""

from dataclasses import dataclass

from snapshard.region import Region
from snapshard_ui.pictures.arc import Arc, Zone, draw_arcs, zone_height
from snapshard_ui.pictures.axis import HEIGHT as AXIS_HEIGHT
from snapshard_ui.pictures.axis import draw_axis
from snapshard_ui.pictures.element import Drawing, Element, element, group
from snapshard_ui.pictures.gene_model import Model, draw_row, pack_models
from snapshard_ui.pictures.legend import draw_footer, draw_heading
from snapshard_ui.pictures.scale import Scale

MARGIN = 14.0
_TOP = 26.0
_PEAK = 10.0
"""Pixels above the highest arc, for its number."""
_FOOTER = 44.0
MOST_ROWS = 8
"""Rows of gene models at most."""


@dataclass(frozen=True)
class Figure:
    """A window, what is drawn in it, and in words what is not.

    `heading` names the window, the release and the convention of positions; `remarks` says which
    junctions and transcripts the picture leaves out; `number` is what the arcs' numbers count.
    """

    window: Region
    heading: str
    arcs: tuple[Arc, ...]
    models: tuple[Model, ...]
    remarks: str
    number: str = "samples"
    chosen: str | None = None
    width: float = 1_000.0


def draw_junctions(figure: Figure) -> Drawing:
    """The drawing of a figure."""
    scale = Scale(figure.window, MARGIN, figure.width - MARGIN)
    rows = pack_models(scale, figure.models, top=_TOP, most=MOST_ROWS)
    y = rows[-1].top + rows[-1].height if rows else _TOP
    above = [arc for arc in figure.arcs if not arc.is_below]
    below = [arc for arc in figure.arcs if arc.is_below]
    heights = zone_height(scale, above), zone_height(scale, below)
    axis_top = y + heights[0]
    axis_bottom = axis_top + AXIS_HEIGHT
    bottom = axis_bottom + heights[1]
    models = [model for row in rows for model in draw_row(scale, row)]
    elements = (
        draw_heading(scale, figure.heading),
        group(models, class_="models"),
        draw_axis(scale, axis_top),
        _side(scale, above, Zone(axis_top, heights[0] - _PEAK), figure.chosen, "above"),
        _side(scale, below, Zone(axis_bottom, _PEAK - heights[1]), figure.chosen, "below"),
        draw_footer(
            scale,
            bottom,
            figure.remarks,
            figure.number,
            has_unknown_strand=any(arc.strand not in ("+", "-") for arc in figure.arcs),
        ),
    )
    return Drawing(figure.width, bottom + _FOOTER, elements, figure.heading, figure.remarks)


def _side(scale: Scale, arcs: list[Arc], zone: Zone, chosen: str | None, side: str) -> Element:
    line = element(
        "line", class_="grid", x1=scale.left, x2=scale.right, y1=zone.baseline, y2=zone.baseline
    )
    return group([line, *draw_arcs(scale, arcs, zone, chosen=chosen)], class_=f"arcs {side}")
