"""Builds the arrays of a release from its shards, in one pass over the rows of each source.

What must hold:

- The arrays are written to a folder of another name, which gets its own name when it is complete.
  So readers see all of them or none, and a build that was interrupted is begun again.
- Memory holds the rows of one block, however long a chromosome is.
- Two deployments may share the folder. Neither replaces or deletes arrays of the other's catalog.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snapshard.arrays.array_folder import (
    CONTENT,
    ArrayFolder,
    TrackName,
    array_folder,
    catalog_of,
)
from snapshard.arrays.track import Source, Totals
from snapshard.arrays.track_writer import TrackWriter
from snapshard.errors import BadRelease, BadSource
from snapshard.index import Index, base_values, read_bases
from snapshard.match import Match
from snapshard.membership import Membership
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import OTHERS, Release, SampleGroup
from snapshard.row_kinds import BASE
from snapshard.rows import Rows

ALL_SAMPLES = "all samples"
"""The only group of a release without groups."""
Progress = Callable[[int], None]
_SIGNS = {b"+": "+", b"-": "-"}


def build_arrays(
    index: Index, release: Release, root: Path, *, progress: Progress = lambda _: None
) -> ArrayFolder:
    """The arrays of a release in a folder of their own below `root`; if it is there, it is replaced.

    Progress is called with numbers of rows. Raises BadRelease for a release without samples, while
    another program builds the same arrays, and if those of another catalog have the same name;
    BadSource, with the folder's name, if it cannot be written, such as on a full disk.
    """
    if release.sample_count is None:
        raise BadRelease(f"{release.compilation}/{release.name}: its samples are unknown")
    groups = index.facts.of(release).groups
    catalog = index.catalog.identity()
    partial = root / f".{release.schema}.partial"
    with _only_builder(root, release):
        _check_catalog(root / release.schema, catalog)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            content = _Build(index, release, catalog, tuple(groups), partial, progress).write()
            (partial / CONTENT).write_text(content.to_json(), encoding="utf-8")
            _replace(root / release.schema, partial)
        except OSError as exc:
            raise BadSource(str(partial), exc.strerror or str(exc)) from exc
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return array_folder(root, release)


@contextmanager
def _only_builder(root: Path, release: Release) -> Iterator[None]:
    """Raises BadRelease while another program builds the same arrays: both would write to one folder."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / f".{release.schema}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            name = f"{release.compilation}/{release.name}"
            raise BadRelease(f"another program builds the arrays of {name}; wait for it") from None
        yield


def delete_arrays(root: Path, catalog: str, schemas: frozenset[str]) -> None:
    """Deletes the arrays of all releases of a catalog but those with these schemas. Those of other
    catalogs and other folders stay.
    """
    for content in root.glob(f"*/{CONTENT}"):
        folder = content.parent
        if folder.name not in schemas and catalog_of(folder) == catalog:
            shutil.rmtree(folder)


def _check_catalog(folder: Path, catalog: str) -> None:
    owner = catalog_of(folder)
    if owner is not None and owner != catalog:
        raise BadRelease(
            f"{folder} has arrays of another deployment (catalog {owner}, this one is {catalog});"
            " choose another folder by SNAPSHARD_ARRAYS, or delete it"
        )


def _replace(folder: Path, partial: Path) -> None:
    """Gives the new folder its name. An older one is moved away first: a folder with content cannot be
    replaced in one step.
    """
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(partial, folder)
    shutil.rmtree(old, ignore_errors=True)


@dataclass(frozen=True)
class _Build:
    """The writing of one release's arrays to a folder. A release without groups gets one column, of
    all samples.
    """

    index: Index
    release: Release
    catalog: str
    groups: tuple[SampleGroup, ...]
    folder: Path
    progress: Progress
    names: list[TrackName] = field(default_factory=list)

    def write(self) -> ArrayFolder:
        """The content of the folder, after all arrays have been written."""
        facts = self.index.facts.of(self.release)
        named = sorted(self.release.named_chroms - {OTHERS})
        for chrom in [*named, *sorted(facts.other_chromosomes)]:
            self._write_junctions(chrom)
            if facts.base_columns:
                self._write_bases(chrom)
        groups = tuple(group.name for group in self.groups) or (ALL_SAMPLES,)
        members = tuple(len(group.members) for group in self.groups)
        sizes = {Source.JUNCTIONS.value: members or (self.release.sample_count or 0,)}
        if facts.base_columns:
            sizes[Source.BASES.value] = tuple(map(int, self._base_membership().sum(axis=0)))
        created = self.release.created.isoformat()
        return ArrayFolder(self.folder, self.catalog, created, groups, sizes, tuple(self.names))

    def _write_junctions(self, chrom: str) -> None:
        membership = Membership({number: group.members for number, group in enumerate(self.groups)})
        writers: dict[str, TrackWriter] = {}
        with ExitStack() as stack:
            for rows in self.index.rows(self.release, Query(regions=(Region(chrom),))):
                starts, reads = rows.integers("start"), self._group_reads(rows, membership)
                strands = np.array([_SIGNS.get(text, "?") for text in rows.texts("strand")])
                for strand in np.unique(strands).tolist():
                    if strand not in writers:
                        writer = self._writer(Source.JUNCTIONS, chrom, strand)
                        writers[strand] = stack.enter_context(writer)
                    is_here = strands == strand
                    writers[strand].add_points(starts[is_here], reads[is_here])
                self.progress(len(rows))

    def _group_reads(self, rows: Rows, membership: Membership) -> Totals:
        """The reads of each row in each group."""
        if not self.groups:
            return rows.integers("coverage_sum").astype(np.float64)[:, None]
        pairs, width = rows.pairs, len(self.groups)
        index, numbers = membership.expand(pairs.samples)
        cells = pairs.row_of[index] * width + numbers
        coverages = pairs.coverages[index].astype(np.float64)
        sums: Totals = np.bincount(cells, coverages, len(rows) * width).astype(np.float64)
        return sums.reshape(len(rows), width)

    def _write_bases(self, chrom: str) -> None:
        membership = self._base_membership()
        with ExitStack() as stack:
            writer: TrackWriter | None = None
            for rows in self._base_rows(chrom):
                if writer is None:
                    writer = stack.enter_context(self._writer(Source.BASES, chrom, "?"))
                # Lines are 0-based and half-open.
                starts, ends = rows.integers("start") + 1, rows.integers("end")
                writer.add_stretches(starts, ends, base_values(rows) @ membership)
                self.progress(len(rows))

    def _base_rows(self, chrom: str) -> Iterator[Rows]:
        return read_bases(
            self.index,
            self.release,
            Region(chrom),
            match=Match.OVERLAP,
            columns=self.index.facts.of(self.release).base_columns,
            slot=nullcontext,
        )

    def _base_membership(self) -> NDArray[np.float64]:
        """1 where the sample of a column of base coverage (a row here) is in a group (a column)."""
        columns = self.index.facts.of(self.release).base_columns[len(BASE.columns) :]
        if not self.groups:
            return np.ones((len(columns), 1))
        samples = np.array(columns, np.int64)
        masks = [np.isin(samples, group.members) for group in self.groups]
        return np.column_stack(masks).astype(np.float64)

    def _writer(self, source: Source, chrom: str, strand: str) -> TrackWriter:
        name = TrackName(source, chrom, strand)
        self.names.append(name)
        positions, totals = (name.file(self.folder, array) for array in ("positions", "totals"))
        return TrackWriter(positions, totals, groups=len(self.groups) or 1)
