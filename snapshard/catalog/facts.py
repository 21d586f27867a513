"""What a process knows about each release, beside its rows: samples, groups, genes, transcripts.

A release is immutable, so a fact is read when it is first needed and then kept without a time
limit. Facts live only here, in one cache that drops the release that was unused for longest.

Two rules must hold. Large facts (the sample search, the transcripts) are read under a lock, so that
two threads never hold two copies. Small facts are read without one: the other chromosomes come from
shards, and a thread must not wait for another thread's timeout before it may start its own.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, Generic, TypeVar

import numpy as np
from psycopg import sql

from snapshard.catalog import file_names
from snapshard.catalog.annotated_introns import AnnotatedIntrons
from snapshard.catalog.catalog import Catalog
from snapshard.catalog.gene_map import GeneMap
from snapshard.catalog.groupings import GroupChoice, Grouping, cohort_group, field_grouping
from snapshard.catalog.recent_values import RecentValues
from snapshard.catalog.sample_search import SampleSearch
from snapshard.catalog.samples_file import SamplesFile
from snapshard.catalog.symbols import Symbols
from snapshard.catalog.transcripts import TranscriptLines
from snapshard.catalog.unicode_forms import unicode_forms
from snapshard.chromosome import chromosome_name
from snapshard.errors import BadQuery, BadRegion, NotFound
from snapshard.filters import Filter
from snapshard.library_sizes import LibrarySizes, library_sizes
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import OTHERS, Release, SampleGroup
from snapshard.sample_order import SampleOrder

Value = TypeVar("Value")

_CACHED_RELEASES = 20
_CACHED_FIELDS = 8
"""Fields of a release whose groupings are kept; each has 8 bytes for a sample, twice."""
_RECENT_GENES = 64
"""Genes of a release whose reads are kept; each has 8 bytes for a sample, twice."""
_MOST_NAMED = 10
"""Unknown samples that an error names."""
_FIELD_TYPES = sql.SQL("SELECT name, type FROM {}.sample_field ORDER BY number")
_GENE_SPANS = sql.SQL(
    'SELECT symbol, chromosome, start, "end", strand FROM {}.gene ORDER BY number'
)
_TRANSCRIPT_SPANS = sql.SQL("""
SELECT DISTINCT symbol, chromosome, start, "end", strand FROM {}.transcript ORDER BY 2, 3, 4, 1
""")
_INTRONS = sql.SQL("""
SELECT DISTINCT chromosome, strand, exon_end + 1, next_start - 1
FROM {}.transcript,
     unnest(exon_ends[:cardinality(exon_ends) - 1], exon_starts[2:]) AS intron (exon_end, next_start)
