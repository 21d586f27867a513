"""Loads a compilation: begins a release, fills its shards in parallel processes, verifies and
publishes it.

Every step can be repeated. A release that was interrupted while loading is resumed under its name:
begin finds it, loaded shards are skipped, and the release becomes visible only when it is
published.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from snapshard.connections import CATALOG, ShardMap
from snapshard.errors import BadRelease, BadRow, BadSource, NotFound
from snapshard.pairs import SampleSet
from snapshard.release import Interval
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.loading.earlier_annotation import copy_annotation
from snapshard_populate.loading.guards import refused_notice
from snapshard_populate.loading.pieces import IntervalFinder, Piece, read_pieces
from snapshard_populate.loading.row_sources import Reading, RowSource, row_sources
from snapshard_populate.loading.shard import (
    Progress,
    Report,
    ShardShare,
    ignore,
    is_loaded,
    load_shard,
    record_reading,
)
from snapshard_populate.loading.side_files import describe
from snapshard_populate.loading.verify import verify_release
from snapshard_populate.loading.workers import run_each, run_fed
from snapshard_populate.reading import ErrorBudget
from snapshard_populate.releases import (
    NewRelease,
    ReleaseStatus,
    abandon_release,
    add_notices,
    begin_release,
    find_assembly,
    find_release,
    lock_shared,
    prepare_catalog,
    publish_release,
    read_intervals,
    session,
)

Connection = psycopg.Connection[Any]

_SELECT_SAMPLES = "SELECT rail_id FROM {}.sample"
"""The samples of a release's samples file."""

UNKNOWN_ASSEMBLY = (
    "the assembly is unknown, so names of junctions do not state it; if you know it, load with "
    "--assembly, such as --assembly GRCh38"
)
"""What a release notes that was loaded without an assembly."""


@dataclass(frozen=True)
class LoadPlan:
    """The compilation to load, its intervals, the release's name, and limits.

    jobs: processes that work at a time if each reads its own part of an indexed source. If a source
    is read once for all, every shard has a process at once. max_errors: bad rows that are left out
    and reported; with one more, nothing is kept.
    """

    compilation: Compilation
    intervals: Sequence[Interval]
    release: str | None = None
    max_errors: int = 0
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)

    def budget(self, bad_row: Callable[[BadRow], None] = ignore) -> ErrorBudget:
        """The budget of bad rows for all steps of the load; `bad_row` receives each."""
        return ErrorBudget(self.max_errors, report=bad_row)


@dataclass(frozen=True)
class ShardTask:
    """The load of one shard, to be run in a process of its own."""

    shards: ShardMap
    schema: str
    shard: str
    intervals: tuple[Interval, ...]
    sources: tuple[RowSource, ...]
    reads_sources: bool
    max_errors: int

    def run(
        self, *, pieces: Iterator[Piece], report: Report, bad_row: Callable[[BadRow], None]
    ) -> None:
        """Loads the shard if it is not loaded: from its own sources, or else from these pieces."""
        reading: Reading | None = None
        if self.reads_sources:
            reading = Reading(
                samples=read_samples(self.shards.catalog, self.schema),
                errors=ErrorBudget(self.max_errors, report=bad_row),
                report=partial(_report_reading, report, self.shard),
            )
            numbers = {
                interval.number for interval in self.intervals if interval.shard == self.shard
            }
            pieces = read_pieces(self.sources, IntervalFinder(self.intervals), numbers, reading)
        kinds = tuple(source.kind for source in self.sources)
        share = ShardShare(self.schema, self.shard, kinds)
        load_shard(self.shards, share, pieces, reading=reading, report=report)


def load_compilation(
    shards: ShardMap,
    plan: LoadPlan,
    *,
    steps: Collection[str] = ("verify", "publish"),
    report: Report = ignore,
    bad_row: Callable[[BadRow], None] = ignore,
) -> ReleaseStatus:
    """The status of the release after loading it and taking the steps `verify` and `publish`.

    A release of the plan's name that is still loading is resumed: loaded shards are skipped. If bad
    rows exceed the budget, or a source cannot be used, a release that began here is dropped again.
    After any other failure (an unavailable shard, a kill), loaded shards are kept for the next try.
    """
    errors = plan.budget(bad_row)
    schema, is_new = begin_compilation(shards, plan, report=report, errors=errors)
    compilation, _, name = schema.partition("@")
    try:
        with _protected_from_prune(shards, schema):
            load_shards(shards, plan, schema, report=report, errors=errors)
            if "verify" in steps:
                verify_release(shards, compilation, name, jobs=plan.jobs, report=report)
            if "publish" in steps:
                report(Progress("", "publish"))
                publish_release(shards.catalog, compilation, name)
    except (BadRow, BadSource):
        if is_new:
            abandon_release(shards, schema)
        raise
    return find_release(shards.catalog, compilation, name)


