"""PSI of splicing events over the API: the library's definition (docs/answers.md), per group and per
sample.
"""

from flask import Response

from snapshard.measures import PsiReport, read_events
from snapshard_ui.api.events import find_event
from snapshard_ui.api.groupings import group_report, read_grouping
from snapshard_ui.api.models.psi import EventParams, EventPsiAnswer
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release


@on_release("/psi", params=EventParams, model=EventPsiAnswer, also=(501,))
def event_psi(request: ReleaseRequest[EventParams]) -> Response:
    """PSI of a splicing event: per group of samples with an interval, and per sample.

    The event is two sets of junctions, a cassette exon, two mutually exclusive exons, or a donor or
    acceptor.
    """
    params, release = request.params, request.release
    event_request = find_event(
        request.index,
        release,
        include=params.include,
        exclude=params.exclude,
        exons=params.exon,
        site=params.site,
    )
    grouping = read_grouping(request.index, release, params)
    events, more_events = read_events(request.index, release, event_request, limit=params.limit)
    report = PsiReport(grouping, group_report(params), params.min_reads, params.samples)
    members = report.members(events, release.sample_count, has_more=more_events)
    return release_response(release, **members)
