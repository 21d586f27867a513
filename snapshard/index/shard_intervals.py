"""The intervals of a shard as one, for questions whose rows need not be read in genome order.

One statement for each shard is then enough. The blocks of a shard ascend with its intervals, so the
number of a row's block tells the interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from snapshard.release import Content, Interval
from snapshard.rows import Rows


def one_per_shard(intervals: Sequence[Interval], kind: str) -> list[Interval]:
    """One interval per shard, with the blocks of all its intervals, in the order of their first."""
    by_shard: dict[str, Interval] = {}
    for interval in intervals:
        content = interval.content[kind]
        if interval.shard in by_shard:
            content = _union(by_shard[interval.shard].content[kind], content)
        by_shard[interval.shard] = replace(interval, content={kind: content})
    return list(by_shard.values())


def in_genome_order(
    intervals: Sequence[Interval], kind: str, rows_of_shard: Mapping[str, Rows]
) -> list[bytes]:
    """The lines of rows in the order of the intervals, without their first column, which is the block.

    The rows of each shard are in the order of their blocks.
    """
    lines_of_shard = {shard: rows.lines() for shard, rows in rows_of_shard.items()}
    blocks_of_shard = {shard: rows.integers("block") for shard, rows in rows_of_shard.items()}
    ordered: list[bytes] = []
    for interval in intervals:
        content = interval.content[kind]
        first, stop = np.searchsorted(
            blocks_of_shard[interval.shard], [content.first_block, content.last_block + 1]
        ).tolist()
        lines = lines_of_shard[interval.shard][first:stop]
        ordered += [line.partition(b"\t")[2] for line in lines]
    return ordered


def _union(first: Content, second: Content) -> Content:
    return replace(
        first,
        first_block=min(first.first_block, second.first_block),
        last_block=max(first.last_block, second.last_block),
        min_id=min(first.min_id, second.min_id),
        max_id=max(first.max_id, second.max_id),
    )
