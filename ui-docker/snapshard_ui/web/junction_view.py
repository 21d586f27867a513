"""The parts of the junction view beside the evidence, each with its results or the reason why it
cannot be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import url_for
from markupsafe import Markup

from snapshard.name import JunctionName, parse_name
from snapshard.release import Release
from snapshard_ui.api import JunctionBoxParams, ReleaseRequest, find_boxes
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import current_index
from snapshard_ui.web.junction_parts import (
    ElsewhereRow,
    NearJunction,
    consequence,
    elsewhere,
    near_junctions,
    near_remark,
    or_reason,
    splice_sites,
    splicevault_links,
)
from snapshard_ui.web.junction_samples import junction_samples
from snapshard_ui.web.links import Link, base_url
from snapshard_ui.web.state import State

_WIDTH = 440
"""Pixels of the picture: the width of the evidence beside the results."""
_UNITS = {"reads": "Reads", "cpm": "CPM"}


@dataclass(frozen=True)
class Part:
    """A part of the view: what it shows, or the reason why it cannot be shown."""

    content: Any = None
    reason: str = ""


@dataclass(frozen=True)
class BoxPlot:
    """A box plot as SVG in the page, its numbers, and its downloads."""

    svg: Markup
    rows: Sequence[dict[str, Any]]
    downloads: Sequence[Link]


@dataclass(frozen=True)
class JunctionView:
    """The parts. Of a junction that no sample has there is no box plot and no table of samples, but
    the junctions near it, and what these suggest.
    """

    units: Sequence[Link]
    box_plot: Part | None
    samples: Part | None
    sites: Part
    near: Part | None
    near_remark: str
    consequence: Part
    elsewhere: Sequence[ElsewhereRow]
    splicevault: Sequence[Link]
    compare_url: str


def junction_view(release: Release, state: State, text: str, *, exists: bool) -> JunctionView:
    """The parts of the view of the junction with this stable name."""
    name = parse_name(text, release.assembly)
    meaning = Part(*or_reason(lambda: consequence(release, name)))
    near = None if exists else Part(*or_reason(lambda: near_junctions(release, name)))
    return JunctionView(
        units=[Link(_UNITS[unit], f"{state.url(unit=unit)}#box-plot", unit) for unit in _UNITS],
        box_plot=Part(*or_reason(lambda: _box_plot(release, state, text))) if exists else None,
        samples=Part(*or_reason(lambda: junction_samples(release, state, name)))
        if exists
        else None,
        sites=Part(*or_reason(lambda: splice_sites(release, name))),
        near=near,
        near_remark=_near_remark(near),
        consequence=meaning,
        elsewhere=elsewhere(release, name),
        splicevault=splicevault_links(release, meaning.content) if meaning.content else [],
        compare_url=_compare_url(release, name),
    )


def _near_remark(near: Part | None) -> str:
    if near is None or near.content is None:
        return ""
    junctions: Sequence[NearJunction] = near.content
    return near_remark(junctions)


def _compare_url(release: Release, name: JunctionName) -> str:
    return url_for(
        "pages.compare", compilation=release.compilation, release=release.name, q=str(name)
    )


def _box_plot(release: Release, state: State, name: str) -> BoxPlot:
    """The box plot of the samples that have a junction, in the unit of the state. Raises as
    `find_boxes` does.
    """
    params = JunctionBoxParams.model_validate({"unit": state.unit})
    boxes = find_boxes(ReleaseRequest(current_index(), release, params, FORMATS["json"]), name)
    numbers = boxes.table.members()
    rows = [{"group": boxes.table.overall.name, **numbers["overall"]}, *numbers["groups"]]
    address = f"{base_url(release, server=False)}/junctions/{quote(name, safe=':+')}/boxes"
    query = f"?unit={state.unit}"
    return BoxPlot(
        # The writer escapes every text of the drawing.
        Markup(boxes.drawing(release, _WIDTH).svg()),
        [row for row in rows if row["n"]],
        [
            Link("SVG", f"{address}.svg{query}"),
            Link("PNG", f"{address}.png{query}"),
            Link("JSON", f"{address}{query}"),
        ],
    )
