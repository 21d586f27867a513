"""A published release as an object: the client's methods over its files, without a server."""

import warnings
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

import pyarrow as pa
import pyarrow.parquet as pq

from snapshard.annotation_classes import annotation_classes
from snapshard.catalog import Gene, placed_gene_members
from snapshard.chromosome import chromosome_name
from snapshard.client.connection import warn_if_truncated
from snapshard.client.errors import Truncated
from snapshard.client.selection import Numbers, Selection, Texts, as_tuple
from snapshard.errors import BadQuery, NotFound
from snapshard.files.gene_names import gene_places
from snapshard.files.manifest import NAME, Manifest
from snapshard.files.pair_frame import pair_frame
from snapshard.files.publication import read_manifest
from snapshard.files.published_groups import GroupOptions, PublishedGroups, read_groups
from snapshard.files.published_samples import PublishedSamples
from snapshard.files.row_source import FileRows
from snapshard.files.store import Store
from snapshard.filters import Filter, parse_filter
from snapshard.junction import SUMMARY
from snapshard.match import Match
from snapshard.measures import MIN_READS, SITE_JUNCTIONS, PsiReport, parse_event, read_events
from snapshard.name import name_prefix
from snapshard.pairs import SampleSet
from snapshard.query import Query
from snapshard.region import Region, parse_region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from snapshard.client.matrix import Matrix

_FOLDER = "release="
_DEFAULT_COLUMNS = (*SUMMARY, "class", "name")


class Conditions(TypedDict, total=False):
    """The conditions of a query except regions, in the words of the client (see client/selection.py)."""

    gene: Texts
    ids: Numbers
    match: str | None
    filter: Texts
    sample_ids: Numbers
    group: Texts


def open(  # as in gzip.open, it is called with the name of its module
    location: str | Path, release: str | None = None
) -> "ReleaseFiles":
    """A published release in a folder or at s3://BUCKET/PREFIX, the target of `publish-files` or the
    folder `release=NAME` in it.

    The release may be omitted if there is one. Raises NotFound with the names of the releases, and
    BadSource for files that are not complete.
    """
    store = Store.open(location)
    manifest = read_manifest(store, NAME)
    if manifest is not None and release in (None, manifest.provenance["release"]):
        return ReleaseFiles(store, manifest)
    names = [name.removeprefix(_FOLDER) for name in store.folders() if name.startswith(_FOLDER)]
    if release is None and len(names) == 1:
        release = names[0]
    if release is None or release not in names:
        raise NotFound("published release at", str(location), ", ".join(names))
    below = store.below(f"{_FOLDER}{release}")
    manifest = read_manifest(below, NAME)
    if manifest is None:
        raise NotFound(
            "complete publication at",
            below.location,
            f"none until {NAME} is written; run publish-files again",
        )
    return ReleaseFiles(below, manifest)


