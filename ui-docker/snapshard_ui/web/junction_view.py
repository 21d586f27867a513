"""The parts of the junction view beside the evidence: the box plot of its samples."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from snapshard.errors import SnapshardError
from snapshard.release import Release
from snapshard_ui.api import JunctionBoxParams, ReleaseRequest, find_boxes
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import current_index
from snapshard_ui.web.links import Link, base_url
from snapshard_ui.web.state import State

_WIDTH = 440
"""Pixels of the picture: the width of the evidence beside the results."""
_UNITS = {"reads": "Reads", "cpm": "CPM"}


@dataclass(frozen=True)
class BoxPlot:
    """A box plot as SVG in the page, its numbers, and its downloads, or the reason why it could not
    be drawn.
    """

    svg: Markup = Markup()
    rows: Sequence[dict[str, Any]] = ()
    left_out: int = 0
    downloads: Sequence[Link] = ()
    units: Sequence[Link] = field(default_factory=list)
    reason: str = ""


def box_plot(release: Release, state: State, name: str) -> BoxPlot:
    """The box plot of the samples that have a junction, in the unit of the state."""
    params = JunctionBoxParams.model_validate({"unit": state.unit})
    request = ReleaseRequest(current_index(), release, params, FORMATS["json"])
    units = [Link(_UNITS[unit], f"{state.url(unit=unit)}#box-plot", unit) for unit in _UNITS]
    try:
        boxes = find_boxes(request, name)
    except SnapshardError as exc:
        return BoxPlot(units=units, reason=str(exc))
    table = boxes.table
    numbers = table.members()
    rows = [{"group": table.overall.name, **numbers["overall"]}, *numbers["groups"]]
    address = (
        f"{base_url(release, server=False)}/junctions/{quote(str(boxes.name), safe=':+')}/boxes"
    )
    query = f"?unit={state.unit}"
    return BoxPlot(
        # The writer escapes every text of the drawing.
        Markup(boxes.drawing(release, _WIDTH).svg()),
        [row for row in rows if row["n"]],
        table.left_out,
        [
            Link("SVG", f"{address}.svg{query}"),
            Link("PNG", f"{address}.png{query}"),
            Link("JSON", f"{address}{query}"),
        ],
        units,
    )
