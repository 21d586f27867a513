"""Where the junctions are, read once from the compilation's text, and places drawn among them with
a fixed seed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.benchmark.compilation import WINDOW, Compilation
from analysis.source import read_chunks
from snapshard.genes import Gene
from snapshard.pairs import Integers
from snapshard.region import Region
from snapshard_populate.formats import read_annotation
from snapshard_populate.reading import ErrorBudget, open_source

SEED = 1
_TRIES = 2_000


@dataclass(frozen=True)
class Places:
    """Id, first and last base and number of samples of the window's junctions, ascending by start;
    ids of all rows; genes.
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
        """Junctions of the window that share a base with a region of chr1."""
        first = np.searchsorted(self.starts, region.start - self._longest)
        last = np.searchsorted(self.starts, region.end, side="right")
        return int((self.ends[first:last] >= region.start).sum())

    def windows(self, width: int, count: int, *, rows: int | None = None) -> list[Region]:
        """Windows at random places; given a number of rows, those whose number of junctions is
        nearest to it.
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
        """Junctions that so many samples have at least (or the most frequent ones, where there are
        too few), one a place.
        """
        spans = self.starts << 32 | self.ends
        _, places, shared = np.unique(spans, return_index=True, return_counts=True)
        alone = places[shared == 1]
        found = alone[self.counts[alone] >= least]
        if len(found) < count:
            found = alone[np.argsort(-self.counts[alone], kind="stable")[:count]]
        return [
            self.place(number)
            for number in sorted(random.Random(SEED).sample(found.tolist(), count))
        ]

    def place(self, number: int) -> Region:
        """Where the junction of that number lies."""
        return Region(WINDOW.chrom, int(self.starts[number]), int(self.ends[number]))

    def some_ids(self, count: int) -> tuple[int, ...]:
        """Ids from all over the genome, ascending."""
        return tuple(sorted(random.Random(SEED).sample(self.every_id.tolist(), count)))

    def cassettes(self, count: int) -> list[tuple[Region, Region, Region]]:
        """Inclusion junctions and the one that skips what lies between them, those with the most
        samples.
        """
        by_start: dict[tuple[int, bytes], list[int]] = {}
        by_end: dict[tuple[int, bytes], list[int]] = {}
        frequent = np.argsort(-self.counts, kind="stable")[
            : max(500, len(self.counts) // 20)
        ].tolist()
        for number in frequent:
            by_start.setdefault((int(self.starts[number]), self.strands[number]), []).append(number)
            by_end.setdefault((int(self.ends[number]), self.strands[number]), []).append(number)
        found = []
        for skip in frequent:
            strand = self.strands[skip]
            lefts = [
                one
                for one in by_start[int(self.starts[skip]), strand]
                if self.ends[one] < self.ends[skip]
            ]
            rights = [
                one
                for one in by_end[int(self.ends[skip]), strand]
                if self.starts[one] > self.starts[skip]
            ]
            pairs = [
                (left, right)
                for left in lefts
                for right in rights
                if self.ends[left] < self.starts[right] - 1
            ]
            found += [
                (self.place(left), self.place(right), self.place(skip)) for left, right in pairs[:1]
            ]
        return found[:count]


def read_places(compilation: Compilation) -> Places:
    """The places of a compilation."""
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
