"""PSI of splicing events over the API: the library's definition (docs/answers.md), per group and per
sample.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from flask import Response
from numpy.typing import NDArray

from snapshard.catalog import Grouping
from snapshard.measures import (
    Event,
    EventRequest,
    Exon,
    GroupPsi,
    SamplePsi,
    Side,
    Site,
    group_psi,
    jeffreys,
    overall_psi,
    read_events,
    sample_psi,
)
from snapshard.name import JunctionName, parse_name
from snapshard.release import Release
from snapshard_ui.api.groupings import (
    grouping_members,
    read_grouping,
    reported_groups,
    top_groups,
)
from snapshard_ui.api.models.psi import EventParams, EventPsiAnswer
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.api.splice_sites import parse_site

_MOST_LISTED = 100
"""Junctions of a side that a response names."""


@on_release("/psi", params=EventParams, model=EventPsiAnswer, also=(501,))
def event_psi(request: ReleaseRequest[EventParams]) -> Response:
    """PSI of a splicing event: per group of samples with an interval, and per sample.

    The event is two sets of junctions, a cassette exon, two mutually exclusive exons, or a donor or
    acceptor.
    """
    params, release = request.params, request.release
    event_request = _event_request(params, release)
    for region in event_request.regions:
        check_chromosome(request.index, release, region)
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


def _event_request(params: EventParams, release: Release) -> EventRequest:
    assembly, site = release.assembly, None
    if params.site is not None:
        base, strand = parse_site(params.site, release)
        site = Site(base.chrom, base.start, strand)
    return EventRequest(
        include=_names(params.include, assembly),
        exclude=_names(params.exclude, assembly),
        exons=tuple(Exon(name.region, name.strand) for name in _names(params.exon, assembly)),
        site=site,
    )


def _names(texts: Iterable[str], assembly: str | None) -> tuple[JunctionName, ...]:
    return tuple(dict.fromkeys(parse_name(text, assembly) for text in texts))


def _event_members(
    event: Event,
    request: ReleaseRequest[EventParams],
    grouping: Grouping,
    positions: list[int],
) -> dict[str, Any]:
    params = request.params
    levels = sample_psi(
        event.inclusion.reads,
        event.exclusion.reads,
        inclusion_size=event.inclusion.size,
        exclusion_size=event.exclusion.size,
        min_reads=params.min_reads,
    )
    table = group_psi(levels, grouping.membership, len(grouping.groups))
    top = top_groups(positions, grouping, table.n, params)
    return {
        "name": event.name,
        "kind": event.kind,
        "inclusion": _side_members(event.inclusion),
        "exclusion": _side_members(event.exclusion),
        "overall": _psi_records(overall_psi(levels), [0], [request.release.sample_count])[0],
        "groups": _group_records(table, grouping, top),
        "samples": _sample_records(levels) if params.samples else None,
    }


def _side_members(side: Side) -> dict[str, object]:
    names = side.junctions
    return {"junctions": names[:_MOST_LISTED], "count": len(names), "size": side.size}


def _group_records(table: GroupPsi, grouping: Grouping, top: list[int]) -> list[dict[str, Any]]:
    records = _psi_records(table, top, [grouping.sizes[position] for position in top])
    return [
        {"group": group.name, "long_name": group.long_name, **record}
        for group, record in zip(map(grouping.groups.__getitem__, top), records, strict=True)
    ]


def _psi_records(
    table: GroupPsi, positions: list[int], sizes: Sequence[int | None]
) -> list[dict[str, Any]]:
    names = [column.name for column in fields(table)]
    columns = [_values(getattr(table, name)[positions]) for name in names]
    return [
        {"N": size, **dict(zip(names, values, strict=True))}
        for size, *values in zip(sizes, *columns, strict=True)
    ]


def _sample_records(levels: SamplePsi) -> list[dict[str, Any]]:
    low, high = jeffreys(levels.included, levels.included + levels.excluded)
    columns = (levels.samples, levels.inclusion, levels.exclusion, levels.psi, low, high)
    names = ("rail_id", "inclusion", "exclusion", "psi", "low", "high")
    lists = [column.tolist() for column in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True)]


def _values(column: NDArray[np.generic]) -> list[Any]:
    """The values, None for NaN."""
    return [None if value != value else value for value in column.tolist()]
