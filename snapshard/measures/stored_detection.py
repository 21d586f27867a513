"""How many samples of each group have a junction, from the stored summaries: no sample list is read."""

import numpy as np

from snapshard.index import Index, group_payloads
from snapshard.measures.evidence import Detection
from snapshard.measures.group_summary import decode_summaries
from snapshard.region import Region
from snapshard.release import Release, SampleGroup

GroupDetections = tuple[tuple[SampleGroup, Detection], ...]


def stored_detections(index: Index, release: Release, junction: Region) -> list[GroupDetections]:
    """For each row with exactly these first and last bases (1-based, closed), in the order of the rows:
    the detection of each group, in the order of the groups, as in `measure_evidence` without CPM.

    Empty for a release without sample groups. Errors are those of `Index.summaries`.
    """
    groups = index.facts.of(release).groups
    return [
        tuple((group, detections.get(group.number) or _none(group)) for group in groups)
        for position, payload in group_payloads(index, release, junction)
        for detections in [_of_row(payload, position, groups)]
    ]


def _of_row(payload: bytes, position: int, groups: tuple[SampleGroup, ...]) -> dict[int, Detection]:
    """By the number of the group, the detections of the row at a position of a block."""
    sizes = {group.number: len(group.members) for group in groups}
    summaries = decode_summaries(payload)
    first, last = np.searchsorted(summaries.positions, [position, position + 1]).tolist()
    columns = (
        summaries.groups,
        summaries.samples,
        summaries.reads,
        summaries.medians,
        summaries.maxima,
    )
    records = zip(*[column[first:last].tolist() for column in columns], strict=True)
    return {
        number: Detection(
            samples, sizes[number], reads, median, maximum, reads / sizes[number], None
        )
        for number, samples, reads, median, maximum in records
    }


def _none(group: SampleGroup) -> Detection:
    count = len(group.members)
    return Detection(0, count, 0, None, None, 0.0 if count else None, None)
