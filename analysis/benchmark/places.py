"""The positions of the junctions, read once from the compilation's text, and regions drawn among
them with a fixed seed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from analysis.benchmark.compilation import WINDOW, Compilation
from analysis.source import read_chunks
from snapshard.catalog import Gene
from snapshard.pairs import Integers
from snapshard.region import Region
from snapshard_populate.formats import read_annotation
from snapshard_populate.reading import ErrorBudget, open_source

SEED = 1
_TRIES = 2_000


@dataclass(frozen=True)
class Places:
    """The junctions of the window in ascending order of start (id, first and last base, strand,
    number of samples), the ids of all rows, and the genes.
    """

    ids: Integers
    starts: Integers
    ends: Integers
    strands: Sequence[bytes]
    counts: Integers
    every_id: Integers
    genes: tuple[Gene, ...]

    @cached_property
    def _longest(self) -> int:
        return int((self.ends - self.starts).max())

    def overlapping(self, region: Region) -> int:
        """The number of the window's junctions that share a base with a region of chr1."""
        first = np.searchsorted(self.starts, region.start - self._longest)
        last = np.searchsorted(self.starts, region.end, side="right")
        return int((self.ends[first:last] >= region.start).sum())

    def windows(self, width: int, count: int, *, rows: int | None = None) -> list[Region]:
        """Windows at random positions; with `rows`, those whose number of junctions is closest to
        it.
        """
        chance = random.Random(SEED)
        starts = [
            chance.randint(1_000_000, WINDOW.end - width) for _ in range(_TRIES if rows else count)
        ]
        drawn = [Region(WINDOW.chrom, start, start + width - 1) for start in starts]
        if rows is None:
            return drawn
        nearest = sorted(drawn, key=lambda region: abs(self.overlapping(region) - rows))[:count]
        return sorted(nearest)

    def junctions(self, count: int, *, least: int) -> list[Region]:
        """Junctions in at least this many samples, or the most frequent ones if there are too few.

        No other junction (on the other strand) has the same coordinates.
        """
        spans = self.starts << 32 | self.ends
        _, firsts, multiplicities = np.unique(spans, return_index=True, return_counts=True)
        unique = firsts[multiplicities == 1]
        frequent = unique[self.counts[unique] >= least]
        if len(frequent) < count:
            frequent = unique[np.argsort(-self.counts[unique], kind="stable")[:count]]
        numbers = sorted(random.Random(SEED).sample(frequent.tolist(), count))
        return [self.junction(number) for number in numbers]

    def junction(self, number: int) -> Region:
        """The region of the junction with this index."""
        return Region(WINDOW.chrom, int(self.starts[number]), int(self.ends[number]))

    def sample_ids(self, count: int) -> tuple[int, ...]:
        """Ids from the whole genome, in ascending order."""
        return tuple(sorted(random.Random(SEED).sample(self.every_id.tolist(), count)))

    def cassettes(self, count: int) -> list[tuple[Region, ...]]:
        """Cassette exons: two inclusion junctions and the junction that skips the exon between
        them, in descending order of the samples of the latter.
        """
        by_start: dict[tuple[int, bytes], list[int]] = {}
        by_end: dict[tuple[int, bytes], list[int]] = {}
        frequent = np.argsort(-self.counts, kind="stable")[
            : max(500, len(self.counts) // 20)
        ].tolist()
        for number in frequent:
            by_start.setdefault((int(self.starts[number]), self.strands[number]), []).append(number)
            by_end.setdefault((int(self.ends[number]), self.strands[number]), []).append(number)
        cassettes = []
        for skip in frequent:
            strand = self.strands[skip]
            starting = by_start[int(self.starts[skip]), strand]
            ending = by_end[int(self.ends[skip]), strand]
            upstream = [number for number in starting if self.ends[number] < self.ends[skip]]
            downstream = [number for number in ending if self.starts[number] > self.starts[skip]]
            for first, second in product(upstream, downstream):
                # At least one base must lie between the two junctions.
                if self.ends[first] < self.starts[second] - 1:
                    cassettes.append(tuple(map(self.junction, (first, second, skip))))
                    break
        return cassettes[:count]


def read_places(compilation: Compilation) -> Places:
    """The positions and genes of a compilation."""
    columns: dict[str, list[Integers]] = {
        "snaptron_id": [],
        "start": [],
        "end": [],
        "samples_count": [],
    }
    strands: list[bytes] = []
    for rows in read_chunks(compilation.text):
        for name, parts in columns.items():
            parts.append(rows.integers(name))
        if sum(map(len, columns["start"])) - len(rows) < compilation.window_rows:
            strands += rows.texts("strand")
    ids, starts, ends, counts = (np.concatenate(parts) for parts in columns.values())
    inside = slice(compilation.window_rows)
    return Places(
        ids[inside], starts[inside], ends[inside], strands, counts[inside], ids, _genes(compilation)
    )


def _genes(compilation: Compilation) -> tuple[Gene, ...]:
    with open_source(str(compilation.folder / "gencode.gff3")) as source:
        annotation = read_annotation(source, errors=ErrorBudget(0))
    return tuple(gene for gene in annotation.genes if gene.end <= WINDOW.end)
