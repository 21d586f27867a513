"""PSI of events as the members of a response: per group of samples, over all samples, per sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from snapshard.catalog import Grouping, GroupReport, grouping_members
from snapshard.measures.events import Event
from snapshard.measures.psi import group_psi
from snapshard.measures.psi_records import (
    event_levels,
    group_records,
    overall_record,
    sample_records,
    side_members,
)


@dataclass(frozen=True)
class PsiReport:
    """What is reported about events: the groups of samples, the reads from which a sample is
    informative, and whether every informative sample is listed.
    """

    grouping: Grouping
    groups: GroupReport
    min_reads: int
    lists_samples: bool

    def members(
        self, events: Sequence[Event], sample_count: int | None, *, has_more: bool
    ) -> dict[str, Any]:
        """The members of the response; `has_more` tells that a site has more junctions."""
        positions = self.groups.positions(self.grouping)
        return {
            "min_reads": self.min_reads,
            "grouping": grouping_members(self.grouping, positions),
            "truncated": has_more or len(positions) > self.groups.top,
            "events": [self._event(event, positions, sample_count) for event in events],
        }

    def _event(
        self, event: Event, positions: list[int], sample_count: int | None
    ) -> dict[str, Any]:
        levels = event_levels(event, self.min_reads)
        table = group_psi(levels, self.grouping.membership, len(self.grouping.groups))
        first = self.groups.first(positions, self.grouping, table.n)
        return {
            "name": event.name,
            "kind": event.kind,
            "inclusion": side_members(event.inclusion),
            "exclusion": side_members(event.exclusion),
            "overall": overall_record(levels, sample_count),
            "groups": group_records(table, self.grouping, first),
            "samples": sample_records(levels) if self.lists_samples else None,
        }
