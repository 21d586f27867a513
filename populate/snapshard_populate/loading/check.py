"""A rehearsal of a load: reads all sources of a compilation, and loads nothing.

Unlike a load it does not stop at the first bad line. It needs no database, so numbers of rows that
occur twice are found in memory, with 8 bytes a row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from snapshard.errors import BadRow, BadSource
from snapshard.pairs import Integers, SampleSet
from snapshard.region import Region
from snapshard.release import Interval
from snapshard.row_kinds import JUNCTION, ROW_KINDS
from snapshard.rows import line_count
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.loading.description import Description
from snapshard_populate.loading.guards import check_chromosomes, index_reason
from snapshard_populate.loading.pieces import IntervalFinder
from snapshard_populate.loading.row_sources import (
    Reading,
    ReportReading,
    RowSource,
    row_sources,
    spellings_by_file,
)
from snapshard_populate.loading.side_files import describe
from snapshard_populate.loading.source_count import SourceCount
from snapshard_populate.loading.unique_ids import lines_of
from snapshard_populate.reading import ErrorBudget, Spellings, indexed_chromosomes, read_region

Result = TypeVar("Result")
_NO_LIMIT = 1 << 62


@dataclass
class Findings:
    """What a load would refuse: single rows, and whole files; what it would repair or leave out; and
    the number of good junctions.

    Of the bad rows the first `most` are kept, and all are counted.
    """

    most: int
    bad_rows: list[BadRow] = field(default_factory=list)
    bad_row_count: int = 0
    bad_files: list[str] = field(default_factory=list)
    notices: tuple[str, ...] = ()
    junctions: int = 0

    def add_row(self, row: BadRow) -> None:
        """Counts a bad row."""
        self.bad_row_count += 1
        if len(self.bad_rows) < self.most:
            self.bad_rows.append(row)

    def attempt(self, step: Callable[[], Result]) -> Result | None:
        """The result of a step; None if it refused a file, which is then found."""
        try:
            return step()
        except (BadRow, BadSource) as error:
            self.bad_files.append(str(error))
            return None


def check_compilation(
    compilation: Compilation,
    intervals: Sequence[Interval] | None,
    *,
    most: int,
    report: ReportReading,
) -> Findings:
    """What a load of the compilation would refuse or let pass; with intervals, also rows that are in
    none of them.
    """
    findings = Findings(most)
    errors = ErrorBudget(_NO_LIMIT, report=findings.add_row)
    description = findings.attempt(lambda: describe(compilation, errors=errors)) or Description()
    samples = None if description.samples is None else SampleSet(description.samples.rail_ids)
    reading = Reading(samples, errors, report)
    finder = None if intervals is None else IntervalFinder(intervals)
    tables: list[tuple[str, Set[str]]] = []
    for source in findings.attempt(lambda: row_sources(compilation, errors)) or ():
        files = findings.attempt(lambda source=source: _check_source(source, finder, reading))  # type: ignore[misc]
        if files is not None and len(files) > 1:
            tables += [(file, of_file.names) for file, of_file in files.items()]
    of_junctions = {count.kind: count for count in reading.counts}.get(JUNCTION.name)
    if of_junctions is not None:
        findings.junctions = of_junctions.row_count - of_junctions.bad_rows
        for name, chromosomes in [*_chromosomes(description, reading.counts), *tables]:
            findings.attempt(
                lambda name=name, chromosomes=chromosomes: check_chromosomes(  # type: ignore[misc]
                    of_junctions.chromosomes, {name: chromosomes}
                )
            )
    findings.notices = errors.notices
    return findings


def _check_source(
    source: RowSource, finder: IntervalFinder | None, reading: Reading
) -> Mapping[str, Spellings]:
    """Reads a source; returns the spellings of its chromosomes, by its files."""
    kind = ROW_KINDS[source.kind]
    count = reading.count(source, complete=True)
    numbers: list[Integers] = []
    spellings = Spellings(source.assembly)
    with source.open(reading.errors) as stream:
        for chunk in count.counted(source.chunks(stream, reading, spellings), reading.errors):
            if finder is not None:
                for _ in finder.divide(chunk, counted_from=kind.counted_from):
                    pass
            if kind.has_hot_table:
                numbers.append(chunk.rows.integers("snaptron_id"))
            reading.report(stream.name, stream.bytes_read, stream.total)
    files = spellings_by_file(stream, spellings)
    for file, of_file in files.items():
        for notice in of_file.notices():
            reading.errors.note(file, notice)
    _check_numbers(source, numbers)
    if source.indexed:
        _check_index(source, count)
    return files


def _check_numbers(source: RowSource, parts: Sequence[Integers]) -> None:
    """Raises BadSource if two rows have the same number."""
    numbers = np.sort(np.concatenate([np.empty(0, np.int64), *parts]))
    repeated = numbers[1:][numbers[1:] == numbers[:-1]]
    if len(repeated):
        lines = " and ".join(map(str, lines_of(source.location, int(repeated[0]))))
        raise BadSource(
            source.location,
            f"{f'lines {lines}: ' if lines else ''}expected every snaptron_id once, "
            f"got {repeated[0]} twice",
        )


def _check_index(source: RowSource, count: SourceCount) -> None:
    """Raises BadSource if the index does not give all rows of the file."""
    rows = sum(
        line_count(text)
        for chrom in indexed_chromosomes(source.location)
        for text in read_region(source.location, Region(chrom))
    )
    if rows != count.row_count:
        raise BadSource(source.location, index_reason(f"{count.row_count} rows", rows))


def _chromosomes(
    description: Description, counts: Iterable[SourceCount]
) -> Iterator[tuple[str, Set[str]]]:
    """The chromosomes of every table but the junctions, by its name."""
    for count in counts:
        if count.kind != JUNCTION.name:
            yield count.source, count.chromosomes
    yield "annotation", {gene.chrom for gene in description.genes}
    for file in dict.fromkeys(file for file, _ in description.transcripts):
        yield file, {item.chrom for label, item in description.transcripts if label == file}