WHERE next_start > exon_end + 1
""")
_GROUPS = sql.SQL("SELECT number, name, long_name, members FROM {}.sample_group ORDER BY number")


class ReleaseFacts:
    """The facts about one release, each read when it is first needed.

    `read_other_chromosomes` returns the chromosomes that have rows but no interval of their own.
    `gene_reads` keeps the reads of recent genes for whoever reads them from the shards.
    """

    def __init__(
        self,
        catalog: Catalog,
        release: Release,
        read_other_chromosomes: Callable[[Release], frozenset[str]],
    ) -> None:
        self._catalog = catalog
        self.release = release
        self.symbols = Symbols(catalog, release)
        self._library_sizes: dict[str, LibrarySizes] = {}
        self._types = _Fact(self._read_types)
        self._groups = _Fact(self._read_groups)
        self._all_groups = _Fact(lambda: Grouping(self.groups))
        self._field_groupings: dict[str, Grouping] = {}
        self._grouping_lock = threading.Lock()
        self._base_columns = _Fact(self._read_base_columns)
        self.gene_reads: RecentValues[Any] = RecentValues(_RECENT_GENES)
        self._other_chromosomes = _Fact(partial(read_other_chromosomes, release))
        self._other_spellings = _Fact(self._read_other_spellings)
        self._search = _Fact(self._read_search, threading.Lock())
        self._sample_order = _Fact(lambda: SampleOrder(np.sort(self.samples.ids)))
        self._transcripts = _Fact(self._read_transcripts, threading.Lock())
        self._gene_map = _Fact(self._read_gene_map, threading.Lock())
        self._introns = _Fact(self._read_introns, threading.Lock())

    @property
    def types(self) -> dict[str, str]:
        """The type of every field of the samples file, in file order: i (whole numbers), f
        (decimals) or t (text).
        """
        return self._types()

    @property
    def groups(self) -> tuple[SampleGroup, ...]:
        """The sample groups, in the order of the groups file; empty for a release without one."""
        return self._groups()

    def group(self, name: str) -> SampleGroup:
        """The sample group of this name, in whichever form of Unicode it is written. Raises NotFound."""
        groups = {group.name: group for group in self.groups}
        for form in unicode_forms(name):
            if form in groups:
                return groups[form]
        raise NotFound("sample group", name, ", ".join(groups))

    def groups_named(self, names: Sequence[str]) -> list[SampleGroup]:
        """The groups of these names, each once, in their order. Raises NotFound."""
        groups = [self.group(name) for name in names]
        return list({group.number: group for group in groups}.values())

    def group_members(self, names: list[str]) -> set[int]:
        """The samples of these groups together. Raises NotFound for an unknown group."""
        members: set[int] = set()
        for name in names:
            members.update(self.group(name).members.tolist())
        return members

    def grouping(self, choice: GroupChoice) -> Grouping:
        """The groups of a choice. Raises NotFound for an unknown group and, if a field or cohorts are
        chosen, for a release without a samples file; BadQuery for an unknown field or condition.
        """
        if choice.field is not None:
            return self._field_grouping(choice.field)
        if not (choice.names or choice.cohorts):
            return self._all_groups()
        groups = [self.group(name) for name in choice.names]
        cohorts = (
            cohort_group(cohort, number, self.search)
            for number, cohort in enumerate(choice.cohorts, len(choice.names))
        )
        return Grouping((*groups, *cohorts))

    def _field_grouping(self, field: str) -> Grouping:
        samples = self.samples
        with self._grouping_lock:
            if field not in self._field_groupings:
                if len(self._field_groupings) == _CACHED_FIELDS:
                    self._field_groupings.pop(next(iter(self._field_groupings)))
                self._field_groupings[field] = field_grouping(samples, field)
            return self._field_groupings[field]

    @property
    def search(self) -> SampleSearch:
        """The search over the samples file. Raises NotFound for a release without one."""
        return self._search()

    @property
    def samples(self) -> SamplesFile:
        """The samples file. Raises NotFound for a release without one."""
        return self.search.samples

    @property
    def sample_order(self) -> SampleOrder:
        """The samples in the order of their ids. Raises NotFound for a release without a samples
        file.
        """
        return self._sample_order()

    def unknown_samples(self, rail_ids: Iterable[int]) -> list[int]:
        """Those of the ids that no sample has, ascending; none for a release without a samples file,
        which does not say which samples it has.
        """
        return [] if self.release.sample_count is None else self.samples.unknown(rail_ids)

    def check_samples(self, rail_ids: Iterable[int], parameter: str = "samples") -> None:
        """Raises BadQuery, which names them, for ids that are unknown (see `unknown_samples`)."""
        release = self.release
        if unknown := self.unknown_samples(rail_ids):
            names = ",".join(map(str, unknown[:_MOST_NAMED])) + "…" * (len(unknown) > _MOST_NAMED)
            expected = f"samples of {release.compilation} {release.name} (rail_id)"
            raise BadQuery(parameter, names, expected)

    def library_sizes(self, field: str) -> LibrarySizes | None:
        """The library size of every sample that has one, from a field of the samples file; None if
        there is no such field or no samples file.
        """
        if field not in self.types:
            return None
        # Threads that start at once may read a field twice, which costs less than a lock.
        if field not in self._library_sizes:
            samples = self.samples
            cells = chain.from_iterable(samples.column(field))
            self._library_sizes[field] = library_sizes(samples.ids, cells)
        return self._library_sizes[field]

    @property
    def transcripts(self) -> TranscriptLines | None:
        """The lines of the transcript file; None for a release without one."""
        return self._transcripts()

    @property
    def gene_map(self) -> GeneMap:
        """The genes by position; those of the transcripts for a release without genes."""
        return self._gene_map()

    @property
    def annotated_introns(self) -> AnnotatedIntrons:
        """The introns of all transcripts."""
        return self._introns()

    @property
    def base_columns(self) -> tuple[str, ...]:
        """The columns of the base coverage: chromosome, start, end and the samples; empty for a
        release without base coverage.
        """
        return self._base_columns()

    @property
    def other_chromosomes(self) -> frozenset[str]:
        """Chromosomes that have rows but no interval of their own.

        Raises ShardUnavailable or QueryTimeout if their shards do not answer.
        """
        return self._other_chromosomes()

    def chromosome(self, name: str) -> str | None:
        """The name under which the release holds a chromosome, given in any spelling; None if it does
        not have the chromosome.

        Raises BadRegion for an accession of another assembly, and as `other_chromosomes` does.
        """
        release = self.release
        one_name = chromosome_name(name, release.assembly)
        if one_name in release.filled_chroms:
            return one_name
        # Releases that were loaded before names were unified have other spellings.
        other_chroms = self._other_spellings()
        for spelling in (name, one_name, _plain_spelling(one_name, release.assembly)):
            if spelling in other_chroms:
                return other_chroms[spelling]
        return one_name if one_name in release.named_chroms - {OTHERS} else None

    def stored_region(self, region: Region) -> Region:
        """The region on the name under which the release holds its chromosome; unchanged if it does
        not have the chromosome.
        """
        chrom = self.chromosome(region.chrom) or region.chrom
        return region if chrom == region.chrom else replace(region, chrom=chrom)

    def stored_query(self, query: Query) -> Query:
        """The query with the names under which the release holds its chromosomes, in regions and in
        filters; a chromosome that the release does not have keeps its name, and matches nothing.
        Raises BadQuery for samples that the release does not have.
        """
        if query.samples is not None:
            self.check_samples(query.samples.ids)
        if not query.regions and not query.filters:
            return query
        return replace(
            query,
            regions=tuple(self.stored_region(region) for region in query.regions),
            filters=tuple(self.stored_filter(condition) for condition in query.filters),
        )

    def stored_filter(self, condition: Filter) -> Filter:
        """The condition; one that a chromosome is, or is not, this one with the name under which the
        release holds it.
        """
        if not condition.names_chromosome:
            return condition
        return replace(condition, value=self.chromosome(condition.value) or condition.value)

    def _read_other_spellings(self) -> dict[str, str]:
        """The chromosomes that have rows but no interval of their own, by their own and their plain
        spelling.
        """
        release = self.release
        if not any(interval.chrom == OTHERS and interval.content for interval in release.intervals):
            return {}
        names = sorted(self.other_chromosomes)
        plain = {_plain_spelling(name, release.assembly): name for name in names}
        return plain | {name: name for name in names}

    def _read_types(self) -> dict[str, str]:
        statement = _FIELD_TYPES.format(sql.Identifier(self.release.schema))
        with self._catalog.connect() as connection:
            return dict(connection.execute(statement).fetchall())

    def _read_groups(self) -> tuple[SampleGroup, ...]:
        statement = _GROUPS.format(sql.Identifier(self.release.schema))
        with self._catalog.connect() as connection:
            records = connection.execute(statement).fetchall()
        return tuple(
            SampleGroup(number, name, long_name, np.array(members, np.int64))
            for number, name, long_name, members in records
        )

    def _read_search(self) -> SampleSearch:
        content = self._catalog.file(self.release, file_names.SAMPLES)
        if content is None:
            raise NotFound("samples file of", f"{self.release.compilation}/{self.release.name}")
        return SampleSearch(SamplesFile([content]), self.types)

    def _read_transcripts(self) -> TranscriptLines | None:
        content = self._catalog.file(self.release, file_names.TRANSCRIPTS)
        return None if content is None else TranscriptLines([content])

    def _read_gene_map(self) -> GeneMap:
        return GeneMap(self._read(_GENE_SPANS) or self._read(_TRANSCRIPT_SPANS))

    def _read_introns(self) -> AnnotatedIntrons:
        return AnnotatedIntrons(self._read(_INTRONS))

    def _read(self, statement: sql.SQL) -> list[Any]:
        with self._catalog.connect() as connection:
            return connection.execute(
                statement.format(sql.Identifier(self.release.schema))
            ).fetchall()

    def _read_base_columns(self) -> tuple[str, ...]:
        header = self._catalog.file(self.release, file_names.BASES_HEADER)
        return tuple(header.decode().strip("\n").split("\t")) if header else ()


def _plain_spelling(name: str, assembly: str | None) -> str:
    """What two spellings of a chromosome have in common, also if no table knows it: `2l` for `chr2L`."""
    try:
        one_name = chromosome_name(name, assembly)
    except BadRegion:
        # A row of another assembly, in a release that was loaded before such rows were refused.
        one_name = name
    return one_name.lower().removeprefix("chr")


class FactsCache:
    """The facts about the releases that were used most recently."""

    def __init__(
        self, catalog: Catalog, read_other_chromosomes: Callable[[Release], frozenset[str]]
    ) -> None:
        self._catalog = catalog
        self._read_other_chromosomes = read_other_chromosomes
        self._facts: OrderedDict[tuple[str, tuple[int, ...]], ReleaseFacts] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, release: Release) -> ReleaseFacts:
        """The facts about a release. Never waits for a database."""
        # While a shard is unavailable, a partial response is about a release without its intervals.
        key = release.schema, tuple(interval.number for interval in release.intervals)
        with self._lock:
            facts = self._facts.get(key)
            if facts is None:
                facts = ReleaseFacts(self._catalog, release, self._read_other_chromosomes)
                self._facts[key] = facts
                if len(self._facts) > _CACHED_RELEASES:
                    self._facts.popitem(last=False)
            self._facts.move_to_end(key)
            return facts


class _Fact(Generic[Value]):
    """A value that is read at the first call and kept; an error is not kept, so the next call
    retries.
    """

    def __init__(
        self, read_value: Callable[[], Value], lock: AbstractContextManager[object] | None = None
    ) -> None:
        self._read_value = read_value
        self._lock = lock or nullcontext()
        # A list, because None is a valid value: the release has no such file.
        self._values: list[Value] = []

    def __call__(self) -> Value:
        if not self._values:
            with self._lock:
                # Another thread may have finished the same read while this one waited.
                if not self._values:
                    self._values.append(self._read_value())
        return self._values[0]
