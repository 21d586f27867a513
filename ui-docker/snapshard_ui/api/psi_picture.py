"""PSI of splicing events as box plots, by group."""

from flask import Response

from snapshard.measures import Event, event_levels
from snapshard.release import Release
from snapshard_ui.api.group_boxes import BOX_REMARK, BoxTable, group_boxes, point_remark
from snapshard_ui.api.models.boxes import EventPictureParams
from snapshard_ui.api.models.pictures import Picture
from snapshard_ui.api.psi import EventsOfGroups, find_events
from snapshard_ui.api.responses import picture_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.pictures import BoxFigure, Drawing, draw_boxes, png


@on_release("/psi.svg", params=EventPictureParams, model=Picture, media_type="image/svg+xml")
def event_psi_svg(request: ReleaseRequest[EventPictureParams]) -> Response:
    """PSI of a splicing event in the informative samples as box plots, SVG.

    A row is a group; of a site, each of its junctions has its own rows.
    """
    drawing = draw_psi(request)
    return picture_response(request, drawing.svg(request.params.theme).encode() + b"\n", "svg")


@on_release(
    "/psi.png", params=EventPictureParams, model=Picture, media_type="image/png", also=(501,)
)
def event_psi_png(request: ReleaseRequest[EventPictureParams]) -> Response:
    """PSI of a splicing event as box plots, PNG with two pixels for each of the SVG."""
    return picture_response(request, png(draw_psi(request), request.params.theme), "png")


def draw_psi(request: ReleaseRequest[EventPictureParams]) -> Drawing:
    """The picture of the events. Raises as `find_events` does."""
    return draw_events(request, find_events(request))


def draw_events(request: ReleaseRequest[EventPictureParams], choice: EventsOfGroups) -> Drawing:
    """The picture of these events, in the groups and the order that the request names."""
    params, release = request.params, request.release
    tables = [_table(request, choice, event) for event in choice.events]
    panels = [table.panel(event.name) for table, event in zip(tables, choice.events, strict=True)]
    return draw_boxes(
        BoxFigure(
            _heading(release),
            tuple(panels),
            "PSI of informative samples",
            _remarks(tables, params.min_reads, truncated=choice.truncated),
            float(params.width),
            is_share=True,
        )
    )


def _table(
    request: ReleaseRequest[EventPictureParams], choice: EventsOfGroups, event: Event
) -> BoxTable:
    levels = event_levels(event, request.params.min_reads)
    return group_boxes(
        levels.samples,
        levels.psi,
        choice.grouping,
        choice.positions,
        request.params,
        sample_count=request.release.sample_count,
    )


def _heading(release: Release) -> str:
    simulated = " · simulated" if release.simulated else ""
    return f"Percent spliced in (PSI) · {release.compilation} {release.name}{simulated}"


def _remarks(tables: list[BoxTable], min_reads: int, *, truncated: bool) -> str:
    reads = "1 read" if min_reads == 1 else f"{min_reads:,} reads"
    remarks = [f"Informative: at least {reads} of the event", BOX_REMARK, point_remark(*tables)]
    # Several events have other groups without values, which their rows tell.
    if len(tables) == 1:
        remarks += tables[0].remarks("is informative")
    if truncated:
        remarks.append("the site has more junctions")
    return "; ".join(remarks) + "."
