"""Pieces: the checked rows of the sources, divided by interval.

A source with a tabix index is read interval by interval, and only the intervals that the reader
needs. Any other source is read once from front to back, and every chunk of rows is divided among
the intervals. Either way the rows of an interval arrive in the source's order.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from snapshard.pairs import SampleSet
from snapshard.region import Region
from snapshard.release import OTHERS, Interval
from snapshard.row_kinds import BASE, EXON, GENE, JUNCTION, ROW_KINDS
from snapshard.rows import Rows
from snapshard_populate.formats import (
    CoverageFile,
    MergedCoverage,
    check_rows,
    read_bases,
    read_rows,
)
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.loading.side_files import base_samples, sample_files
from snapshard_populate.reading import (
    Chunk,
    ErrorBudget,
    Source,
    chromosomes,
    has_index,
    indexed_chromosomes,
    open_source,
    read_region,
    run_starts,
)

ReportReading = Callable[[str, int, int | None], None]
"""Receives the name of a source that is read from front to back, the stored bytes read so far, and
their total if it is known.
"""


class Piece(NamedTuple):
    """Consecutive rows of one kind and interval. The interval is given by its number."""

    kind: str
    interval: int
    rows: Rows


@dataclass(frozen=True)
class RowSource:
    """A file of junctions, genes or exons, in the 17 columns."""

    kind: str
    location: str

    @property
    def indexed(self) -> bool:
        """Whether single regions can be read, with a tabix index."""
        return has_index(self.location)

    def open(self, errors: ErrorBudget) -> "AbstractContextManager[Source | MergedCoverage]":
        """Its text as a context manager, to be read from front to back."""
        return open_source(self.location, errors=errors)

    def chunks(
        self,
        stream: "Source | MergedCoverage",
        errors: ErrorBudget,
        samples: SampleSet | None,
    ) -> Iterator[Chunk]:
        """Its checked rows, from front to back. They may list only these samples; None allows any."""
        return read_rows(stream, stream.name, errors=errors, kind=self.kind, samples=samples)


@dataclass(frozen=True)
class CoverageSource(RowSource):
    """Base coverage: one file of all samples, or a list of files with one sample each.

    samples: the rail_ids of the value columns. files: the files of a list, whose location is then
    that of the list.
    """

    samples: tuple[int, ...] = ()
    files: tuple[CoverageFile, ...] = ()

    @property
    def indexed(self) -> bool:
        """Always False: coverage is small beside junctions and is read from the front."""
        return False

    def open(self, errors: ErrorBudget) -> "AbstractContextManager[Source | MergedCoverage]":
        """Its text as a context manager; the files of single samples are merged line by line."""
        if self.files:
            return nullcontext(MergedCoverage(self.location, self.files, errors=errors))
        return open_source(self.location, errors=errors)

    def chunks(
        self,
        stream: "Source | MergedCoverage",
        errors: ErrorBudget,
        samples: SampleSet | None,
    ) -> Iterator[Chunk]:
        """Its checked rows, from front to back. Its own samples were checked with the header."""
        return read_bases(stream, stream.name, samples=self.samples, errors=errors)


def row_sources(compilation: Compilation) -> tuple[RowSource, ...]:
    """The files of rows that a compilation has, junctions first."""
    locations = {
        JUNCTION: compilation.junctions,
        GENE: compilation.genes,
        EXON: compilation.exons,
    }
    sources = [
        RowSource(kind.name, location)
        for kind, location in locations.items()
        if location is not None
    ]
    if compilation.bases is not None:
        samples = base_samples(compilation)
        sources.append(CoverageSource(BASE.name, compilation.bases, samples))
    if compilation.bases_files is not None:
        files = sample_files(compilation.bases_files)
        samples = tuple(file.rail_id for file in files)
        sources.append(CoverageSource(BASE.name, compilation.bases_files, samples, files))
    return tuple(sources)


class IntervalFinder:
    """The intervals of a release by chromosome, to find the interval of any row."""

    def __init__(self, intervals: Sequence[Interval]) -> None:
        self.intervals = intervals
        self._by_chrom: dict[str, list[Interval]] = {}
        for interval in intervals:
            self._by_chrom.setdefault(interval.chrom, []).append(interval)

    @property
    def named_chroms(self) -> frozenset[str]:
        """Chromosomes that have intervals of their own."""
        return frozenset(self._by_chrom)

    def divide(self, rows: Rows, *, counted_from: int) -> Iterator[tuple[Interval, Rows]]:
        """Yields the rows of each interval; rows that are in no interval are left out.

        The rows must be sorted by start within a chromosome. A start belongs to an interval by its
        1-based position; `counted_from` says whether the rows count from 1 or from 0.
        """
        if not len(rows):
            return
        chroms, starts = chromosomes(rows), rows.integers("start") + 1 - counted_from
        for first, last in pairwise([*run_starts(chroms).tolist(), len(chroms)]):
            chrom = chroms[first].decode()
            for interval in self._by_chrom.get(chrom) or self._by_chrom.get(OTHERS, []):
                # Sorted starts make the rows of an interval one run, found by bisection; `part`
                # then shares the arrays that the checks have made.
                begin, end = np.searchsorted(
                    starts[first:last], (interval.first, interval.last + 1)
                ).tolist()
                if begin < end:
                    yield interval, rows.part(first + begin, first + end)


def read_pieces(
    sources: Iterable[RowSource],
    finder: IntervalFinder,
    numbers: Collection[int],
    *,
    samples: SampleSet | None,
    errors: ErrorBudget,
    report: ReportReading,
) -> Iterator[Piece]:
    """Yields the checked rows of the intervals with these numbers: one source after the other, each
    in its own order. `samples` are those of the samples file, None without one.
    """
    for source in sources:
        # If every interval is needed, one pass is simpler than a look-up for each.
        if source.indexed and len(numbers) < len(finder.intervals):
            yield from _read_regions(source, finder, numbers, samples=samples, errors=errors)
        else:
            yield from _read_through(
                source, finder, numbers, samples=samples, errors=errors, report=report
            )


def _read_through(
    source: RowSource,
    finder: IntervalFinder,
    numbers: Collection[int],
    *,
    samples: SampleSet | None,
    errors: ErrorBudget,
    report: ReportReading,
) -> Iterator[Piece]:
    counted_from = ROW_KINDS[source.kind].counted_from
    with source.open(errors) as stream:
        for chunk in source.chunks(stream, errors, samples):
            for interval, rows in finder.divide(chunk.rows, counted_from=counted_from):
                if interval.number in numbers:
                    yield Piece(source.kind, interval.number, rows)
            report(stream.name, stream.bytes_read, stream.total)


def _read_regions(
    source: RowSource,
    finder: IntervalFinder,
    numbers: Collection[int],
    *,
    samples: SampleSet | None,
    errors: ErrorBudget,
) -> Iterator[Piece]:
    for interval in finder.intervals:
        if interval.number not in numbers:
            continue
        chroms = [interval.chrom]
        if interval.chrom == OTHERS:
            indexed_chroms = indexed_chromosomes(source.location)
            chroms = [chrom for chrom in indexed_chroms if chrom not in finder.named_chroms]
        for chrom in chroms:
            region = Region(chrom, interval.first, interval.last)
            texts = read_region(source.location, region)
            chunks = check_rows(
                texts, source.location, errors=errors, kind=source.kind, samples=samples
            )
            for chunk in chunks:
                yield Piece(source.kind, interval.number, chunk.rows)
