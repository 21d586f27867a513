"""How the shards of a release become the partitions of one table.

A shard has one table with the rows of all of its intervals, so a partition is a whole shard, listed with
its chromosomes. What must hold: every shard is exactly one leaf, or its rows would be counted twice. If
several shards share a chromosome, they become one partition with a leaf for each of them; a row belongs
to the leaf whose intervals hold its start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from snapshard.release import OTHERS, Interval


@dataclass(frozen=True)
class Leaf:
    """A shard and its intervals of a release, in genome order."""

    shard: str
    intervals: tuple[Interval, ...]

    @property
    def chroms(self) -> tuple[str, ...]:
        """The chromosomes of its intervals; OTHERS for those without an interval of their own."""
        return tuple(dict.fromkeys(interval.chrom for interval in self.intervals))

    @property
    def row_count(self) -> int:
        """Its number of junctions."""
        contents = [interval.content.get("junction") for interval in self.intervals]
        return sum(content.row_count for content in contents if content)


@dataclass(frozen=True)
class Partition:
    """Chromosomes, and the shards that hold all their rows and no others. It has one leaf unless
    several shards share a chromosome.
    """

    leaves: tuple[Leaf, ...]

    @property
    def chroms(self) -> tuple[str, ...]:
        """Its chromosomes in genome order."""
        return tuple(dict.fromkeys(chrom for leaf in self.leaves for chrom in leaf.chroms))

    @property
    def is_default(self) -> bool:
        """Whether it also has every chromosome that no partition lists."""
        return OTHERS in self.chroms


def partitions_of(intervals: Iterable[Interval]) -> tuple[Partition, ...]:
    """The partitions of a release with these intervals, in the order of their first intervals."""
    of_shard: dict[str, list[Interval]] = {}
    for interval in intervals:
        of_shard.setdefault(interval.shard, []).append(interval)
    groups: list[list[Leaf]] = []
    for shard, shard_intervals in of_shard.items():
        leaf = Leaf(shard, tuple(shard_intervals))
        linked = [group for group in groups if _share_chrom(leaf, group)]
        merged = [*(member for group in linked for member in group), leaf]
        groups = [group for group in groups if group not in linked]
        groups.append(merged)
    return tuple(sorted(map(Partition, map(tuple, groups)), key=_first_number))


def _share_chrom(leaf: Leaf, group: Sequence[Leaf]) -> bool:
    return any(set(leaf.chroms) & set(member.chroms) for member in group)


def _first_number(partition: Partition) -> int:
    return min(interval.number for leaf in partition.leaves for interval in leaf.intervals)