def begin_compilation(
    shards: ShardMap,
    plan: LoadPlan,
    *,
    report: Report = ignore,
    errors: ErrorBudget | None = None,
) -> tuple[str, bool]:
    """The schema of the plan's release, and whether it is new; a release of that name that is still
    loading is used as it is. Bad lines are spent on the error budget, by default a new one.

    A new release gets its samples, groups, genes and transcripts in the catalog. Raises NotFound if
    a shard has no address.
    """
    plan = _with_assembly(shards, plan)
    for interval in plan.intervals:
        shards.address(interval.shard)
    if schema := _loading_schema(shards, plan):
        prepare_catalog(shards.catalog)
        return schema, False
    report(Progress("", "begin"))
    errors = errors or plan.budget()
    description = describe(plan.compilation, errors=errors)
    for file, lines in errors.spent_on.items():
        errors.note(file, refused_notice(lines, "line"))

    notices = (*plan.compilation.notices, *errors.notices)
    if plan.compilation.assembly is None:
        notices = (*notices, UNKNOWN_ASSEMBLY)

    def fill(catalog: Connection, schema: str) -> None:
        description.write(catalog, schema)
        copy_annotation(catalog, plan.compilation, schema)
        add_notices(catalog, schema, notices)

    new_release = NewRelease(
        compilation=plan.compilation.name,
        intervals=plan.intervals,
        source=plan.compilation.origin or plan.compilation.junctions,
        release=plan.release,
        title=plan.compilation.title,
        assembly=plan.compilation.assembly,
        simulated=plan.compilation.simulated,
        sample_count=description.sample_count,
    )
    try:
        return begin_release(shards.catalog, new_release, fill=fill), True
    except BadRelease:
        # Loaders of several shards may start at the same moment, and all try to begin the release.
        # One succeeds; the others find its release and continue with it.
        if schema := _loading_schema(shards, plan):
            return schema, False
        raise


def _with_assembly(shards: ShardMap, plan: LoadPlan) -> LoadPlan:
    """The plan with the assembly that the catalog has for its compilation, if it names none itself."""
    if plan.compilation.assembly is not None:
        return plan
    assembly = find_assembly(shards.catalog, plan.compilation.name)
    return replace(plan, compilation=replace(plan.compilation, assembly=assembly))


def _loading_schema(shards: ShardMap, plan: LoadPlan) -> str | None:
    """The schema of the release that the plan names, if it is in state `loading`."""
    if plan.release is None:
        return None
    try:
        status = find_release(shards.catalog, plan.compilation.name, plan.release)
    except NotFound:
        return None
    return status.schema if status.state == "loading" else None


@contextmanager
def _protected_from_prune(shards: ShardMap, schema: str) -> Iterator[None]:
    """Holds the release's shared lock, also between its steps, when no shard is being loaded."""
    with session(CATALOG, shards.catalog) as catalog:
        lock_shared(catalog, schema)
        yield


def load_shards(
    shards: ShardMap,
    plan: LoadPlan,
    schema: str,
    *,
    only: Collection[str] | None = None,
    report: Report = ignore,
    errors: ErrorBudget | None = None,
) -> None:
    """Fills the shards of a release that are not loaded yet, each in a process of its own.

    `only` restricts this to some shards. Bad rows are spent on the error budget, by default a new
    one. Raises NotFound if one of them is not in the release.
    """
    plan = _with_assembly(shards, plan)
    intervals = read_intervals(shards.catalog, schema)
    of_release = tuple(dict.fromkeys(interval.shard for interval in intervals))
    for shard in sorted(only or ()):
        if shard not in of_release:
            raise NotFound("shard of the release", shard, ", ".join(of_release))
    names = [
        shard
        for shard in of_release
        if (only is None or shard in only) and not is_loaded(shards, schema, shard)
    ]
    errors = errors or plan.budget()
    sources = row_sources(plan.compilation, errors)
    # Standard input can be read only here. Any other source is read by the workers if each can read
    # its own part, or if there is only one worker.
    reads_sources = sources[0].location != "-" and (sources[0].indexed or len(names) == 1)
    tasks = [
        ShardTask(shards, schema, name, intervals, sources, reads_sources, plan.max_errors)
        for name in names
    ]
    reading = Reading(
        samples=read_samples(shards.catalog, schema),
        errors=errors,
        report=partial(_report_reading, report, ""),
    )
    if reads_sources:
        run_each(tasks, jobs=plan.jobs, report=report, bad_row=errors.spend)
    else:
        owners = {interval.number: interval.shard for interval in intervals}
        numbers = {interval.number for interval in intervals if interval.shard in names}
        pieces = read_pieces(sources, IntervalFinder(intervals), numbers, reading)
        run_fed(
            tasks, pieces, lambda piece: owners[piece.interval], report=report, bad_row=errors.spend
        )
    with session(CATALOG, shards.catalog) as catalog, catalog.transaction():
        record_reading(catalog, schema, "", reading)


def read_samples(catalog: str, schema: str) -> SampleSet | None:
    """The samples of a release's samples file; None without one."""
    with session(CATALOG, catalog) as connection:
        statement = sql.SQL(_SELECT_SAMPLES).format(sql.Identifier(schema))
        with connection.cursor(binary=True) as cursor:
            rail_ids = [rail_id for (rail_id,) in cursor.execute(statement)]
    return SampleSet(rail_ids) if rail_ids else None


def _report_reading(
    report: Report, shard: str, source: str, read_bytes: int, total: int | None
) -> None:
    report(Progress(shard, f"reading {source}", text_bytes=read_bytes, total=total))
