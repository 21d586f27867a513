"""The box plot of one test of a comparison: PSI of the samples of each group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from snapshard.catalog import GroupReport
from snapshard.comparison import Measure
from snapshard.errors import NotFound, SnapshardError
from snapshard.measures import PsiReport
from snapshard.name import parse_name
from snapshard.release import Release
from snapshard_ui.api import (
    CompareParams,
    EventPictureParams,
    EventsOfGroups,
    ReleaseRequest,
    draw_events,
    find_events,
)
from snapshard_ui.render import FORMATS
from snapshard_ui.web.links import Link, base_url

_WIDTH = 720
_MOST_OF_SITE = 1_000
_MOST_NAMES = 40
"""Junctions of an event that a link to its picture names."""


@dataclass(frozen=True)
class PsiPlot:
    """The box plot of a test as SVG in the page and its downloads, or the reason why there is none.
    `test` is the row of the comparison, `rows` has PSI of all samples and of each group.
    """

    test: dict[str, Any]
    svg: Markup = Markup()
    rows: Sequence[dict[str, Any]] = ()
    downloads: Sequence[Link] = ()
    reason: str = ""


def psi_plot(
    request: ReleaseRequest[CompareParams], comparison: dict[str, Any], plot: str
) -> PsiPlot | None:
    """The box plot of the test with the name and role of `plot`, else of the first one; None without
    tests of PSI.
    """
    rows = comparison["rows"]
    if comparison["measure"] != Measure.PSI or not rows:
        return None
    test = next((row for row in rows if plot == f"{row['name']} {row['role']}"), rows[0])
    picture = _picture_request(request, comparison, test)
    try:
        choice = _with_name(find_events(picture), test["name"])
        svg = draw_events(picture, choice).svg()
    except SnapshardError as exc:
        return PsiPlot(test, reason=str(exc))
    return PsiPlot(
        test,
        # The writer escapes every text of the drawing.
        Markup(svg),
        _rows(request.release, choice, comparison["min_reads"]),
        _downloads(request.release, picture.params, choice),
    )


def _rows(release: Release, choice: EventsOfGroups, min_reads: int) -> list[dict[str, Any]]:
    """PSI of all samples and of the groups that have an informative one, as the API reports it."""
    report = PsiReport(choice.grouping, GroupReport(), min_reads, lists_samples=False)
    members = report.members(choice.events, release.sample_count, has_more=False)
    (event,) = members["events"]
    overall = {"group": "All samples", **event["overall"]}
    return [row for row in (overall, *event["groups"]) if row["n"]]


def _picture_request(
    request: ReleaseRequest[CompareParams], comparison: dict[str, Any], test: dict[str, Any]
) -> ReleaseRequest[EventPictureParams]:
    params = EventPictureParams.model_validate(
        {
            **_event(request.release, request.params, test),
            "group": request.params.group,
            "cohort": request.params.cohort,
            "min_reads": comparison["min_reads"],
            "width": _WIDTH,
        }
    )
    # The site is read with all of its junctions, of which one is drawn.
    params = params.model_copy(update={"limit": _MOST_OF_SITE})
    return ReleaseRequest(request.index, request.release, params, FORMATS["json"])


def _event(release: Release, params: CompareParams, test: dict[str, Any]) -> dict[str, Any]:
    """The event of a test: the junctions or the exon of the request, or the site that the tested
    junction shares with others.
    """
    role = test["role"]
    if role == "junctions":
        return {"include": params.include, "exclude": params.exclude}
    if role not in ("donor", "acceptor"):
        return {"exon": [test["name"]]}
    name = parse_name(test["name"], release.assembly)
    is_first = (role == "donor") == (name.strand == "+")
    base = name.region.start if is_first else name.region.end
    return {"site": f"{name.region.chrom}:{base}:{name.strand}"}


def _with_name(choice: EventsOfGroups, name: str) -> EventsOfGroups:
    """The only event, or that of the junction with this name of those of a site. Raises NotFound."""
    events = choice.events
    if len(events) > 1:
        events = [event for event in events if event.name == name]
    if not events:
        raise NotFound("junction of the site", name)
    return EventsOfGroups(events[:1], choice.grouping, choice.positions, truncated=False)


def _downloads(release: Release, params: EventPictureParams, choice: EventsOfGroups) -> list[Link]:
    """The picture with the same event, groups and threshold; none for an event of too many names."""
    (event,) = choice.events
    names = [
        *(("include", name) for name in event.inclusion.junctions),
        *(("exclude", name) for name in event.exclusion.junctions),
    ]
    if params.exon:
        names = [("exon", text) for text in params.exon]
    if len(names) > _MOST_NAMES or not names:
        return []
    pairs = [
        *names,
        *(("group", name) for name in params.group),
        *(("cohort", text) for text in params.cohort),
        ("min_reads", str(params.min_reads)),
    ]
    address, query = f"{base_url(release, server=False)}/psi", urlencode(pairs)
    return [
        Link("SVG", f"{address}.svg?{query}"),
        Link("PNG", f"{address}.png?{query}"),
        Link("PSI as numbers", f"{address}?{query}"),
    ]
