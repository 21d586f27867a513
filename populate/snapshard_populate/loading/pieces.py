"""Rows of sources as pieces for intervals: read part by part where an index is there, else read
once and dealt out.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from snapshard.junction import NAMES
from snapshard.region import Region
from snapshard.release import OTHERS, Interval
from snapshard.rows import Rows
from snapshard_populate.formats.bases import POSITION, read_bases
from snapshard_populate.formats.merged_coverage import SideBySide
from snapshard_populate.formats.sample_coverage import SampleFile
from snapshard_populate.formats.snaptron import check_rows, read_rows
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.loading.description import base_samples, sample_files
from snapshard_populate.loading.fill import BASE, Piece
from snapshard_populate.reading import tabix
from snapshard_populate.reading.budget import ErrorBudget
from snapshard_populate.reading.checks import chromosomes, runs
from snapshard_populate.reading.chunks import Chunk
from snapshard_populate.reading.source import Source, open_source

Reading = Callable[[str, int, int | None], None]
"""Told a source that is read from front to back, the stored bytes that are read, and all there are,
if anybody knows.
"""


@dataclass(frozen=True)
class RowSource:
    """A file of rows: what they are, and where it is; for bases also the samples that its columns
    are.

    If each sample has a file of its own, the location is that of their list.
    """

    kind: str
    location: str
    samples: tuple[int, ...] = ()
    files: tuple[SampleFile, ...] = ()

    @property
    def indexed(self) -> bool:
        """Whether parts of it can be read by themselves. Bases are few beside junctions and are
        always read from the front.
        """
        return self.kind != BASE and tabix.has_index(self.location)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return (*POSITION, *map(str, self.samples)) if self.kind == BASE else NAMES

    def opened(self, errors: ErrorBudget) -> "AbstractContextManager[Source | SideBySide]":
        """Its text, to be read from front to back."""
        if self.files:
            return nullcontext(SideBySide(self.location, self.files, errors=errors))
        return open_source(self.location)

    def chunks(self, stream: "Source | SideBySide", errors: ErrorBudget) -> Iterator[Chunk]:
        """Its checked rows, from front to back."""
        if self.kind == BASE:
            return read_bases(stream, stream.name, samples=self.samples, errors=errors)
        return read_rows(stream, stream.name, errors=errors, kind=self.kind)


def row_sources(compilation: Compilation) -> tuple[RowSource, ...]:
    """The files of rows that a compilation has, junctions first."""
    places = {
        "junction": compilation.junctions,
        "gene": compilation.genes,
        "exon": compilation.exons,
    }
    sources = [RowSource(kind, place) for kind, place in places.items() if place is not None]
    if compilation.bases is not None:
        sources.append(RowSource(BASE, compilation.bases, base_samples(compilation)))
    if compilation.bases_files is not None:
        files = sample_files(compilation.bases_files)
        sources.append(
            RowSource(BASE, compilation.bases_files, tuple(file.rail_id for file in files), files)
        )
    return tuple(sources)


class Cut:
    """Where the intervals of a release begin, to find the interval of any row."""

    def __init__(self, intervals: Sequence[Interval]) -> None:
        self.intervals = intervals
        self._of: dict[str, list[Interval]] = {}
        for one in intervals:
            self._of.setdefault(one.chrom, []).append(one)

    @property
    def named(self) -> frozenset[str]:
        """Chromosomes that have intervals of their own."""
        return frozenset(self._of)

    def parts(self, rows: Rows, *, counted_from: int) -> Iterator[tuple[Interval, Rows]]:
        """The rows, sorted by start within a chromosome, per interval; rows that no interval takes
        are left out.

        Their starts count from 1, or from 0.
        """
        if not len(rows):
            return
        names, starts = chromosomes(rows), rows.integers("start") + 1 - counted_from
        for first, last in pairwise([*runs(names).tolist(), len(names)]):
            intervals = self._of.get(names[first].decode()) or self._of.get(OTHERS, [])
            for interval in intervals:
                begin, end = np.searchsorted(
                    starts[first:last], (interval.first, interval.last + 1)
                ).tolist()
                if begin < end:
                    yield interval, rows.part(first + begin, first + end)


def read_pieces(
    sources: Iterable[RowSource],
    cut: Cut,
    wanted: Collection[int],
    *,
    errors: ErrorBudget,
    reading: Reading,
) -> Iterator[Piece]:
    """The checked rows of sources, one after the other, for the intervals wanted (by number), in
    the source's order.
    """
    for source in sources:
        yield from _read_source(source, cut, wanted, errors=errors, reading=reading)


def _read_source(
    source: RowSource, cut: Cut, wanted: Collection[int], *, errors: ErrorBudget, reading: Reading
) -> Iterator[Piece]:
    if source.indexed and len(wanted) < len(cut.intervals):
        for interval in cut.intervals:
            if interval.number in wanted:
                yield from _read_part(source, interval, cut.named, errors)
        return
    with source.opened(errors) as stream:
        for chunk in source.chunks(stream, errors):
            for interval, part in cut.parts(
                chunk.rows, counted_from=0 if source.kind == BASE else 1
            ):
                if interval.number in wanted:
                    yield Piece(source.kind, interval.number, part)
            reading(stream.name, stream.done, stream.total)


def _read_part(
    source: RowSource, interval: Interval, named: frozenset[str], errors: ErrorBudget
) -> Iterator[Piece]:
    chroms = [interval.chrom]
    if interval.chrom == OTHERS:
        chroms = [chrom for chrom in tabix.chromosomes(source.location) if chrom not in named]
    for chrom in chroms:
        region = Region(chrom, interval.first, interval.last)
        texts = tabix.read_region(source.location, region)
        chunks: Iterator[Chunk] = check_rows(
            texts, source.location, errors=errors, kind=source.kind
        )
        for chunk in chunks:
            yield Piece(source.kind, interval.number, chunk.rows)
