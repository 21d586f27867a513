"""`snapshard load`: loads files as a new release, and publishes it when it is complete."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from snapshard.connections import ShardMap
from snapshard.errors import BadRow
from snapshard_populate.commands.own_files import (
    findings,
    is_own_data,
    merged,
    opened_merge,
    own_compilation,
    own_file_options,
)
from snapshard_populate.commands.progress import ReportProgress, progress_bars
from snapshard_populate.commands.shards import (
    data_option,
    layout_of,
    settings_for,
    shards_to_fill,
)
from snapshard_populate.loading import (
    UNKNOWN_ASSEMBLY,
    Compilation,
    Findings,
    LoadPlan,
    Progress,
    begin_compilation,
    check_compilation,
    load_compilation,
    load_shards,
    read_folder,
)
from snapshard_populate.releases import ReleaseStatus, find_release, release_statuses

_FILES = {
    "samples": (
        "Sample metadata: tab-separated, first column rail_id; with junction files, any table (TSV, CSV, "
        "XLSX) with a row per sample."
    ),
    "sample_types": "Types of the metadata fields: name, tab, i, f or t. Inferred if not given.",
    "groups": "Sample groups, such as tissues: name, long name, number of samples, rail_ids.",
    "genes": "Expression of genes, in the 17 columns.",
    "exons": "Expression of exons, in the 17 columns.",
    "bases": "Base coverage: chromosome, 0-based start, end, one value per sample.",
    "bases_header": "Header line of --bases.",
    "bases_files": (
        "Base coverage as one bedGraph or bigWig per sample: a list of rail_id, tab, file."
    ),
    "refflat": "Transcripts by gene symbol (UCSC refFlat).",
    "annotation": "Genes and transcripts (GTF or GFF3, such as GENCODE's).",
    "transcripts": "Transcripts, one per line (Snaptron's all_transcripts.gtf).",
    "canonical": "Canonical transcripts (UCSC).",
}


_MOST_LISTED = 100
"""Bad rows that --check lists of a source."""


def _file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, meaning in reversed(_FILES.items()):
        command = click.option(f"--{name.replace('_', '-')}", metavar="FILE", help=meaning)(command)
    return command


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
@_file_options
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
      snapshard load gtex --layout intervals.tsv --release r2 --until load
    """
    if check:
        _check(sources, layout, options)
        return
    if len(sources) > 1:
        raise click.UsageError(
            f"expected one SOURCE (several only with --check), got {len(sources)}"
        )
    compilation = _compilation(sources[0], options)
    with shards_to_fill(settings_for(data), layout, shards, compilation.assembly) as (
        shard_map,
        intervals,
    ):
        if options["if_absent"] and _is_published(shard_map, compilation.name):
            click.echo(f"{compilation.name} is already loaded")
            return
        with progress_bars("rows") as report, _loadable(compilation, options, report) as loadable:
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


def _check(sources: Sequence[str], layout: Path | None, options: dict[str, Any]) -> None:
    intervals = layout_of(layout, options["assembly"]) if layout else None
    good = True
    for source in sources:
        if is_own_data(source):
            good = _check_own(source, options) and good
            continue
        # Without a load there is no need for a name.
        options_with_name = options | {"compilation": options["compilation"] or "unnamed"}
        compilation = _compilation(source, options if Path(source).is_dir() else options_with_name)
        with progress_bars("bytes") as report:
            findings = check_compilation(
                compilation,
                intervals,
                most=_MOST_LISTED,
                report=lambda name, read, total: report(name, read, total or 0),
            )
        for line in _lines(findings):
            click.echo(line)
        if compilation.assembly is None:
            click.echo(f"notice: {source}: {UNKNOWN_ASSEMBLY}")
        refused = bool(findings.bad_files) or findings.bad_row_count > options["max_errors"]
        good = good and not refused
        answer = "a load would fail" if refused else "a load would succeed"
        click.echo(f"{source}: {answer}; {findings.junctions:,} good junctions")
    if not good:
        raise click.exceptions.Exit(1)


def _check_own(source: str, options: dict[str, Any]) -> bool:
    """Whether a load of junction files would succeed, after printing what was understood of them."""
    compilation = _compilation(
        source, options | {"compilation": options["compilation"] or "unnamed"}
    )
    with (
        progress_bars("files") as report,
        opened_merge(compilation, options, report) as merge,
    ):
        lines, good = findings(merge)
    for line in lines:
        click.echo(line)
    if compilation.assembly is None:
        click.echo(f"notice: {source}: {UNKNOWN_ASSEMBLY}")
    click.echo(f"{source}: a load would {'succeed' if good else 'fail'}")
    return good


def _lines(findings: Findings) -> Iterator[str]:
    for message in findings.bad_files:
        yield f"refused: {message}"
    for row in findings.bad_rows:
        yield f"refused: {row}"
    if (hidden := findings.bad_row_count - len(findings.bad_rows)) > 0:
        yield f"refused: {hidden:,} more rows"
    for notice in findings.notices:
        yield f"notice: {notice}"


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


def _compilation(source: str, options: dict[str, Any]) -> Compilation:
    fields = {
        name: options[name] for name in ("title", "assembly", *_FILES) if options[name] is not None
    }
    if options["simulated"]:
        fields["simulated"] = True
    if is_own_data(source):
        return own_compilation(source, fields, options["compilation"])
    if Path(source).is_dir():
        return replace(read_folder(Path(source), name=options["compilation"]), **fields)
    if options["compilation"] is None:
        raise click.UsageError("a single file has no compilation name: give --compilation NAME")
    return Compilation(name=options["compilation"], junctions=source, **fields)


def _loadable(
    compilation: Compilation, options: Mapping[str, Any], report: ReportProgress
) -> AbstractContextManager[Compilation]:
    """The compilation with files of 17 columns, into which junction files are merged first."""
    if is_own_data(compilation.junctions):
        return merged(compilation, options, report)
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
