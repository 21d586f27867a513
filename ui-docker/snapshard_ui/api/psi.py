"""PSI of splicing events over the API: the library's definition (docs/answers.md), per group and per
sample.
"""

from typing import Any

from flask import Response

from snapshard.catalog import Grouping
from snapshard.measures import (
    Event,
    event_levels,
    group_psi,
    group_records,
    overall_record,
    read_events,
    sample_records,
    side_members,
)
from snapshard_ui.api.events import find_event
from snapshard_ui.api.groupings import (
    grouping_members,
    read_grouping,
    reported_groups,
    top_groups,
)
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
    positions = reported_groups(grouping, params)
    return release_response(
        release,
        min_reads=params.min_reads,
        grouping=grouping_members(grouping, positions),
        truncated=more_events or len(positions) > params.top,
        events=[_event_members(event, request, grouping, positions) for event in events],
    )


def _event_members(
    event: Event,
    request: ReleaseRequest[EventParams],
    grouping: Grouping,
    positions: list[int],
) -> dict[str, Any]:
    params = request.params
    levels = event_levels(event, params.min_reads)
    table = group_psi(levels, grouping.membership, len(grouping.groups))
    top = top_groups(positions, grouping, table.n, params)
    return {
        "name": event.name,
        "kind": event.kind,
        "inclusion": side_members(event.inclusion),
        "exclusion": side_members(event.exclusion),
        "overall": overall_record(levels, request.release.sample_count),
        "groups": group_records(table, grouping, top),
        "samples": sample_records(levels) if params.samples else None,
    }
