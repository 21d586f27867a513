"""What a release has in the catalog beside its intervals: samples, groups, genes, transcripts, and
small files as they came.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

import psycopg
import zstandard
from psycopg import sql

from snapshard.catalog import file_names
from snapshard.errors import BadSource
from snapshard.genes import Gene, Transcript
from snapshard_populate.formats.bases import POSITION, read_bases_header
from snapshard_populate.formats.gff import Annotation, read_annotation
from snapshard_populate.formats.groups import SampleGroup, read_groups
from snapshard_populate.formats.sample_coverage import SampleFile, read_sample_files
from snapshard_populate.formats.samples import SamplesFile, read_samples, read_types
from snapshard_populate.formats.transcripts import read_transcripts
from snapshard_populate.formats.ucsc import read_canonical, read_refflat
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.reading.budget import ErrorBudget
from snapshard_populate.reading.source import open_source

Item = TypeVar("Item")

_LEVEL = 9
_KEPT = {
    "sample_types": file_names.SAMPLE_TYPES,
    "groups": file_names.GROUPS,
    "bases_header": file_names.BASES_HEADER,
    "refflat": file_names.REFFLAT,
    "canonical": file_names.CANONICAL,
    "transcripts": file_names.TRANSCRIPTS,
}
"""Small files that are kept as they came, and the names they have in the catalog. The samples file
is kept too.
"""


@dataclass(frozen=True)
class Description:
    """All of it, read and checked, in memory; what the compilation does not have is None or empty."""

    samples: SamplesFile | None = None
    groups: tuple[SampleGroup, ...] = ()
    genes: tuple[Gene, ...] = ()
    transcripts: tuple[tuple[str, Transcript], ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def sample_count(self) -> int | None:
        """Rows of the samples file; None without one, since the samples seen are not all there
        were.
        """
        return None if self.samples is None else len(self.samples.rail_ids)

    def write(self, connection: psycopg.Connection[Any], schema: str) -> None:
        """Puts it into the tables of a release's schema in the catalog, which are new."""
        for table, columns, records in self._tables():
            statement = sql.SQL("COPY {}.{} ({}) FROM STDIN").format(
                sql.Identifier(schema),
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
            )
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for record in records:
                    copy.write_row(record)
            connection.execute(
                sql.SQL("ANALYZE {}.{}").format(sql.Identifier(schema), sql.Identifier(table))
            )

    def _tables(self) -> Iterator[tuple[str, Sequence[str], Iterable[Sequence[object]]]]:
        yield (
            "file",
            ("name", "content"),
            ((name, _packed(content)) for name, content in self._files()),
        )
        if self.samples is not None:
            fields = (
                (number, one.name, one.type) for number, one in enumerate(self.samples.fields)
            )
            yield "sample_field", ("number", "name", "type"), fields
            rows = zip(self.samples.rail_ids, map(_array, self.samples.rows()), strict=True)
            yield "sample", ("rail_id", "fields"), rows
        groups = (
            (number, one.name, one.long_name, list(one.members))
            for number, one in enumerate(self.groups)
        )
        yield "sample_group", ("number", "name", "long_name", "members"), groups
        yield "gene", _GENE, ((number, *_gene_record(one)) for number, one in enumerate(self.genes))
        transcripts = (
            (number, *_transcript_record(one), file)
            for number, (file, one) in enumerate(self.transcripts)
        )
        yield "transcript", _TRANSCRIPT, transcripts

    def _files(self) -> Iterator[tuple[str, bytes]]:
        if self.samples is not None:
            yield file_names.SAMPLES, self.samples.content
        yield from self.files.items()


def describe(compilation: Compilation, *, errors: ErrorBudget) -> Description:
    """What a compilation's small files say. Bad lines are spent on the error budget; raises BadRow
    or BadSource.
    """
    annotation = Annotation((), ())
    if compilation.annotation is not None:
        with open_source(compilation.annotation) as source:
            annotation = read_annotation(source, errors=errors)
    files = {
        name: _content(place)
        for what, name in _KEPT.items()
        if (place := getattr(compilation, what)) is not None
    }
    if compilation.bases_files is not None:
        header = (*POSITION, *map(str, base_samples(compilation)))
        files[_KEPT["bases_header"]] = ("\t".join(header) + "\n").encode()
    elif compilation.bases_header is not None:
        base_samples(compilation)
    return Description(
        _samples(compilation, errors),
        _listed(compilation.groups, read_groups, errors),
        annotation.genes,
        tuple(
            chain(
                (("refflat", one) for one in _listed(compilation.refflat, read_refflat, errors)),
                (("annotation", one) for one in annotation.transcripts),
                (
                    ("transcripts", one)
                    for one in _listed(compilation.transcripts, read_transcripts, errors)
                ),
                (
                    ("canonical", one)
                    for one in _listed(compilation.canonical, read_canonical, errors)
                ),
            )
        ),
        files,
    )


def base_samples(compilation: Compilation) -> tuple[int, ...]:
    """The samples of the value columns of base coverage, as its header or the list of its files
    says; none without coverage.
    """
    if compilation.bases_files is not None:
        return tuple(file.rail_id for file in sample_files(compilation.bases_files))
    if compilation.bases_header is None:
        return ()
    with open_source(compilation.bases_header) as source:
        return read_bases_header(source)


def sample_files(location: str) -> tuple[SampleFile, ...]:
    """The files of base coverage that a list names."""
    with open_source(location) as source:
        return read_sample_files(source)


def _samples(compilation: Compilation, errors: ErrorBudget) -> SamplesFile | None:
    if compilation.samples is None:
        if compilation.sample_types is not None:
            raise BadSource(
                compilation.sample_types,
                "gives types of samples' columns, but there is no samples file",
            )
        return None
    types = None
    if compilation.sample_types is not None:
        with open_source(compilation.sample_types) as source:
            types = read_types(source)
    with open_source(compilation.samples) as source:
        return read_samples(source, errors=errors, types=types)


def _listed(
    place: str | None, read: Callable[..., Iterator[Item]], errors: ErrorBudget
) -> tuple[Item, ...]:
    if place is None:
        return ()
    with open_source(place) as source:
        return tuple(read(source, errors=errors))


def _content(place: str) -> bytes:
    with open_source(place) as source:
        return source.read()


def _packed(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(content)


# --- records of the tables

_GENE = ("number", "gene_id", "symbol", "chromosome", "start", "end", "strand", "biotype", "source")
_TRANSCRIPT = (
    *("number", "transcript_id", "gene_id", "symbol", "chromosome", "start", "end", "strand"),
    *("exon_starts", "exon_ends", "cds_start", "cds_end", "source", "file"),
)


def _gene_record(one: Gene) -> tuple[object, ...]:
    return (
        one.gene_id,
        one.symbol,
        one.chrom,
        one.start,
        one.end,
        one.strand,
        one.biotype,
        one.source,
    )


def _transcript_record(one: Transcript) -> tuple[object, ...]:
    exon_starts, exon_ends = (_array(str(exon[side]) for exon in one.exons) for side in (0, 1))
    cds = one.cds or (None, None)
    place = (one.chrom, one.start, one.end, one.strand)
    return (
        one.transcript_id,
        one.gene_id,
        one.symbol,
        *place,
        exon_starts,
        exon_ends,
        *cds,
        one.source,
    )


def _array(values: Iterable[str]) -> str:
    """An array as PostgreSQL writes it: twenty times quicker than leaving it to the driver, with
    300,000 samples.
    """
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
