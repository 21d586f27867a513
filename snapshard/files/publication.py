"""Publishes a release as files: the shards are read once, a chromosome after the other.

What must hold:

- The manifest is written last, when every file has been read back and found to be what was written.
  Whatever stops a publication before, there is no manifest.
- After each chromosome, the draft of the manifest is written. The next run keeps those of its files
  whose bytes are unchanged, and writes the others again.
- A release is immutable, so the same load always has the same rows. The draft of another load, which
  has another time of creation, is not resumed.
- Memory holds a row group of each table, however long a chromosome is.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pyarrow as pa

from snapshard.catalog import file_names
from snapshard.errors import BadRelease
from snapshard.files.browser_files import BED, BED_INDEX, BIGBED, write_bed, write_bigbed
from snapshard.files.facts_tables import (
    GENES,
    GROUPS,
    TRANSCRIPTS,
    group_table,
    record_batches,
    sample_batches,
    sample_schema,
)
from snapshard.files.manifest import DRAFT_NAME, NAME, Manifest, PublishedFile, parse_manifest
from snapshard.files.schemas import (
    GROUP_SUMMARIES,
    JUNCTIONS,
    PAIRS,
    group_summary_table,
    junction_table,
    pair_table,
)
from snapshard.files.store import Store
from snapshard.files.table_file import Layout, TableFile, hashed_output, published
from snapshard.files.verification import check_file, is_unchanged
from snapshard.index import Index, block_directories, block_spans
from snapshard.membership import Membership
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import OTHERS, Release
from snapshard.rows import Rows

JUNCTION_ROWS = 122_880
"""Junctions in a row group, the size of DuckDB's own."""
PAIR_ROWS = 16_384
"""Junctions with their lists in a row group, at most (see table_file.py)."""
Progress = Callable[[int], None]
_SCHEMAS = {
    "junctions": JUNCTIONS,
    "pairs": PAIRS,
    "group_summaries": GROUP_SUMMARIES,
    "groups": GROUPS,
    "genes": GENES,
    "transcripts": TRANSCRIPTS,
}
_LAYOUTS = {"junctions": Layout(JUNCTION_ROWS), "pairs": Layout(PAIR_ROWS)}


def publish(
    index: Index, release: Release, target: str, *, progress: Progress = lambda _: None
) -> Manifest:
    """The manifest of the release's files below a folder or s3://BUCKET/PREFIX, in `release=NAME`.

    An interrupted publication is resumed. If the files are there already, they are checked. Progress
    is called with numbers of junctions. Raises BadRelease if other data have that place, and
    BadSource, with the name, for a file that does not read back as it was written.
    """
    store = Store.open(target).below(f"release={release.name}")
    publication = Publication(index, release, store, progress)
    manifest = read_manifest(store, NAME)
    if manifest is None:
        return publication.write()
    if manifest.provenance != publication.empty.provenance:
        raise BadRelease(
            f"{store.location} has {manifest.name} of {manifest.provenance.get('created')}, not"
            f" {release.compilation}/{release.name} of {release.created}; publish to another folder"
        )
    for file in manifest.files:
        check_file(store, file)
    return manifest


def read_manifest(store: Store, name: str) -> Manifest | None:
    """The manifest in a file of a store; None if there is no file. Raises BadSource."""
    text = store.read(name)
    return None if text is None else parse_manifest(text, f"{store.location}/{name}")


