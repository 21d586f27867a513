"""`snapshard load`: loads files as a new release, and publishes it when it is complete."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click

from snapshard.connections import ShardMap
from snapshard.errors import BadRow
from snapshard_populate.commands.dry_run import check_sources
from snapshard_populate.commands.own_files import (
    added_to,
    earlier_release,
    is_own_data,
    merged,
    own_file_options,
)
from snapshard_populate.commands.progress import ReportProgress, progress_bars
from snapshard_populate.commands.shards import (
    data_option,
    settings_for,
    shards_to_fill,
)
from snapshard_populate.commands.sources import compilation_of, file_options
from snapshard_populate.loading import (
    Compilation,
    LoadPlan,
    Progress,
    begin_compilation,
    load_compilation,
    load_shards,
)
from snapshard_populate.releases import (
    ReleaseStatus,
    StoredRelease,
    find_release,
    release_statuses,
)


@click.command()
@click.argument("sources", metavar="SOURCE", nargs=-1, required=True)
@click.option(
    "--compilation",
    help=(
        "Name of the compilation in URLs: lower-case letters, digits, _.  "
        "[default: the name that the folder gives]"
    ),
)
@click.option("--title", help="Name of the compilation in responses of Snaptron's protocol.")
@click.option(
    "--assembly",
    help="Reference assembly, such as GRCh38; unknown if neither this nor the folder names it.",
)
@click.option("--simulated", is_flag=True, help="Mark the data as simulated in every response.")
@file_options
@own_file_options
@click.option(
    "--release",
    help=(
        "Release name; an unfinished release of that name is resumed.  "
        "[default: the next of r1, r2, …]"
    ),
)
@click.option(
    "--shards",
    type=click.IntRange(1),
    help="Number of shards of the embedded server.  [default: its present shards, or 5]",
)
@click.option(
    "--layout",
    type=click.Path(path_type=Path, exists=True),
    help="Intervals of the genome and their shards: chromosome, last base or -, shard.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="one per processor",
    help="Number of shards loaded at the same time.",
)
@click.option(
    "--max-errors",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Number of bad rows, of all files together, to skip before the load fails. Each process that "
    "loads some of the shards (--only) counts its own.",
)
@click.option(
    "--if-absent", is_flag=True, help="Do nothing if the compilation has a published release."
)
@click.option(
    "--until",
    type=click.Choice(["begin", "load", "verify", "publish"]),
    default="publish",
    help="Stop after this step.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="SHARD",
    help="With --until load: load only this shard (repeatable).",
)
@click.option(
    "--check",
    is_flag=True,
    help="Read everything and load nothing: list what a load would refuse, repair or leave out.",
)
@data_option
def load(
    sources: tuple[str, ...],
    data: Path | None,
    shards: int | None,
    layout: Path | None,
    check: bool,
    **options: Any,
) -> None:
    """Load SOURCE as a new release of a compilation and publish it.

    SOURCE is a folder in Snaptron's layout, a junction file of 17 columns, or junction files of your
    aligner: a folder of them, one per sample, or a list (a file per line, or sample, tab, file). STAR's
    SJ.out.tab, regtools' BED12 and others are recognised by their content; docs/own-data.md shows each step.

    Sources may be plain
    text, gzip or bgzip: a path, an http(s) address, s3://BUCKET/KEY, or - for standard input. If a
    tabix index (.tbi) is next to the file, each shard reads only its own part.

    A release becomes visible only after it has been fully loaded and verified. To resume an
    interrupted load, run the same command with --release and the name of the unfinished release.

    --check SOURCE… reads one or more sources as a load would, without a database, and lists every bad
    row, not only the first. The exit code is 1 if a load would fail.

    \b
    Examples:
      snapshard load demo
      snapshard load --check demo
      snapshard load junctions.bgz --compilation gtex --assembly GRCh38 --samples samples.tsv
      zcat part*.gz | snapshard load - --compilation mine --shards 25
      snapshard load star-output --samples metadata.tsv --annotation gencode.gtf.gz --group-by tissue
      snapshard load --check star-output --samples metadata.csv --annotation gencode.gtf.gz
      snapshard load more-output --samples metadata.tsv --add-to star-output
      snapshard load gtex --layout intervals.tsv --release r2 --until load
    """
    if check:
        check_sources(sources, data, layout, options)
        return
    if len(sources) > 1:
        raise click.UsageError(
            f"expected one SOURCE (several only with --check), got {len(sources)}"
        )
    compilation = compilation_of(sources[0], options)
    with shards_to_fill(
        settings_for(data),
        layout,
        shards,
        compilation.assembly,
        inherits=options["add_to"] is not None,
    ) as (shard_map, intervals):
        if options["if_absent"] and _is_published(shard_map, compilation.name):
            click.echo(f"{compilation.name} is already loaded")
            return
        with (
            progress_bars("rows") as report,
            earlier_release(shard_map, options["add_to"]) as earlier,
            _loadable(compilation, options, report, earlier) as loadable,
        ):
            # The shards that hold the earlier release hold the new one, unless others are named.
            if earlier is not None and not intervals:
                intervals = earlier.intervals
            plan = LoadPlan(
                loadable, intervals, options["release"], options["max_errors"], options["jobs"]
            )
            status = _run(
                shard_map, plan, until=options["until"], only=options["only"], report=report
            )
    for notice in status.notices:
        click.echo(f"notice: {notice}", err=True)
    click.echo(
        f"{status}: {status.state}, {status.row_count or 0:,} junctions, "
        f"{status.loaded} of {status.intervals} intervals"
    )


def _run(
    shards: ShardMap, plan: LoadPlan, *, until: str, only: tuple[str, ...], report: ReportProgress
) -> ReleaseStatus:
    bars = _Bars(report)
    if until in ("verify", "publish") and not only:
        steps = ("verify", "publish") if until == "publish" else ("verify",)
        return load_compilation(
            shards, plan, steps=steps, report=bars.update, bad_row=_report_bad_row
        )
    if only and until != "load":
        raise click.UsageError(
            "--only requires --until load; the other steps apply to the whole release"
        )
    errors = plan.budget(_report_bad_row)
    schema, _ = begin_compilation(shards, plan, report=bars.update, errors=errors)
    if until == "load":
        load_shards(shards, plan, schema, only=only or None, report=bars.update, errors=errors)
    return find_release(shards.catalog, plan.compilation.name, schema.partition("@")[2])


def _loadable(
    compilation: Compilation,
    options: Mapping[str, Any],
    report: ReportProgress,
    earlier: StoredRelease | None,
) -> AbstractContextManager[Compilation]:
    """The compilation with files of 17 columns, into which junction files are merged first."""
    if is_own_data(compilation.junctions):
        return merged(added_to(compilation, earlier), options, report, earlier)
    return nullcontext(compilation)


def _is_published(shards: ShardMap, compilation: str) -> bool:
    return any(status.current for status in release_statuses(shards.catalog, compilation))


class _Bars:
    """One bar per shard (rows so far) and one per source in the main process (bytes of its size)."""

    def __init__(self, report: ReportProgress) -> None:
        self._report = report

    def update(self, progress: Progress) -> None:
        name = f"{progress.shard or 'all shards'}: {progress.phase}"
        if progress.total is not None:
            self._report(name, progress.text_bytes, progress.total)
        else:
            self._report(name, progress.rows, 0)


def _report_bad_row(row: BadRow) -> None:
    click.echo(f"skipped: {row}", err=True)
