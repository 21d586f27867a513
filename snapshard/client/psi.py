"""The records of a response about PSI, and their columns (docs/answers.md)."""

from collections.abc import Mapping
from typing import Any

GROUP_COLUMNS = (
    "event",
    "group",
    "n",
    "N",
    "inclusion",
    "exclusion",
    "psi",
    "low",
    "high",
    "q1",
    "median",
    "q3",
)
SAMPLE_COLUMNS = ("event", "rail_id", "inclusion", "exclusion", "psi", "low", "high")


def psi_records(response: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    """The records of every event, which `member` names: groups or samples; each with its event."""
    return [
        {"event": event["name"], **record}
        for event in response["events"]
        for record in event[member]
    ]
