"""PSI of events as records: the members of a JSON response, and the rows of a DataFrame."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snapshard.catalog import Grouping
from snapshard.measures.confidence import jeffreys
from snapshard.measures.events import Event, Side
from snapshard.measures.psi import GroupPsi, SamplePsi, overall_psi, sample_psi

_MOST_LISTED = 100
"""Junctions of a side that a response names."""


def event_levels(event: Event, min_reads: int) -> SamplePsi:
    """PSI of an event in each sample with at least `min_reads` reads of it."""
    return sample_psi(
        event.inclusion.reads,
        event.exclusion.reads,
        inclusion_size=event.inclusion.size,
        exclusion_size=event.exclusion.size,
        min_reads=min_reads,
    )


def side_members(side: Side) -> dict[str, object]:
    """The first junctions of a side, their number, and its size."""
    names = side.junctions
    return {"junctions": list(names[:_MOST_LISTED]), "count": len(names), "size": side.size}


def group_records(
    table: GroupPsi, grouping: Grouping, positions: list[int]
) -> list[dict[str, Any]]:
    """PSI of the groups at these positions of a grouping, a record for each."""
    records = _psi_records(table, positions, [grouping.sizes[position] for position in positions])
    return [
        {"group": group.name, "long_name": group.long_name, **record}
        for group, record in zip(map(grouping.groups.__getitem__, positions), records, strict=True)
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


def overall_record(levels: SamplePsi, sample_count: int | None) -> dict[str, Any]:
    """PSI over all samples, of which there are `sample_count`."""
    return _psi_records(overall_psi(levels), [0], [sample_count])[0]


def sample_records(levels: SamplePsi) -> list[dict[str, Any]]:
    """PSI of every informative sample with its interval, a record for each."""
    low, high = jeffreys(levels.included, levels.included + levels.excluded)
    columns = (levels.samples, levels.inclusion, levels.exclusion, levels.psi, low, high)
    names = ("rail_id", "inclusion", "exclusion", "psi", "low", "high")
    lists = [column.tolist() for column in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True)]


def _values(column: NDArray[np.generic]) -> list[Any]:
    """The values, None for NaN."""
    return [None if value != value else value for value in column.tolist()]
