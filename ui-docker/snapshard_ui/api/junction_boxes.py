"""The samples that have a junction as box plots, by group: as numbers and as a picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import Response

from snapshard.catalog import grouping_members
from snapshard.errors import BadQuery
from snapshard.library_sizes import LIBRARY_SIZE_FIELD
from snapshard.measures import sample_sums
from snapshard.name import JunctionName
from snapshard.pairs import Integers
from snapshard.release import Release
from snapshard_ui.api.evidence import library_sizes
from snapshard_ui.api.group_boxes import (
    BOX_REMARK,
    BoxTable,
    Numbers,
    group_boxes,
    point_remark,
)
from snapshard_ui.api.groupings import group_report, read_grouping
from snapshard_ui.api.junction_lookup import check_one, find_junctions
from snapshard_ui.api.models.boxes import (
    JunctionBoxesAnswer,
    JunctionBoxParams,
    JunctionBoxPictureParams,
)
from snapshard_ui.api.models.pictures import Picture
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.responses import picture_response, release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.pictures import BoxFigure, Drawing, draw_boxes, png

_PATH = "/junctions/<name>/boxes"
_UNITS = {"reads": "reads per sample", "cpm": "reads per million reads of the library"}


@dataclass(frozen=True)
class JunctionBoxes:
    """The boxes of a junction's samples in a unit; `library_size` is the field of the library sizes
    for the unit cpm.
    """

    name: JunctionName
    exists: bool
    unit: str
    library_size: str | None
    grouping: dict[str, object]
    table: BoxTable

    def members(self) -> dict[str, Any]:
        """The boxes as JSON members."""
        return {
            "name": str(self.name),
            "found": self.exists,
            "unit": self.unit,
            "library_size": self.library_size,
            "grouping": self.grouping,
            **self.table.members(),
        }

    def drawing(self, release: Release, width: int) -> Drawing:
        """The picture of the boxes."""
        of = f"{release.compilation} {release.name}"
        simulated = " · simulated" if release.simulated else ""
        heading = f"{self.name} · {of}{simulated}"
        remarks = [BOX_REMARK, point_remark(self.table), *self.table.remarks("has the junction")]
        if not self.table.overall.values.size:
            remarks = ["No sample has the junction"]
        panel = self.table.panel("Samples that have the junction")
        panels = (panel,) if panel.rows else ()
        return draw_boxes(
            BoxFigure(heading, panels, _UNITS[self.unit], "; ".join(remarks) + ".", float(width))
        )


@on_release(_PATH, params=JunctionBoxParams, model=JunctionBoxesAnswer, also=(300,))
def junction_boxes(request: ReleaseRequest[JunctionBoxParams], name: str) -> Response:
    """The box plot of the samples that have a junction as numbers, over all samples and per group."""
    return release_response(request.release, **find_boxes(request, name).members())


@on_release(
    f"{_PATH}.svg",
    params=JunctionBoxPictureParams,
    model=Picture,
    media_type="image/svg+xml",
    also=(300,),
)
def junction_boxes_svg(request: ReleaseRequest[JunctionBoxPictureParams], name: str) -> Response:
    """The box plot of the samples that have a junction as a picture, SVG.

    A row is a group; its points are the samples that have the junction.
    """
    drawing = find_boxes(request, name).drawing(request.release, request.params.width)
    return picture_response(request, drawing.svg(request.params.theme).encode() + b"\n", "svg")


@on_release(
    f"{_PATH}.png",
    params=JunctionBoxPictureParams,
    model=Picture,
    media_type="image/png",
    also=(300, 501),
)
def junction_boxes_png(request: ReleaseRequest[JunctionBoxPictureParams], name: str) -> Response:
    """The box plot of a junction's samples as a picture, PNG with two pixels for each of the SVG."""
    drawing = find_boxes(request, name).drawing(request.release, request.params.width)
    return picture_response(request, png(drawing, request.params.theme), "png")


def find_boxes(request: ReleaseRequest[Any], text: str) -> JunctionBoxes:
    """The boxes of the junction with this name or number; the parameters are JunctionBoxParams.

    Raises as `find_evidence` does, and BadQuery for cpm without library sizes.
    """
    index, release, params = request.index, request.release, request.params
    name, rows = find_junctions(index, release, text)
    if name.strand is None:
        check_one(text, rows, release)
    check_chromosome(index, release, name.region)
    sums = sample_sums([rows] if rows.text else [])
    has_reads = sums.reads > 0
    samples, values = _values(request, sums.samples[has_reads], sums.reads[has_reads])
    grouping = read_grouping(index, release, params)
    positions = group_report(params).positions(grouping)
    return JunctionBoxes(
        name,
        exists=bool(rows.text),
        unit=params.unit,
        library_size=(params.library_size or LIBRARY_SIZE_FIELD) if params.unit == "cpm" else None,
        grouping=grouping_members(grouping, positions),
        table=group_boxes(
            samples, values, grouping, positions, params, sample_count=release.sample_count
        ),
    )


def _values(
    request: ReleaseRequest[Any], samples: Integers, reads: Integers
) -> tuple[Integers, Numbers]:
    """The samples that have a value in the unit of the request, and their values."""
    params = request.params
    if params.unit == "reads":
        return samples, reads.astype(np.float64)
    sizes = library_sizes(request.index, request.release, params.library_size)
    if sizes is None:
        raise BadQuery("unit", params.unit, "reads: the release has no library sizes")
    values = reads * 1e6 / sizes.of(samples)
    is_known = ~np.isnan(values)
    return samples[is_known], values[is_known]
