"""Snapshard in process: the library over the embedded server, with 1, 4 or 25 shards."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from analysis.benchmark.compilation import Compilation
from analysis.benchmark.question import Question
from analysis.benchmark.systems.postgres import SERVER, server
from analysis.benchmark.systems.system import Unanswerable, peak_of
from snapshard.catalog import gene_regions
from snapshard.index import Index
from snapshard.junction import SUMMARY
from snapshard.match import Match
from snapshard.measures import SplicedIn, percent_spliced_in, sample_sums, stored_detections
from snapshard.pairs import Pairs, SampleSet
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.settings import Settings
from snapshard_populate.loading import Compilation as Files
from snapshard_populate.loading import LoadPlan, Progress, load_compilation
from snapshard_populate.releases import (
    abandon_release,
    default_layout,
    publish_release,
    release_statuses,
)

_SIZES = (
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = %s::regnamespace"
)
RELEASE = "r1"


@dataclass(frozen=True)
class Library:
    """A compilation of its own on this many shards."""

    shards: int

    @property
    def name(self) -> str:
        return f"library-{self.shards}"

    @property
    def title(self) -> str:
        return f"Snapshard, {self.shards} shard{'s' * (self.shards > 1)}, library"

    @property
    def compilation(self) -> str:
        """The name of its compilation on the server."""
        return f"sim{self.shards}"

    @property
    def _shard_names(self) -> list[str]:
        return [f"{self.compilation}-{number:02}" for number in range(1, self.shards + 1)]

    def files(self, folder: Path) -> Path:
        """The folder of the embedded server."""
        return folder / SERVER

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Loads with all checks, indexes, summaries and verification; a single shard is loaded by one
        process from the text, to compare with raw COPY.
        """
        single = self.shards == 1
        files = _files(compilation, self.compilation, indexed=not single)
        if single:
            return _load(folder, self._plan(files)) | {"bare rows": _load_bare(folder, compilation)}
        return _load(folder, self._plan(files))

    def _plan(self, files: Files) -> LoadPlan:
        plan = LoadPlan(files, default_layout(self._shard_names), RELEASE)
        return replace(plan, jobs=1) if self.shards == 1 else plan

    def sizes(self, folder: Path) -> dict[str, int]:
        """Bytes by table, summed over the shards, with indexes."""
        totals: dict[str, int] = {}
        with server(folder) as embedded:
            shards = embedded.shard_map()
            for name in self._shard_names:
                with psycopg.connect(shards.address(name)) as connection:
                    schema = f'"{self.compilation}@{RELEASE}"'
                    for table, size in connection.execute(_SIZES, [schema]).fetchall():
                        totals[table] = totals.get(table, 0) + size
        return totals

    @contextmanager
    def session(self, folder: Path) -> Iterator["LibrarySession"]:
        """An index over the shards."""
        with server(folder) as embedded:
            index = Index(embedded.shard_map, Settings())
            try:
                yield LibrarySession(index, index.catalog.release(self.compilation))
            finally:
                index.close()


class LibrarySession:
    """Questions as calls of the library."""

    def __init__(self, index: Index, release: Release) -> None:
        self.index = index
        self.release = release

    def rows(self, question: Question) -> Iterator[Rows]:
        """A stream of rows with samples."""
        return self.index.rows(self.release, _query(question))

    def summaries(self, question: Question) -> Iterator[Rows]:
        """Rows without samples: a page if the answer fits one, else a stream."""
        if question.gene:
            question = replace(
                question,
                regions=tuple(gene_regions(self.index.catalog, self.release, question.gene)),
            )
        limit = Settings().max_rows if question.page else None
        return self.index.summaries(self.release, _query(question), columns=SUMMARY, limit=limit)

    def count(self, question: Question) -> int:
        """Counted by all shards at once."""
        return self.index.count(self.release, _query(question))

    def subset(self, question: Question) -> Iterator[Rows]:
        """Rows restricted to samples."""
        return self.index.rows(
            self.release, replace(_query(question), samples=SampleSet(question.samples))
        )

    def coverage(self, question: Question) -> Pairs:
        """Samples and reads as arrays."""
        return self._row(question.region).pairs

    def psi(self, question: Question) -> SplicedIn:
        """Computed by the library."""
        return percent_spliced_in(
            *[sample_sums([self._row(region)]) for region in question.regions]
        )

    def tissues(self, question: Question) -> dict[str, tuple[int, int]]:
        """The samples and reads by tissue, from the stored summaries."""
        (detections,) = stored_detections(self.index, self.release, question.region)
        return {group.name: (count.samples, count.reads) for group, count in detections}

    def export(self, question: Question) -> Iterator[Rows]:
        """All rows."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """The peak of this process, without PostgreSQL's."""
        return peak_of()

    def _row(self, region: Any) -> Rows:
        parts = self.index.rows(self.release, Query((region,), match=Match.EXACT), limit=2)
        return Rows(b"".join(rows.text for rows in parts))


