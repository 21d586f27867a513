"""Loads a compilation: begins a release, fills its shards in parallel processes, verifies and
publishes it.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from snapshard.connections import CATALOG, ShardMap
from snapshard.errors import BadRelease, BadRow, BadSource, NotFound
from snapshard.release import Interval
from snapshard_populate.loading.compilation import Compilation
from snapshard_populate.loading.description import describe
from snapshard_populate.loading.fill import BASE, Piece
from snapshard_populate.loading.pieces import Cut, RowSource, read_pieces, row_sources
from snapshard_populate.loading.shard import Part, Progress, Report, is_loaded, load_shard, silent
from snapshard_populate.loading.verify import verify
from snapshard_populate.loading.workers import run_each, run_fed
from snapshard_populate.reading.budget import ErrorBudget
from snapshard_populate.releases.prune import abandon
from snapshard_populate.releases.release import (
    Beginning,
    Status,
    begin,
    find,
    publish,
    read_intervals,
)
from snapshard_populate.releases.sessions import lock_shared, session


@dataclass(frozen=True)
class Plan:
    """What to load, under which name, and with how much patience.

    `jobs` processes work at a time when each reads its own part of an indexed source. Of one that
    is read once and dealt out, every shard has a process at once. `max_errors` bad rows are left
    out and reported; one more, and nothing is kept.
    """

    compilation: Compilation
    intervals: Sequence[Interval]
    release: str | None = None
    max_errors: int = 0
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)


@dataclass(frozen=True)
class ShardTask:
    """The load of one shard in a process of its own; it reads its part of the sources, or its
    pieces are sent.
    """

    shards: ShardMap
    schema: str
    shard: str
    intervals: tuple[Interval, ...]
    sources: tuple[RowSource, ...]
    reads: bool
    max_errors: int

    def run(
        self, *, sent: Iterator[Piece], report: Report, bad_row: Callable[[BadRow], None]
    ) -> None:
        """Loads the shard, or finds that it is loaded."""
        pieces = sent
        if self.reads:
            errors = ErrorBudget(self.max_errors, report=bad_row)
            wanted = {one.number for one in self.intervals if one.shard == self.shard}
            reading = partial(_read_so_far, report, self.shard)
            pieces = read_pieces(
                self.sources, Cut(self.intervals), wanted, errors=errors, reading=reading
            )
        kinds = tuple(source.kind for source in self.sources)
        base_columns = next((source.columns for source in self.sources if source.kind == BASE), ())
        load_shard(
            self.shards, Part(self.schema, self.shard, kinds, base_columns), pieces, report=report
        )


def load_compilation(
    shards: ShardMap,
    plan: Plan,
    *,
    steps: Collection[str] = ("verify", "publish"),
    report: Report = silent,
    bad_row: Callable[[BadRow], None] = silent,
) -> Status:
    """The release that was loaded and, as the steps say, verified and published.

    A release of the plan's name that is still loading is continued: shards that are in are skipped.
    Bad rows over the budget, or a source that is no good, leave nothing behind. Anything else (a
    shard that is down, a kill) leaves the shards that are whole, for the next try; nothing is
    visible before it is published.
    """
    schema, begun = begin_compilation(shards, plan, report=report, bad_row=bad_row)
    name = schema.partition("@")[2]
    try:
        with _being_loaded(shards, schema):
            load_shards(shards, plan, schema, report=report, bad_row=bad_row)
            if "verify" in steps:
                verify(shards, plan.compilation.name, name, jobs=plan.jobs, report=report)
            if "publish" in steps:
                report(Progress("", "publish"))
                publish(shards.catalog, plan.compilation.name, name)
    except (BadRow, BadSource):
        if begun:
            abandon(shards, schema)
        raise
    return find(shards.catalog, plan.compilation.name, name)


def begin_compilation(
    shards: ShardMap,
    plan: Plan,
    *,
    report: Report = silent,
    bad_row: Callable[[BadRow], None] = silent,
) -> tuple[str, bool]:
    """The schema of the plan's release, and whether it is new: one of that name that is still
    loading is taken as it is.

    Samples, groups, genes and transcripts go into the catalog with it. Raises NotFound for a shard
    that has no address.
    """
    for one in plan.intervals:
        shards.address(one.shard)
    if plan.release is not None and (
        schema := _loading(shards, plan.compilation.name, plan.release)
    ):
        return schema, False
    report(Progress("", "begin"))
    description = describe(plan.compilation, errors=ErrorBudget(plan.max_errors, report=bad_row))
    beginning = Beginning(
        compilation=plan.compilation.name,
        intervals=plan.intervals,
        source=plan.compilation.junctions,
        release=plan.release,
        title=plan.compilation.title,
        assembly=plan.compilation.assembly,
        simulated=plan.compilation.simulated,
        sample_count=description.sample_count,
    )
    try:
        return begin(shards.catalog, beginning, fill=description.write), True
    except BadRelease:
        # Loaders of several shards that start at one moment all try; one begins, the others go on
        # with what it began.
        if plan.release is not None and (
            schema := _loading(shards, plan.compilation.name, plan.release)
        ):
            return schema, False
        raise


def _loading(shards: ShardMap, compilation: str, release: str) -> str | None:
    try:
        status = find(shards.catalog, compilation, release)
    except NotFound:
        return None
    return status.schema if status.state == "loading" else None


@contextmanager
def _being_loaded(shards: ShardMap, schema: str) -> Iterator[None]:
    """Keeps prune away from the release, also between its steps."""
    with session(CATALOG, shards.catalog) as catalog:
        lock_shared(catalog, schema)
        yield


def load_shards(
    shards: ShardMap,
    plan: Plan,
    schema: str,
    *,
    only: Collection[str] | None = None,
    report: Report = silent,
    bad_row: Callable[[BadRow], None] = silent,
) -> None:
    """Fills the shards of a release (only those, if given) that are not loaded yet, each in a
    process of its own.
    """
    intervals = read_intervals(shards.catalog, schema)
    unknown = set(only or ()) - {one.shard for one in intervals}
    if unknown:
        raise NotFound(
            "shard of the release",
            sorted(unknown)[0],
            ", ".join(dict.fromkeys(one.shard for one in intervals)),
        )
    names = [
        one for one in dict.fromkeys(one.shard for one in intervals) if only is None or one in only
    ]
    names = [one for one in names if not is_loaded(shards, schema, one)]
    sources = row_sources(plan.compilation)
    reads = sources[0].location != "-" and (sources[0].indexed or len(names) == 1)
    tasks = [
        ShardTask(shards, schema, name, intervals, sources, reads, plan.max_errors)
        for name in names
    ]
    errors = ErrorBudget(plan.max_errors, report=bad_row)
    if reads:
        run_each(tasks, jobs=plan.jobs, report=report, bad_row=errors.spend)
        return
    owners = {one.number: one.shard for one in intervals}
    wanted = {one.number for one in intervals if one.shard in names}
    pieces = read_pieces(
        sources, Cut(intervals), wanted, errors=errors, reading=partial(_read_so_far, report, "")
    )
    run_fed(
        tasks, pieces, lambda piece: owners[piece.interval], report=report, bad_row=errors.spend
    )


def _read_so_far(report: Report, shard: str, source: str, done: int, total: int | None) -> None:
    report(Progress(shard, f"reading {source}", text_bytes=done, total=total))
