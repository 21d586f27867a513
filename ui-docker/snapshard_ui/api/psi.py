"""PSI of splicing events over the API: the library's definition (docs/answers.md), per group and per
sample.
"""

from dataclasses import dataclass
from typing import TypeVar

from flask import Response

from snapshard.catalog import Grouping
from snapshard.measures import Event, PsiReport, read_events
from snapshard_ui.api.events import find_event
from snapshard_ui.api.groupings import group_report, read_grouping
from snapshard_ui.api.models.psi import EventChoice, EventParams, EventPsiAnswer
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release

AnyChoice = TypeVar("AnyChoice", bound=EventChoice)


@on_release("/psi", params=EventParams, model=EventPsiAnswer, also=(501,))
def event_psi(request: ReleaseRequest[EventParams]) -> Response:
    """PSI of a splicing event: per group of samples with an interval, and per sample.

    The event is two sets of junctions, a cassette exon, two mutually exclusive exons, or a donor or
    acceptor.
    """
    params, release = request.params, request.release
    choice = find_events(request)
    report = PsiReport(choice.grouping, group_report(params), params.min_reads, params.samples)
    members = report.members(choice.events, release.sample_count, has_more=choice.truncated)
    return release_response(release, **members)


@dataclass(frozen=True)
class EventsOfGroups:
    """Events, and the groups in which they are measured: the grouping, and the positions of those that
    may be reported. `truncated`: a site has more junctions than the events.
    """

    events: list[Event]
    grouping: Grouping
    positions: list[int]
    truncated: bool


def find_events(request: ReleaseRequest[AnyChoice]) -> EventsOfGroups:
    """The events and groups of a request. Raises as `find_event`, `read_events` and `read_grouping`
    do.
    """
    index, release, params = request.index, request.release, request.params
    event_request = find_event(
        index,
        release,
        include=params.include,
        exclude=params.exclude,
        exons=params.exon,
        site=params.site,
    )
    grouping = read_grouping(index, release, params)
    events, truncated = read_events(index, release, event_request, limit=params.limit)
    return EventsOfGroups(events, grouping, group_report(params).positions(grouping), truncated)