@dataclass(frozen=True)
class Apart:
    """The shards of a library queried one after the other: the sum of their times."""

    of: Library

    @property
    def name(self) -> str:
        return f"apart-{self.of.shards}"

    @property
    def title(self) -> str:
        return f"{self.of.title}, shard after shard"

    def files(self, folder: Path) -> Path:
        """The files of the library."""
        return self.of.files(folder)

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Does nothing: the library has loaded it."""
        return {}

    def sizes(self, folder: Path) -> dict[str, int]:
        """Empty: it has no files of its own."""
        return {}

    @contextmanager
    def session(self, folder: Path) -> Iterator["ApartSession"]:
        """A session of the library."""
        with self.of.session(folder) as session:
            yield ApartSession(session)


class ApartSession:
    """A session that only counts."""

    def __init__(self, session: LibrarySession) -> None:
        self._session = session

    def count(self, question: Question) -> int:
        """The sum of the counts of all intervals, for the whole genome only."""
        if question.regions:
            raise Unanswerable(question.label)
        release = self._session.release
        parts = [replace(release, intervals=(interval,)) for interval in release.intervals]
        return sum(self._session.index.count(part, _query(question)) for part in parts)

    def peak_memory(self) -> int:
        """The peak of this process."""
        return peak_of()


def _query(question: Question) -> Query:
    return Query(question.regions, question.ids or None, question.match, question.filters)


def _files(compilation: Compilation, name: str, *, indexed: bool) -> Files:
    folder = compilation.folder
    junctions = compilation.indexed if indexed else compilation.text
    tables = {
        "samples": folder / "samples.tsv",
        "groups": folder / "samples.groups.tsv",
        "annotation": folder / "gencode.gff3",
    }
    paths = {name: str(path) for name, path in tables.items()}
    return Files(
        name, str(junctions), title="Simulated", assembly="GRCh38", simulated=True, **paths
    )


def _load(folder: Path, plan: LoadPlan) -> dict[str, float]:
    """Seconds by phase: rows (with their summaries), indexes, verify. A phase ends with the first
    report of the next.
    """
    marks: dict[str, float] = {}

    def report(progress: Progress) -> None:
        marks.setdefault(progress.phase, time.perf_counter())

    with server(folder) as embedded:
        shards = embedded.ensure_shards({interval.shard for interval in plan.intervals})
        name = plan.compilation.name
        states = {status.state for status in release_statuses(shards.catalog, name)}
        if states:
            # A run was interrupted here; a release that it completed has lost only its times.
            abandon_release(shards, f"{name}@{RELEASE}")
        if "verified" in states:
            publish_release(shards.catalog, name, RELEASE)
        if states & {"verified", "published"}:
            return {}
        began = time.perf_counter()
        load_compilation(shards, plan, report=report)
        ended = time.perf_counter()
    if len(shards.addresses) and plan.jobs == 1:
        return {
            "rows": marks["indexes"] - began,
            "indexes": marks["done"] - marks["indexes"],
            "verify": ended - marks["done"],
        }
    return {"all": ended - began}


def _load_bare(folder: Path, compilation: Compilation) -> float:
    """Seconds to load the rows alone: with checks, without summaries of groups, before the indexes.
    The release is dropped afterwards.
    """
    name = "bare"
    plan = LoadPlan(
        Files(name, str(compilation.text), simulated=True),
        default_layout([name]),
        RELEASE,
        jobs=1,
    )
    marks: dict[str, float] = {}

    def report(progress: Progress) -> None:
        marks.setdefault(progress.phase, time.perf_counter())

    with server(folder) as embedded:
        shards = embedded.ensure_shards([name])
        abandon_release(shards, f"{name}@{RELEASE}")
        began = time.perf_counter()
        load_compilation(shards, plan, steps=(), report=report)
        abandon_release(shards, f"{name}@{RELEASE}")
    return marks["indexes"] - began


LIBRARIES = tuple(Library(shards) for shards in (1, 4, 25))
APART = Apart(LIBRARIES[-1])
