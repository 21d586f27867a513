"""What compilations that were not loaded would need on n shards, from measured costs and stated
assumptions.
"""

from dataclasses import dataclass

from analysis.growth.costs import Costs
from snapshard_populate.simulate import CHROMOSOMES

RELEASES = 2
"""A volume holds the release that is served and the one that is loaded beside it."""
WRITE_AHEAD = 2e9
"""Bytes of write-ahead log at most while a shard is loaded: max_wal_size of
postgres-docker/postgresql.conf.
"""
HEADROOM = 1.15
"""What a volume has more than is written to it: a full disk stops a shard."""
MEMORY = 0.5e9
"""Bytes of memory for PostgreSQL's processes, beside what the kernel and it keep of the tables."""
GIB = 2**30


@dataclass(frozen=True)
class Size:
    """A compilation: its junctions, its samples, and how many junctions a sample has on average."""

    title: str
    junctions: float
    samples: float
    junctions_per_sample: float

    @property
    def pairs(self) -> float:
        """How many samples have a junction, on average."""
        return self.junctions_per_sample * self.samples / self.junctions


GTEX = Size("GTEx (recount2)", 29.9e6, 9_662, 190_118)
"""Junctions a sample: mean of 558 blood samples in Snaptron's GTEx."""
SRA2 = Size("SRAv2", 81_066_376, 50_099, 108_591)
"""Exact counts of nellore/runs, sra/v2/hg38.sample.stats.tsv."""
SRA3 = Size("228 M x 316,000, samples like SRAv2's", 228e6, 316_000, 108_591)
DEEP = Size("228 M x 316,000, samples like GTEx's", 228e6, 316_000, 190_118)
SIZES = (GTEX, SRA2, SRA3, DEEP)


@dataclass(frozen=True)
class Pod:
    """One of n shards of equal parts: bytes of volume and memory, seconds of one processor to load
    it, seconds to count in it.
    """

    volume: float
    memory: float
    load_seconds: float
    count_seconds: float


def pod(size: Size, costs: Costs, *, share: float, count_seconds: float) -> Pod:
    """The shard with this share of the junctions; `count_seconds` go by for each junction in a
    filtered count.

    In memory are all columns but the samples, so that windows and counts do not wait for the disk.
    """
    junctions = size.junctions * share
    held = RELEASES * junctions * costs.disk(size.pairs)
    return Pod(
        volume=HEADROOM * (held + WRITE_AHEAD),
        memory=MEMORY + junctions * costs.rows.at(size.pairs),
        load_seconds=junctions * costs.load.at(size.pairs),
        count_seconds=junctions * count_seconds,
    )


_ALL = sum(one.share for one in CHROMOSOMES)
CHROMOSOME_SHARES = {one.name: one.share / _ALL for one in CHROMOSOMES}
"""The part of all junctions that each chromosome has, as the simulator spreads them (estimated from
SRAv2).
"""
