"""Pieces: the checked rows of the sources, divided by interval.

A source with a tabix index is read interval by interval, and only the intervals that the reader
needs. Any other source is read once from front to back, and every chunk of rows is divided among
the intervals. Either way the rows of an interval arrive in the source's order.
"""

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from snapshard.errors import BadRow, BadSource
from snapshard.region import Region
from snapshard.release import OTHERS, Interval
from snapshard.row_kinds import ROW_KINDS
from snapshard.rows import Rows
from snapshard_populate.formats import check_rows
from snapshard_populate.loading.guards import check_chromosomes
from snapshard_populate.loading.row_sources import Reading, RowSource, spellings_by_file
from snapshard_populate.reading import (
    Chunk,
    Spellings,
    chromosomes,
    indexed_chromosomes,
    lines_before,
    read_region,
    run_starts,
)


class Piece(NamedTuple):
    """Consecutive rows of one kind and interval. The interval is given by its number."""

    kind: str
    interval: int
    rows: Rows


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

    def divide(self, chunk: Chunk, *, counted_from: int) -> Iterator[tuple[Interval, Rows]]:
        """Yields the rows of each interval. Raises BadRow for a row that is in none.

        The rows must be sorted by start within a chromosome. A start belongs to an interval by its
        1-based position; `counted_from` says whether the rows count from 1 or from 0.
        """
        rows = chunk.rows
        chroms, starts = chromosomes(rows), rows.integers("start") + 1 - counted_from
        for first, last in pairwise([*run_starts(chroms).tolist(), len(chroms)]):
            chrom = chroms[first].decode()
            divided = 0
            for interval in self._by_chrom.get(chrom) or self._by_chrom.get(OTHERS, []):
                # Sorted starts make the rows of an interval one run, found by bisection; `part`
                # then shares the arrays that the checks have made.
                begin, end = np.searchsorted(
                    starts[first:last], (interval.first, interval.last + 1)
                ).tolist()
                divided += end - begin
                if begin < end:
                    yield interval, rows.part(first + begin, first + end)
            if divided < last - first:
                raise BadRow(chunk.source, int(chunk.lines[first]), self.unplaced(chrom))

    def unplaced(self, chrom: str) -> str:
        """The error message for a chromosome that is in no interval."""
        return (
            f"expected a chromosome of the layout ({', '.join(self._by_chrom)}), got {chrom}; "
            "add a line for it, or one for * (all others)"
        )


def read_pieces(
    sources: Iterable[RowSource],
    finder: IntervalFinder,
    numbers: Collection[int],
    reading: Reading,
) -> Iterator[Piece]:
    """Yields the checked rows of the intervals with these numbers: one source after the other, each
    in its own order.

    Junctions come first. Raises BadSource for a file of a list of base coverage that shares no
    chromosome with them.
    """
    junction_names: frozenset[str] = frozenset()
    for source in sources:
        spellings = Spellings(source.assembly)
        # If every interval is needed, one pass is simpler than a look-up for each.
        if source.indexed and len(numbers) < len(finder.intervals):
            files = yield from _read_regions(source, finder, numbers, reading, spellings)
        else:
            files = yield from _read_through(source, finder, numbers, reading, spellings)
        for file, of_file in files.items():
            for notice in of_file.notices():
                reading.errors.note(file, notice)
        # Only here is it known which chromosomes each file of a list names.
        names = {file: of_file.names for file, of_file in files.items() if len(files) > 1}
        check_chromosomes(junction_names, names)
        junction_names = junction_names or spellings.names


def _read_through(
    source: RowSource,
    finder: IntervalFinder,
    numbers: Collection[int],
    reading: Reading,
    spellings: Spellings,
) -> Generator[Piece, None, Mapping[str, Spellings]]:
    """Yields the rows of some intervals from one pass; returns the spellings of each file."""
    counted_from = ROW_KINDS[source.kind].counted_from
    count = reading.count(source, complete=True)
    with source.open(reading.errors) as stream:
        for chunk in count.counted(source.chunks(stream, reading, spellings), reading.errors):
            for interval, rows in finder.divide(chunk, counted_from=counted_from):
                if interval.number in numbers:
                    yield Piece(source.kind, interval.number, rows)
            reading.report(stream.name, stream.bytes_read, stream.total)
    count.text_bytes -= spellings.added_bytes
    return spellings_by_file(stream, spellings)


def _read_regions(
    source: RowSource,
    finder: IntervalFinder,
    numbers: Collection[int],
    reading: Reading,
    spellings: Spellings,
) -> Generator[Piece, None, Mapping[str, Spellings]]:
    """Yields the rows of some intervals by the index; returns the spellings of the file."""
    count = reading.count(source, complete=False)
    for number, region in _regions(source, finder, numbers, spellings):
        chunks = check_rows(
            read_region(source.location, region),
            source.location,
            errors=reading.errors,
            kind=source.kind,
            samples=reading.samples,
            spellings=spellings,
            lines_before=cache(partial(lines_before, source.location, region)),
        )
        for chunk in count.counted(chunks, reading.errors):
            yield Piece(source.kind, number, chunk.rows)
    count.text_bytes -= spellings.added_bytes
    return {source.location: spellings}


def _regions(
    source: RowSource, finder: IntervalFinder, numbers: Collection[int], spellings: Spellings
) -> Iterator[tuple[int, Region]]:
    """Yields the regions of the file that make up these intervals, with the interval's number.
    Raises BadSource if the file has a chromosome that is in no interval.
    """
    contigs = {spellings.name(contig): contig for contig in indexed_chromosomes(source.location)}
    if OTHERS not in finder.named_chroms:
        for chrom in contigs:
            if chrom not in finder.named_chroms:
                raise BadSource(source.location, finder.unplaced(chrom))
    for interval in finder.intervals:
        if interval.number not in numbers:
            continue
        chroms = [interval.chrom]
        if interval.chrom == OTHERS:
            chroms = [chrom for chrom in contigs if chrom not in finder.named_chroms]
        for chrom in chroms:
            # A chromosome that the index does not have is no error: it has no rows.
            contig = contigs.get(chrom, chrom)
            yield interval.number, Region(contig, interval.first, interval.last)
