"""The small files of a compilation, read into the description of its release."""

from collections.abc import Callable, Iterator, Sequence, Sized
from typing import TypeVar

from snapshard.catalog import file_names
from snapshard.errors import BadSource
from snapshard.row_kinds import BASE
from snapshard_populate.formats import (
    Annotation,
    AnnotationFile,
    CoverageFile,
    GroupLine,
    SampleTable,
    kept_annotation_file,
    read_annotation,
    read_annotation_file,
    read_bases_header,
    read_canonical,
    read_coverage_files,
    read_groups,
    read_refflat,
    read_samples,
    read_transcripts,
    read_types,
)
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.loading.description import Description
from snapshard_populate.reading import ErrorBudget, Spellings, open_source

Item = TypeVar("Item")
Content = TypeVar("Content", bound=Sized)

_STORED_FILES = {
    "sample_types": file_names.SAMPLE_TYPES,
    "groups": file_names.GROUPS,
    "bases_header": file_names.BASES_HEADER,
    "refflat": file_names.REFFLAT,
    "canonical": file_names.CANONICAL,
    "transcripts": file_names.TRANSCRIPTS,
}
"""Small files that are stored as they are, and their names in the catalog. The samples file is
stored too.
"""


def describe(compilation: Compilation, *, errors: ErrorBudget) -> Description:
    """The description of a compilation, from its small files. Bad lines of samples and groups are
    spent on the error budget, those of annotations are noted in it. Raises BadRow or BadSource.
    """
    annotation = Annotation((), ())
    if compilation.annotation is not None:
        annotation = _read_annotation(compilation, compilation.annotation, read_annotation, errors)
    refflat, transcripts, canonical = (
        () if location is None else _read_annotation(compilation, location, reader, errors)
        for location, reader in (
            (compilation.refflat, _all_of(read_refflat)),
            (compilation.transcripts, _all_of(read_transcripts)),
            (compilation.canonical, _all_of(read_canonical)),
        )
    )
    samples = _read_samples(compilation, errors)
    # A bad header must stop the load before it begins.
    columns = base_samples(compilation)
    _check_base_samples(compilation, columns, samples)
    labelled = [
        *[("refflat", transcript) for transcript in refflat],
        *[("annotation", transcript) for transcript in annotation.transcripts],
        *[("transcripts", transcript) for transcript in transcripts],
        *[("canonical", transcript) for transcript in canonical],
    ]
    return Description(
        samples,
        _read_groups(compilation, samples, errors),
        annotation.genes,
        tuple(labelled),
        _read_files(compilation, columns, errors),
    )


def _read_files(
    compilation: Compilation, base_columns: Sequence[int], errors: ErrorBudget
) -> dict[str, bytes]:
    """The small files that are stored as they are, by their names in the catalog."""
    files: dict[str, bytes] = {}
    for part, name in _STORED_FILES.items():
        location = getattr(compilation, part)
        if location is not None:
            with open_source(location, errors=errors) as source:
                files[name] = source.read()
    if file_names.TRANSCRIPTS in files:
        # Snaptron's protocol returns these lines, so they need the names of the rows.
        spellings = Spellings(compilation.assembly)
        files[file_names.TRANSCRIPTS] = spellings.unify_lines(files[file_names.TRANSCRIPTS])
    if compilation.bases_files is not None:
        header = (*BASE.columns, *map(str, base_columns))
        files[file_names.BASES_HEADER] = ("\t".join(header) + "\n").encode()
    return files


def _check_base_samples(
    compilation: Compilation, columns: Sequence[int], samples: SampleTable | None
) -> None:
    """Raises BadSource if base coverage has a sample that the samples file lacks."""
    unknown = set(columns) - set(columns if samples is None else samples.rail_ids)
    if unknown:
        raise BadSource(
            str(compilation.bases_header or compilation.bases_files),
            f"expected samples of the samples file, got {min(unknown)}",
        )


def base_samples(compilation: Compilation) -> tuple[int, ...]:
    """The samples of the value columns of base coverage, from its header or from the list of its
    files; empty without coverage.
    """
    if compilation.bases_files is not None:
        return tuple(file.rail_id for file in sample_files(compilation.bases_files))
    if compilation.bases_header is None:
        return ()
    with open_source(compilation.bases_header) as source:
        return read_bases_header(source)


def sample_files(location: str) -> tuple[CoverageFile, ...]:
    """The files of base coverage that a list names."""
    with open_source(location) as source:
        return read_coverage_files(source)


def _read_samples(compilation: Compilation, errors: ErrorBudget) -> SampleTable | None:
    if compilation.samples is None:
        if compilation.sample_types is not None:
            raise BadSource(
                compilation.sample_types,
                "gives types of sample columns, but there is no samples file",
            )
        return None
    types = None
    if compilation.sample_types is not None:
        with open_source(compilation.sample_types) as source:
            types = read_types(source)
    with open_source(compilation.samples, errors=errors) as source:
        return read_samples(source, errors=errors, types=types)


def _read_groups(
    compilation: Compilation, samples: SampleTable | None, errors: ErrorBudget
) -> tuple[GroupLine, ...]:
    if compilation.groups is None:
        return ()
    rail_ids = None if samples is None else frozenset(samples.rail_ids)
    with open_source(compilation.groups) as source:
        return tuple(read_groups(source, errors=errors, samples=rail_ids))


def _all_of(reader: Callable[..., Iterator[Item]]) -> Callable[..., tuple[Item, ...]]:
    return lambda source, **options: tuple(reader(source, **options))


def _read_annotation(
    compilation: Compilation, location: str, reader: Callable[..., Content], errors: ErrorBudget
) -> Content:
    """What a file of genes or transcripts holds; its notices are kept in the error budget."""
    file: AnnotationFile[Content]
    if location == compilation.annotation and compilation.kept_annotation is not None:
        file = kept_annotation_file(compilation.kept_annotation)
    else:
        file = read_annotation_file(location, reader, assembly=compilation.assembly)
    errors.keep(file.notices)
    return file.content
