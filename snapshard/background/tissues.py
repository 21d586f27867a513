"""How many samples of chosen groups have each row, and their reads, from the stored summaries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from snapshard.background.exact_rows import ExactRows
from snapshard.connections import fanout
from snapshard.index import Index
from snapshard.measures import decode_summaries
from snapshard.pairs import Integers
from snapshard.release import Interval, Release, SampleGroup


@dataclass(frozen=True)
class GroupCounts:
    """Samples of one group that have each intron, and their reads; 0 for an intron without a row."""

    group: SampleGroup
    samples: Integers
    reads: Integers


def count_in_groups(
    index: Index,
    release: Release,
    rows: ExactRows,
    groups: Sequence[SampleGroup],
    *,
    intron_count: int,
) -> tuple[GroupCounts, ...]:
    """The counts of each of these groups, in their order."""
    counts = tuple(
        GroupCounts(group, np.zeros(intron_count, np.int64), np.zeros(intron_count, np.int64))
        for group in groups
    )
    if not groups:
        return counts
    by_number = {interval.number: interval for interval in release.intervals}
    tasks = [by_number[number] for number in np.unique(rows.intervals).tolist()]
    group_numbers = np.array([group.number for group in groups], np.int64)

    def read(interval: Interval) -> list[Integers]:
        return _summaries(index, release, interval, rows, group_numbers)

    for parts in fanout.gather_by(lambda interval: interval.shard, read, tasks):
        for introns, numbers, samples, reads in parts:
            for count in counts:
                mask = numbers == count.group.number
                count.samples[introns[mask]] = samples[mask]
                count.reads[introns[mask]] = reads[mask]
    return counts


def _summaries(
    index: Index, release: Release, interval: Interval, rows: ExactRows, group_numbers: Integers
) -> list[Integers]:
    """Introns, group numbers, samples and reads: an array of four rows for each block."""
    members = np.flatnonzero(rows.intervals == interval.number)
    members = members[np.argsort(rows.blocks[members], kind="stable")]
    blocks = rows.blocks[members]
    parts: list[Integers] = []
    for block, payload in index.lookup(release, interval).summaries(blocks):
        first, last = np.searchsorted(blocks, [block, block + 1])
        of_block = members[first:last]
        summaries = decode_summaries(payload)
        records = np.flatnonzero(np.isin(summaries.groups, group_numbers))
        # A file may have a junction several times, so each record is matched with all its introns.
        matches = summaries.positions[records][:, None] == rows.positions[of_block][None, :]
        record, member = np.nonzero(matches)
        columns = (summaries.groups, summaries.samples, summaries.reads)
        part = [column[records[record]] for column in columns]
        parts.append(np.stack([rows.introns[of_block[member]], *part]))
    return parts
