"""`snapshard remove-samples`: a new release without some samples."""

import os
import tempfile
from pathlib import Path

import click

from snapshard_populate.commands.progress import progress_bars
from snapshard_populate.commands.shards import current_shards, data_option, settings_for
from snapshard_populate.formats.samples import KEY
from snapshard_populate.loading import LoadPlan, Progress, load_compilation
from snapshard_populate.reading import open_source
from snapshard_populate.releases import open_release
from snapshard_populate.removal import find_samples, remaining_compilation


@click.command()
@click.argument("compilation")
@click.argument("samples", nargs=-1)
@click.option(
    "--list", "list_file", metavar="FILE", help="A file with a sample per line, beside SAMPLES."
)
@click.option(
    "--column",
    default=KEY,
    show_default=True,
    help="The column of the samples that has these names, such as the donor.",
)
@click.option("--release", help="Name of the new release.  [default: the next of r1, r2, …]")
@data_option
def remove_samples(
    compilation: str,
    samples: tuple[str, ...],
    list_file: str | None,
    column: str,
    release: str | None,
    data: Path | None,
) -> None:
    """Publish a new release of COMPILATION without SAMPLES, such as those whose consent was withdrawn.

    The new release is made from the published one and has nothing of the samples: no reads, no row that
    they alone have, no metadata. Earlier releases, backups and published files still have them: retire
    and prune the releases, and delete the others.

    \b
    Examples:
      snapshard remove-samples mine 12 57
      snapshard remove-samples mine --column donor --list withdrawn.txt
      snapshard releases retire mine r1
      snapshard releases prune --keep-for 0
    """
    names = [*samples, *_listed(list_file)]
    if not names:
        raise click.UsageError("expected samples to remove: SAMPLES or --list FILE")
    with (
        current_shards(settings_for(data)) as shards,
        progress_bars("rows") as report,
        open_release(shards, compilation) as earlier,
        tempfile.TemporaryDirectory(prefix="snapshard-removal-") as folder,
    ):
        removal = find_samples(earlier, names, column)
        remaining = remaining_compilation(earlier, removal, Path(folder))
        plan = LoadPlan(remaining, earlier.intervals, release, jobs=os.cpu_count() or 1)
        status = load_compilation(
            shards, plan, report=lambda progress: report(_task(progress), progress.rows, 0)
        )
    click.echo(
        f"{status}: {status.state}, {status.row_count or 0:,} junctions, {removal} removed; "
        f"{earlier.name} still has what was removed: snapshard releases retire {compilation} "
        f"{earlier.status.name}"
    )


def _task(progress: Progress) -> str:
    return f"{progress.shard or 'all shards'}: {progress.phase}"


def _listed(path: str | None) -> list[str]:
    if path is None:
        return []
    with open_source(path) as source:
        return [line.strip() for _, line in source.lines() if line.strip()]
