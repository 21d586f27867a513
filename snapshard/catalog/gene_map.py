"""Which genes lie at a base: the genes of a release as segments of each chromosome and strand.

Every start and end of a gene begins a new segment; within a segment the genes are the same. A binary
search then finds the genes of many positions at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from snapshard.pairs import Integers

GeneSpan = tuple[str, str, int, int, str]
"""Name, chromosome, first and last base (1-based), strand."""


@dataclass(frozen=True)
class _Segments:
    """The first base of each segment, ascending, and the names of the genes in it."""

    firsts: Integers
    names: tuple[tuple[str, ...], ...]


class GeneMap:
    """The genes at positions; empty for a release without annotation."""

    def __init__(self, spans: Iterable[GeneSpan]) -> None:
        by_place: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        for name, chrom, start, end, strand in spans:
            by_place.setdefault((chrom, strand), []).append((start, end, name))
        self._segments = {place: _segments(genes) for place, genes in by_place.items()}

    def genes(self, chrom: str, strand: str, positions: Integers) -> list[tuple[str, ...]]:
        """The names of the genes at each position, in the order of their first bases. For a strand
        other than + and -, those of both.
        """
        strands = (strand,) if strand in "+-" else ("+", "-")
        columns = [self._on_strand(chrom, one, positions) for one in strands]
        return [sum(names, ()) for names in zip(*columns, strict=True)]

    def _on_strand(self, chrom: str, strand: str, positions: Integers) -> Sequence[tuple[str, ...]]:
        segments = self._segments.get((chrom, strand))
        if segments is None:
            return [()] * len(positions)
        numbers = np.searchsorted(segments.firsts, positions, "right") - 1
        return [segments.names[number] if number >= 0 else () for number in numbers.tolist()]


def _segments(genes: list[tuple[int, int, str]]) -> _Segments:
    # An end comes before a start at the same base: the gene that ended before is then gone.
    changes = [(start, 1, name) for start, _, name in genes]
    changes += [(end + 1, 0, name) for _, end, name in genes]
    present: dict[str, int] = {}
    firsts: list[int] = []
    names: list[tuple[str, ...]] = []
    for position, begins, name in sorted(changes):
        # A gene may have several spans here, for example its transcripts.
        count = present.get(name, 0) + (1 if begins else -1)
        if count:
            present[name] = count
        else:
            del present[name]
        if firsts and firsts[-1] == position:
            names[-1] = tuple(present)
        else:
            firsts.append(position)
            names.append(tuple(present))
    return _Segments(np.array(firsts, np.int64), tuple(names))
