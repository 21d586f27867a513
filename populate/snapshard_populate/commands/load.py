"""`snapshard load`: files into shards, as a new release that is served when it is whole."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from snapshard.connections import ShardMap
from snapshard.errors import BadRow
from snapshard_populate.commands.progress import Report as Bar
from snapshard_populate.commands.progress import bars
from snapshard_populate.commands.where import data_option, settings_for, shards_to_fill
from snapshard_populate.loading import (
    Compilation,
    LoadPlan,
    Progress,
    begin_compilation,
    load_compilation,
    load_shards,
    read_folder,
)
from snapshard_populate.releases import ReleaseStatus, find_release, release_statuses

_FILES = {
    "samples": "Sample metadata: tab-separated, first column rail_id.",
    "sample_types": "Types of its fields: name, tab, i, f or t. Without it they are inferred.",
    "groups": "Sample groups, such as tissues: name, long name, number, ids.",
    "genes": "Gene sums in the 17 columns.",
    "exons": "Exon sums in the 17 columns.",
    "bases": "Base coverage: chromosome, 0-based start, end, a value per sample.",
    "bases_header": "The header line of --bases.",
    "bases_files": "Base coverage in one bedGraph or bigWig per sample: a list of rail_id, tab, file.",
    "refflat": "Transcripts by gene symbol (UCSC refFlat).",
    "annotation": "Genes and transcripts (GTF or GFF3, such as GENCODE's).",
    "transcripts": "Transcripts, one line each (Snaptron's all_transcripts.gtf).",
    "canonical": "Canonical transcripts (UCSC).",
}


def _file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, meaning in reversed(_FILES.items()):
        command = click.option(f"--{name.replace('_', '-')}", metavar="FILE", help=meaning)(command)
    return command


@click.command()
@click.argument("source")
@click.option(
    "--compilation",
    help="Its name in URLs: lower-case letters, digits, _.  [default: as the folder says]",
)
@click.option("--title", help="Its name in front of rows of Snaptron's protocol.")
@click.option("--assembly", help="Such as GRCh38.")
@click.option(
    "--simulated", is_flag=True, help="Say in every answer that nothing of it was measured."
)
@_file_options
@click.option(
    "--release",
    help="Its name; one of that name that was broken off is continued.  [default: the next of r1, r2, …]",
)
@click.option(
    "--shards",
    type=click.IntRange(1),
    help="Shards of the embedded server.  [default: those there are, else 5]",
)
@click.option(
    "--layout",
    type=click.Path(path_type=Path, exists=True),
    help="Cut of the genome: chromosome, last base or -, shard.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="one a processor",
    help="Shards loaded at a time.",
)
@click.option(
    "--max-errors",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Bad rows to leave out before giving up.",
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
    help="With --until load: only this shard (repeatable).",
)
@data_option
def load(
    source: str, data: Path | None, shards: int | None, layout: Path | None, **given: Any
) -> None:
    """Loads SOURCE as a new release of a compilation and publishes it.

    SOURCE is a folder in Snaptron's layout, or a junction file of 17 columns: plain, gzip or
    bgzip; a path, an http(s) address, s3://BUCKET/KEY, or - for standard input. With a tabix index
    (.tbi) beside it each shard reads only its own part. Nothing of the release is seen before it is
    whole and verified; a load that is broken off is continued by the same line with its --release.

    \b
    Examples:
      snapshard load demo
      snapshard load junctions.bgz --compilation gtex --samples samples.tsv --groups samples.groups.tsv
      zcat part*.gz | snapshard load - --compilation mine --shards 25
      snapshard load gtex --layout intervals.tsv --release r2 --until load
    """
    compilation = _compilation(source, given)
    with shards_to_fill(settings_for(data), layout, shards) as (shard_map, intervals):
        if given["if_absent"] and _is_published(shard_map, compilation.name):
            click.echo(f"{compilation.name} is loaded already")
            return
        plan = LoadPlan(
            compilation, intervals, given["release"], given["max_errors"], given["jobs"]
        )
        with bars("rows") as bar:
            status = _run(shard_map, plan, until=given["until"], only=given["only"], bar=bar)
    click.echo(
        f"{status}: {status.state}, {status.row_count or 0:,} junctions, "
        f"{status.loaded} of {status.intervals} intervals"
    )


def _run(
    shards: ShardMap, plan: LoadPlan, *, until: str, only: tuple[str, ...], bar: Bar
) -> ReleaseStatus:
    tell = _Bars(bar)
    if until in ("verify", "publish") and not only:
        steps = ("verify", "publish") if until == "publish" else ("verify",)
        return load_compilation(
            shards, plan, steps=steps, report=tell.progress, bad_row=_say_bad_row
        )
    if only and until != "load":
        raise click.UsageError(
            "--only goes with --until load: the other steps are for the whole release"
        )
    schema, _ = begin_compilation(shards, plan, report=tell.progress)
    if until == "load":
        load_shards(
            shards, plan, schema, only=only or None, report=tell.progress, bad_row=_say_bad_row
        )
    return find_release(shards.catalog, plan.compilation.name, schema.partition("@")[2])


def _compilation(source: str, given: dict[str, Any]) -> Compilation:
    named = {
        name: given[name] for name in ("title", "assembly", *_FILES) if given[name] is not None
    }
    if given["simulated"]:
        named["simulated"] = True
    if Path(source).is_dir():
        return replace(read_folder(Path(source), name=given["compilation"]), **named)
    if given["compilation"] is None:
        raise click.UsageError(
            "a single file does not say what it is: name the compilation with --compilation NAME"
        )
    return Compilation(name=given["compilation"], junctions=source, **named)


def _is_published(shards: ShardMap, compilation: str) -> bool:
    return any(status.current for status in release_statuses(shards.catalog, compilation))


class _Bars:
    """A bar for each shard (rows so far) and for each source that is read (bytes of bytes)."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar

    def progress(self, one: Progress) -> None:
        name = f"{one.shard or 'all shards'}: {one.phase}"
        if one.total is not None:
            self._bar(name, one.text_bytes, one.total)
        else:
            self._bar(name, one.rows, 0)


def _say_bad_row(row: BadRow) -> None:
    click.echo(f"left out: {row}", err=True)