@dataclass(frozen=True)
class Publication:
    """The writing of one release to one store."""

    index: Index
    release: Release
    store: Store
    progress: Progress

    @property
    def empty(self) -> Manifest:
        """The manifest before anything is written."""
        release = self.release
        origin = {
            **release.provenance(),
            "title": release.title,
            "created": release.created.isoformat(),
            "chromosomes": sorted(release.named_chroms - {OTHERS}),
            "notices": list(release.notices),
        }
        return Manifest(origin)

    def write(self) -> Manifest:
        """The manifest, after all files have been written."""
        manifest = self._resumable()
        chroms = chromosomes(self.index, self.release)
        for chrom in chroms:
            if chrom not in manifest.chromosomes:
                manifest = manifest.with_files(self._write_chromosome(chrom))
                self.store.write(DRAFT_NAME, manifest.to_json())
        if manifest.row_count("junctions") != self.release.row_count:
            counts = f"{manifest.row_count('junctions')} of {self.release.row_count}"
            raise BadRelease(f"{self.store.location}: {counts} junctions were read from the shards")
        # A chromosome that was written again stands behind the others in the draft.
        in_order = sorted(manifest.files, key=lambda file: chroms.index(file.chromosome or ""))
        manifest = self._with_facts(self.empty.with_files(in_order))
        self.store.write(NAME, manifest.to_json())
        self.store.delete(DRAFT_NAME)
        return manifest

    def _resumable(self) -> Manifest:
        """The draft with the chromosomes whose files are all unchanged."""
        draft = read_manifest(self.store, DRAFT_NAME)
        if draft is None or draft.provenance != self.empty.provenance:
            return self.empty
        changed = {file.chromosome for file in draft.files if not is_unchanged(self.store, file)}
        return self.empty.with_files(
            [file for file in draft.files if file.chromosome not in changed]
        )

    def _write_chromosome(self, chrom: str) -> list[PublishedFile]:
        """The files of one chromosome, written in one pass over its rows and read back."""
        folder = f"chromosome={quote(chrom, safe='')}"
        makers = self._makers()
        with ExitStack() as stack:
            files: dict[str, TableFile] = {}
            for table in makers:
                output = stack.enter_context(self.store.output(f"{folder}/{table}.parquet"))
                layout = _LAYOUTS.get(table, Layout(JUNCTION_ROWS))
                files[table] = stack.enter_context(
                    closing(TableFile(output, _SCHEMAS[table], layout))
                )
            for rows in self._rows(chrom):
                for table, make in makers.items():
                    files[table].add(make(rows))
                self.progress(len(rows))
            for file in files.values():
                file.finish()
        entries = [
            published(f"{folder}/{table}.parquet", table, chrom, file)
            for table, file in files.items()
        ]
        for entry in entries:
            check_file(self.store, entry)
        return entries

    def _makers(self) -> dict[str, Callable[[Rows], pa.Table]]:
        """For each table of a chromosome, the function that makes it from rows."""
        makers: dict[str, Callable[[Rows], pa.Table]] = {
            "junctions": junction_table,
            "pairs": pair_table,
        }
        groups = self.index.facts.of(self.release).groups
        if groups:
            membership = Membership({group.number: group.members for group in groups})
            makers["group_summaries"] = partial(
                group_summary_table, membership=membership, groups=groups
            )
        return makers

    def _rows(self, chrom: str) -> Iterator[Rows]:
        return self.index.rows(self.release, Query(regions=(Region(chrom),)))

    def _with_facts(self, manifest: Manifest) -> Manifest:
        """The manifest with the files of the whole release."""
        facts = self.index.facts.of(self.release)
        batches = partial(record_batches, self.index, self.release)
        entries = [
            self._write_table("genes", GENES, batches("gene", GENES)),
            self._write_table("transcripts", TRANSCRIPTS, batches("transcript", TRANSCRIPTS)),
            self._write_table("groups", GROUPS, [group_table(facts)]),
        ]
        schemas = dict(_SCHEMAS)
        if self.release.sample_count is not None:
            schemas["samples"] = sample_schema(facts)
            tables = sample_batches(facts, schemas["samples"])
            entries.append(self._write_table("samples", schemas["samples"], tables))
            entries.append(self._write_samples_file())
        entries += self._write_browser_files(manifest)
        for entry in entries:
            check_file(self.store, entry)
        types = {
            table: {field.name: str(field.type) for field in schema}
            for table, schema in schemas.items()
        }
        return Manifest(manifest.provenance, (*manifest.files, *entries), types, facts.types)

    def _write_table(
        self, table: str, schema: pa.Schema, tables: Iterable[pa.Table]
    ) -> PublishedFile:
        path = f"{table}.parquet"
        with (
            self.store.output(path) as output,
            closing(TableFile(output, schema, Layout(JUNCTION_ROWS))) as file,
        ):
            for part in tables:
                file.add(part)
            file.finish()
        return published(path, table, None, file)

    def _write_browser_files(self, manifest: Manifest) -> list[PublishedFile]:
        """The junctions as BED with its index, and as bigBed, made from the files; their writers need
        a folder of this machine.
        """
        entries = []
        with TemporaryDirectory(prefix="snapshard-bed-") as folder:
            path = Path(folder) / BED
            rows = write_bed(self.store, manifest, path)
            write_bigbed(self.store, manifest, path.with_name(BIGBED))
            for name in (BED, BED_INDEX, BIGBED):
                with (
                    hashed_output(self.store, name) as output,
                    (path.parent / name).open("rb") as file,
                ):
                    copyfileobj(file, output)
                entries.append(PublishedFile(name, name, None, rows, output.bytes, output.sha256))
        return entries

    def _write_samples_file(self) -> PublishedFile:
        """The samples file as it was loaded, compressed: searches need its very words."""
        samples = self.index.facts.of(self.release).samples
        path = f"{file_names.SAMPLES}.zst"
        with hashed_output(self.store, path) as output:
            with pa.CompressedOutputStream(pa.PythonFile(output, mode="w"), "zstd") as stream:
                for piece in samples.mapped.pieces():
                    stream.write(piece)
            return PublishedFile(
                path, file_names.SAMPLES, None, len(samples.ids), output.bytes, output.sha256
            )


def chromosomes(index: Index, release: Release) -> list[str]:
    """The chromosomes that have junctions, in genome order."""
    names: list[str] = []
    for directory in block_directories(index, release):
        interval = directory.interval
        if interval.chrom != OTHERS:
            names.append(interval.chrom)
        else:
            names += [span.chrom for span in block_spans(index, release, directory)]
    return list(dict.fromkeys(names))