class ReleaseFiles:
    """Queries of a published release. It is a context manager; close it at the end.

    Answers equal those of a server with the same release. All positions are 1-based and closed; a
    junction's are the first and last base of its intron. DataFrames carry the compilation, release,
    assembly and sample count in `attrs`.
    """

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self.manifest = manifest
        self._store = store
        self._release = _release_of(manifest)
        self._rows = FileRows(store, manifest, Settings())
        self._samples = PublishedSamples(store, manifest)

    def __repr__(self) -> str:
        return f"ReleaseFiles({self.manifest.name!r}, {self._store.location!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes all files."""
        self._rows.close()

    def junctions(
        self,
        region: Texts = (),
        *,
        columns: Texts = (),
        limit: int | None = None,
        **conditions: Unpack[Conditions],
    ) -> "pd.DataFrame":
        """A row per junction, in genome order, with typed columns; by default all but the samples.

        With sample_ids or group, counts are recomputed over these samples, and junctions that none of
        them has are left out. With a limit, `attrs["truncated"]` tells whether there is more.
        """
        from snapshard.client.frames import junction_frame

        names = as_tuple(columns) or _DEFAULT_COLUMNS
        query = self._query(region, conditions)
        if query.samples is None and "samples" not in names:
            rows = self._read(query, names, limit)
        else:
            rows = self._with_class(self._whole_rows(query, limit), names)
        return junction_frame(*self._page(rows, limit))

    def tidy(
        self, region: Texts = (), *, limit: int | None = None, **conditions: Unpack[Conditions]
    ) -> "pd.DataFrame":
        """A row per junction and sample with reads: the junction's id and position, rail_id, coverage.

        The limit counts junctions.
        """
        from snapshard.client.frames import tidy_frame

        query = self._query(region, conditions)
        if limit is None and query.samples is None and not query.filters:
            return pair_frame(self._rows.pairs(query), {**self._about, "truncated": False})
        return tidy_frame(*self._page(self._whole_rows(query, limit), limit))

    def matrix(
        self, region: Texts = (), *, limit: int | None = None, **conditions: Unpack[Conditions]
    ) -> "Matrix":
        """Reads per junction and sample, as a sparse matrix with its row and column keys.

        With sample_ids, it has a column for each of them. Raises MissingExtra without scipy.
        """
        from snapshard.client.matrix import coverage_matrix

        rows = self._whole_rows(self._query(region, conditions), limit)
        return coverage_matrix(*self._page(rows, limit), conditions.get("sample_ids"))

    def count(self, region: Texts = (), **conditions: Unpack[Conditions]) -> int:
        """The number of matching junctions."""
        return self._rows.count(self._release, self._query(region, conditions))

    def samples(
        self, words: Texts = (), *, filter: Texts = (), fields: Texts = ()
    ) -> "pd.DataFrame":
        """A row per sample, indexed by rail_id. All words and conditions, such as `SMRIN>=7`, hold."""
        from snapshard.client.frames import sample_frame

        rows = self._samples.matching(as_tuple(words), as_tuple(filter), as_tuple(fields))
        letters = {"i": "integer", "f": "decimal", "t": "text"}
        types = {name: letters[letter] for name, letter in self.manifest.sample_fields.items()}
        return sample_frame(rows, types, self._about)

    def accession(self, names: Texts) -> list[int]:
        """The rail_ids of the samples of studies, runs or donors, such as SRP012682, SRR1069514 or
        GTEX-1117F: those with this text as the value of a field. Raises NotFound.
        """
        return self._samples.with_accessions(as_tuple(names))

    def groups(self) -> "pd.DataFrame":
        """The sample groups, such as tissues, with the number of samples of each."""
        from snapshard.client.frames import record_frame
        from snapshard.wire import GROUP

        return record_frame(self._groups.records(), GROUP, self._about)

    def gene(self, name: str) -> dict[str, object]:
        """A gene by its symbol, or by its ID with or without version; `parts` are its places in genome
        order. Raises NotFound, or Ambiguous with the choices.
        """
        return placed_gene_members(self._places(name))

    def psi(
        self,
        *,
        include: Texts = (),
        exclude: Texts = (),
        exon: Texts = (),
        site: str | None = None,
        min_reads: int = MIN_READS,
        samples: bool = False,
        limit: int = SITE_JUNCTIONS,
        **options: Unpack[GroupOptions],
    ) -> "pd.DataFrame":
        """PSI of a splicing event, a row per group of samples; docs/answers.md defines it.

        The event is given by junctions of inclusion and exclusion (`chr2:100-200:+`), by a cassette
        exon, by two mutually exclusive exons, or by a site (`chr2:100:+`), of which every junction is
        an event. With samples=True, a row per informative sample with a Jeffreys interval.

        `attrs["events"]` has the junctions, and PSI over all samples. A `Truncated` warning reports
        that a site has more than `limit` junctions, or that there are more than `top` groups.
        """
        from snapshard.client.frames import psi_frame

        request = parse_event(
            self._release.assembly,
            self._stored,
            include=as_tuple(include),
            exclude=as_tuple(exclude),
            exons=as_tuple(exon),
            site=site,
        )
        choice, groups = read_groups(options)
        report = PsiReport(self._groups.grouping(choice), groups, min_reads, samples)
        events, has_more = read_events(self._rows, self._release, request, limit=limit)
        members = report.members(events, self._release.sample_count, has_more=has_more)
        response = {"about": self._about, **members}
        warn_if_truncated(response, "truncated: there are more junctions or groups")
        return psi_frame(response, samples=samples)

    @cached_property
    def _about(self) -> dict[str, Any]:
        return self._release.provenance()

    @cached_property
    def _groups(self) -> PublishedGroups:
        return PublishedGroups(self._table("groups"), self._samples)

    @cached_property
    def _genes(self) -> pa.Table:
        return self._table("genes")

    @cached_property
    def _transcripts(self) -> pa.Table:
        return self._table("transcripts")

    def _table(self, table: str) -> pa.Table:
        entry = self.manifest.file(table)
        if entry is None:
            raise NotFound(f"table {table} of", self.manifest.name)
        with self._store.input(entry.path) as source:
            return pq.ParquetFile(source).read()

    def _places(self, name: str) -> list[Gene]:
        return gene_places(self._genes, self._transcripts, name)

    def _query(self, region: Texts, conditions: Conditions) -> Query:
        selection = Selection.of(region, **conditions)
        regions = [self._region(text) for text in selection.region]
        for name in selection.gene:
            regions += [Region(gene.chrom, gene.start, gene.end) for gene in self._places(name)]
        if regions and selection.ids:
            raise BadQuery("ids", selection.ids[0], "ids, or regions and genes, not both")
        samples = self._sample_set(selection)
        sample_count = self._release.sample_count if samples is None else len(samples)
        return Query(
            regions=tuple(regions),
            ids=selection.ids or None,
            match=Match(selection.match) if selection.match else Match.OVERLAP,
            filters=tuple(self._filter(text, sample_count) for text in selection.filter),
            samples=samples,
        )

    def _region(self, text: str) -> Region:
        return self._stored(parse_region(text, self._release.assembly))

    def _stored(self, region: Region) -> Region:
        return Region(self._chromosome(region.chrom), region.start, region.end)

    def _filter(self, text: str, sample_count: int | None) -> Filter:
        condition = parse_filter(text, sample_count=sample_count)
        if not condition.names_chromosome:
            return condition
        return Filter(condition.column, condition.operator, self._chromosome(condition.value))

    def _chromosome(self, name: str) -> str:
        """The name under which the release has a chromosome. Raises NotFound if it does not have it."""
        provenance = self.manifest.provenance
        chroms = dict.fromkeys((*provenance["chromosomes"], *self.manifest.chromosomes))
        for spelling in (name, chromosome_name(name, self._release.assembly)):
            if spelling in chroms:
                return spelling
        raise NotFound("chromosome", name, ", ".join(chroms))

    def _sample_set(self, selection: Selection) -> SampleSet | None:
        if not selection.sample_ids and not selection.group:
            return None
        self._samples.check(selection.sample_ids)
        ids = set(selection.sample_ids)
        if selection.group:
            for group in self._groups.named(selection.group):
                ids.update(group.members.tolist())
        return SampleSet(ids)

    def _whole_rows(self, query: Query, limit: int | None) -> Rows:
        most = None if limit is None else limit + 1
        parts = self._rows.rows(self._release, query, limit=most)
        return Rows(b"".join(rows.text for rows in parts))

    def _read(self, query: Query, names: Sequence[str], limit: int | None) -> Rows:
        most = None if limit is None else limit + 1
        parts = self._rows.summaries(self._release, query, columns=names, limit=most)
        return Rows(b"".join(rows.text for rows in parts), tuple(names))

    def _with_class(self, rows: Rows, names: Sequence[str]) -> Rows:
        """These columns of whole rows, of which class and name are made here."""
        if not rows.text:
            return Rows(b"", tuple(names))
        prefix = name_prefix(self._release.assembly).encode()
        columns: dict[str, list[bytes]] = {
            name: rows.texts(name) for name in {*rows.columns} & {*names}
        }
        if "class" in names:
            columns["class"] = [text.encode() for text in annotation_classes(rows)]
        if "name" in names:
            parts = zip(*map(rows.texts, ("chromosome", "start", "end", "strand")), strict=True)
            columns["name"] = [prefix + b"%s:%s-%s:%s" % fields for fields in parts]
        lines = zip(*[columns[name] for name in names], strict=True)
        return Rows(b"".join(b"\t".join(line) + b"\n" for line in lines), tuple(names))

    def _page(self, rows: Rows, limit: int | None) -> tuple[Rows, dict[str, Any]]:
        """The first rows up to the limit, and the description of the data; warns if there are more."""
        is_truncated = limit is not None and len(rows) > limit
        if limit is not None and is_truncated:
            rows = rows.take(range(limit))
            message = f"truncated at limit={limit}: there are more rows"
            warnings.warn(message, Truncated, stacklevel=3)
        return rows, {**self._about, "truncated": is_truncated}


def _release_of(manifest: Manifest) -> Release:
    """The release that a manifest describes; it has no intervals, because no shard is asked."""
    origin = manifest.provenance
    return Release(
        compilation=origin["compilation"],
        name=origin["release"],
        schema="",
        state="published",
        title=origin["title"],
        assembly=origin["assembly"],
        simulated=origin["simulated"],
        sample_count=origin["sample_count"],
        created=datetime.fromisoformat(origin["created"]),
        published=None,
        intervals=(),
    )
