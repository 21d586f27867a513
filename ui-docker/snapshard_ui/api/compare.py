"""Comparisons of groups of samples over the API: the library's definition (docs/compare.md)."""

from typing import Any, TypeVar

import numpy as np
from flask import Response

from snapshard.catalog import gene_regions
from snapshard.comparison import (
    DEFAULT_READS,
    ComparedSamples,
    ComparisonRequest,
    ComparisonTable,
    JunctionChoice,
    Measure,
    compare_events,
    compare_junctions,
    joined_tables,
    read_batch,
)
from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.measures import EventRequest, read_events
from snapshard.region import Region
from snapshard.release import Release
from snapshard_ui.api.events import find_event, find_exclusive_exons, find_names
from snapshard_ui.api.groupings import group_report, read_grouping
from snapshard_ui.api.junction_page import check_limit
from snapshard_ui.api.models.compare import (
    CompareParams,
    ComparisonAnswer,
    ComparisonParams,
)
from snapshard_ui.api.queries import find_region
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release


@on_release("/compare", params=CompareParams, model=ComparisonAnswer, also=(501,))
def compare(request: ReleaseRequest[CompareParams]) -> Response:
    """The difference between groups of samples in the junctions of a gene, region or list.

    Each junction has the median PSI or the share of samples in each group, an effect size with an
    interval, a test, and q values over all junctions that were tested.
    """
    return release_response(request.release, **find_comparison(request))


def find_comparison(request: ReleaseRequest[CompareParams]) -> dict[str, Any]:
    """The JSON members of a comparison, except `about`: the smallest p values first.

    Raises as `compare_junctions` and `read_grouping` do.
    """
    params = request.params
    check_limit(params.limit)
    comparison, group_count = comparison_request(request)
    table = _table(request, comparison)
    order = np.argsort(table.p, kind="stable")[: params.limit]
    return {
        **comparison_members(comparison, group_count),
        "tested": len(table),
        "left_out": {str(reason): count for reason, count in table.left_out.items()},
        "truncated": len(table) > params.limit or group_count > len(comparison.samples.groups),
        "rows": _records(table, order.tolist()),
    }


def _table(
    request: ReleaseRequest[CompareParams], comparison: ComparisonRequest
) -> ComparisonTable:
    """The tests of the junctions, and of the events; only of the events if nothing else is named."""
    index, release, params = request.index, request.release, request.params
    tables: list[ComparisonTable] = []
    choice = _junction_choice(index, release, params)
    requests = _event_requests(index, release, params)
    if choice.regions or choice.names or not requests:
        tables.append(compare_junctions(read_batch(index, release, choice), comparison))
    if requests:
        if comparison.measure is not Measure.PSI:
            raise BadQuery("measure", str(comparison.measure), "psi, which events have")
        events = [read_events(index, release, one, limit=1)[0][0] for one in requests]
        tables.append(compare_events(events, comparison))
    return joined_tables(tables, len(comparison.samples.groups))


def _event_requests(index: Index, release: Release, params: CompareParams) -> list[EventRequest]:
    """The events of a request: cassette exons, mutually exclusive exons, sets of junctions."""
    events = [find_event(index, release, exons=[text]) for text in dict.fromkeys(params.exon)]
    events += [
        find_exclusive_exons(index, release, text) for text in dict.fromkeys(params.exclusive)
    ]
    if params.include or params.exclude:
        events.append(find_event(index, release, include=params.include, exclude=params.exclude))
    return events


def comparison_members(comparison: ComparisonRequest, group_count: int) -> dict[str, object]:
    """The JSON members that describe a comparison."""
    return {
        "measure": str(comparison.measure),
        "test": comparison.test,
        "effect": comparison.effect,
        "min_reads": comparison.min_reads,
        "min_samples": comparison.min_samples,
        "groups": [
            {"group": group.name, "long_name": group.long_name, "N": len(group.members)}
            for group in comparison.samples.groups
        ],
        "group_count": group_count,
    }


def compared_regions(
    index: Index, release: Release, params: ComparisonParams
) -> tuple[Region, ...]:
    """The regions and those of the genes."""
    regions = [find_region(index, release, text) for text in params.region]
    for gene in params.gene:
        regions += gene_regions(index.catalog, release, gene)
    return tuple(regions)


def _junction_choice(index: Index, release: Release, params: CompareParams) -> JunctionChoice:
    return JunctionChoice(
        compared_regions(index, release, params), find_names(index, release, params.name)
    )


Params = TypeVar("Params", bound=ComparisonParams)


def comparison_request(
    request: ReleaseRequest[Params],
) -> tuple[ComparisonRequest, int]:
    """What is compared, and the number of groups that could be. Of the values of a field, those with
    most samples are compared; a single group is compared with all other samples.
    """
    params = request.params
    grouping = read_grouping(request.index, request.release, params)
    positions = group_report(params).positions(grouping)
    # The values of a field are in the order of their sizes.
    groups = [grouping.groups[position] for position in positions[: params.top]]
    if len(groups) == 1:
        sample_ids = request.index.facts.of(request.release).samples.ids
        samples = ComparedSamples.with_rest(groups[0], sample_ids)
    else:
        samples = ComparedSamples(tuple(groups))
    comparison = ComparisonRequest(
        samples,
        params.measure,
        params.min_reads or DEFAULT_READS[params.measure],
        params.min_samples,
    )
    return comparison, len(positions)


_NUMBERS = ("difference", "effect", "low", "high", "statistic", "tau", "p", "q")


def _records(table: ComparisonTable, lines: list[int]) -> list[dict[str, Any]]:
    columns = [getattr(table, name)[lines].tolist() for name in _NUMBERS]
    return [
        {
            "name": table.names[line],
            "role": table.roles[line] or None,
            "n": n,
            "level": level,
            **{
                # NaN is no number in JSON.
                name: None if value != value else value
                for name, value in zip(_NUMBERS, values, strict=True)
            },
        }
        for line, n, level, *values in zip(
            lines, table.n[lines].tolist(), table.level[lines].tolist(), *columns, strict=True
        )
    ]
