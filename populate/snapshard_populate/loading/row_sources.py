"""The files of rows of a compilation, and how each is opened and checked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from snapshard.pairs import SampleSet
from snapshard.row_kinds import BASE, EXON, GENE, JUNCTION
from snapshard_populate.formats import CoverageFile, MergedCoverage, read_bases, read_rows
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.loading.side_files import base_samples, sample_files
from snapshard_populate.loading.source_count import SourceCount
from snapshard_populate.reading import (
    Chunk,
    ErrorBudget,
    Source,
    Spellings,
    has_index,
    index_problem,
    indexed_chromosomes,
    open_source,
)

ReportReading = Callable[[str, int, int | None], None]
"""Receives the name of a source that is read from front to back, the stored bytes read so far, and
their total if it is known.
"""


@dataclass(frozen=True)
class Reading:
    """One reader's way through the sources of a release.

    samples: those that rows may list; None allows any. errors and report: where bad rows, notices
    and progress go. counts: what was read, one for each source, filled on the way.
    """

    samples: SampleSet | None
    errors: ErrorBudget
    report: ReportReading
    counts: list[SourceCount] = field(default_factory=list)

    def count(self, source: "RowSource", *, complete: bool) -> SourceCount:
        """A new count, of a source of which all is read, or else a part."""
        count = SourceCount(source.kind, source.location, complete)
        self.counts.append(count)
        return count


@dataclass(frozen=True)
class RowSource:
    """A file of junctions, genes or exons, in the 17 columns. `indexed` says whether single regions
    are read, with a tabix index; `assembly` decides the names of its chromosomes.
    """

    kind: str
    location: str
    indexed: bool = False
    assembly: str | None = None

    def open(self, errors: ErrorBudget) -> "AbstractContextManager[Source | MergedCoverage]":
        """Its text as a context manager, to be read from front to back."""
        return open_source(self.location, errors=errors)

    def chunks(
        self, stream: "Source | MergedCoverage", reading: Reading, spellings: Spellings
    ) -> Iterator[Chunk]:
        """Its checked rows, from front to back."""
        return read_rows(
            stream,
            stream.name,
            errors=reading.errors,
            kind=self.kind,
            samples=reading.samples,
            spellings=spellings,
        )


@dataclass(frozen=True)
class CoverageSource(RowSource):
    """Base coverage: one file of all samples, or a list of files with one sample each. It is small
    beside junctions and is read from the front.

    samples: the rail_ids of the value columns. files: the files of a list, whose location is then
    that of the list.
    """

    samples: tuple[int, ...] = ()
    files: tuple[CoverageFile, ...] = ()

    def open(self, errors: ErrorBudget) -> "AbstractContextManager[Source | MergedCoverage]":
        """Its text as a context manager; the files of single samples are merged line by line."""
        if self.files:
            return nullcontext(
                MergedCoverage(self.location, self.files, errors=errors, assembly=self.assembly)
            )
        return open_source(self.location, errors=errors)

    def chunks(
        self, stream: "Source | MergedCoverage", reading: Reading, spellings: Spellings
    ) -> Iterator[Chunk]:
        """Its checked rows, from front to back. Its samples were checked with the header."""
        return read_bases(
            stream, stream.name, samples=self.samples, errors=reading.errors, spellings=spellings
        )


def spellings_by_file(
    stream: "Source | MergedCoverage", spellings: Spellings
) -> Mapping[str, Spellings]:
    """The spellings of a source that was read, by its files: of a list of base coverage each file has
    its own.
    """
    return stream.spellings if isinstance(stream, MergedCoverage) else {stream.name: spellings}


def row_sources(compilation: Compilation, errors: ErrorBudget) -> tuple[RowSource, ...]:
    """The files of rows that a compilation has, junctions first. An index that cannot be its file's
    is noted, and the file is then read from front to back.
    """
    assembly = compilation.assembly
    locations = {
        JUNCTION: compilation.junctions,
        GENE: compilation.genes,
        EXON: compilation.exons,
    }
    sources = [
        RowSource(
            kind.name, location, _has_usable_index(location, assembly, errors), assembly=assembly
        )
        for kind, location in locations.items()
        if location is not None
    ]
    if compilation.bases is not None:
        samples = base_samples(compilation)
        sources.append(
            CoverageSource(BASE.name, compilation.bases, assembly=assembly, samples=samples)
        )
    if compilation.bases_files is not None:
        files = sample_files(compilation.bases_files)
        samples = tuple(file.rail_id for file in files)
        location = compilation.bases_files
        sources.append(
            CoverageSource(BASE.name, location, assembly=assembly, samples=samples, files=files)
        )
    return tuple(sources)


def _has_usable_index(location: str, assembly: str | None, errors: ErrorBudget) -> bool:
    if not has_index(location):
        return False
    problem = index_problem(location) or _mixed_names(location, assembly)
    if problem is not None:
        errors.note(location, f"its tabix index was not used, because {problem}")
    return problem is None


def _mixed_names(location: str, assembly: str | None) -> str | None:
    """The reason why single regions of an indexed file cannot be read in order: it spells a chromosome
    in two ways; None if it does not.
    """
    spellings = Spellings(assembly)
    for contig in indexed_chromosomes(location):
        name = spellings.name(contig)
        if len(of_name := spellings.of(name)) > 1:
            return f"the file names {name} {' and '.join(of_name)}"
    return None
