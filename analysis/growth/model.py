"""The estimated needs of compilations that were not loaded, on n shards, from measured costs and
stated assumptions.
"""

from dataclasses import dataclass

from analysis.growth.costs import Costs
from snapshard_populate.simulate import CHROMOSOMES

RELEASES = 2
"""A volume holds the current release and one that is being loaded."""
WRITE_AHEAD = 2e9
"""The most bytes of write-ahead log during a load: max_wal_size of postgres-docker/postgresql.conf."""
HEADROOM = 1.15
"""The size of a volume relative to its data: a full disk stops a shard."""
MEMORY = 0.5e9
"""Bytes of memory for PostgreSQL's processes, in addition to cached tables."""
GIB = 2**30


@dataclass(frozen=True)
class Size:
    """A compilation: its junctions, its samples, and the mean number of junctions per sample."""

    title: str
    junctions: float
    samples: float
    junctions_per_sample: float

    @property
    def pairs(self) -> float:
        """The mean number of samples per junction."""
        return self.junctions_per_sample * self.samples / self.junctions


GTEX = Size("GTEx (recount2)", 29.9e6, 9_662, 190_118)
"""Junctions per sample are the mean of 558 blood samples in Snaptron's GTEx."""
SRA2 = Size("SRAv2", 81_066_376, 50_099, 108_591)
"""Exact counts from nellore/runs, sra/v2/hg38.sample.stats.tsv."""
SRA3 = Size("228 M x 316,000, samples like SRAv2's", 228e6, 316_000, 108_591)
DEEP = Size("228 M x 316,000, samples like GTEx's", 228e6, 316_000, 190_118)
SIZES = (GTEX, SRA2, SRA3, DEEP)


@dataclass(frozen=True)
class Pod:
    """One of n equal shards: bytes of volume and memory, seconds of one processor to load it, seconds of
    a filtered count.
    """

    volume: float
    memory: float
    load_seconds: float
    count_seconds: float


def pod(size: Size, costs: Costs, *, share: float, count_seconds: float) -> Pod:
    """A shard with this share of the junctions; `count_seconds` is the time per junction of a filtered
    count.

    Memory holds all columns except the samples, so that windows and counts do not wait for the
    disk.
    """
    junctions = size.junctions * share
    stored = RELEASES * junctions * costs.disk(size.pairs)
    return Pod(
        volume=HEADROOM * (stored + WRITE_AHEAD),
        memory=MEMORY + junctions * costs.rows.at(size.pairs),
        load_seconds=junctions * costs.load.at(size.pairs),
        count_seconds=junctions * count_seconds,
    )


_TOTAL = sum(chromosome.share for chromosome in CHROMOSOMES)
CHROMOSOME_SHARES = {chromosome.name: chromosome.share / _TOTAL for chromosome in CHROMOSOMES}
"""The share of each chromosome in all junctions, as in the simulator (estimated from SRAv2)."""
