"""`snapshard pipeline`: from addresses of files to a published release."""

from pathlib import Path

import click

from snapshard_populate.commands.shards import data_option, settings_for, shards_to_fill
from snapshard_populate.pipeline import Run, read_spec, run_pipeline


@click.group()
def pipeline() -> None:
    """Fetch, transform, load, validate and publish a release (docs/pipeline.md).

    \b
    Example:
      snapshard pipeline run gtex.toml
    """


@pipeline.command()
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder of the fetched files and the records  [SPEC without its suffix].",
)
@click.option(
    "--layout",
    type=click.Path(path_type=Path, exists=True),
    help="Intervals of the genome and their shards: chromosome, last base or -, shard.",
)
@data_option
def run(spec: Path, work: Path | None, layout: Path | None, data: Path | None) -> None:
    """Do every step of SPEC, a TOML file, that is not done yet.

    The steps are fetch, transform, load, validate, views and publish. The same command resumes a run
    that was interrupted. A step that fails is named, and nothing is published.

    \b
    Example:
      snapshard pipeline run gtex.toml --work /big/disk/gtex-r1
    """
    read = read_spec(spec)
    settings = settings_for(data)
    with shards_to_fill(settings, layout, None, read.assembly) as (shards, intervals):
        folder = (work or spec.with_suffix("")).absolute()
        run_pipeline(Run(read, folder, shards, intervals, settings), report=_report)
    click.echo(f"{read.name}: served")


def _report(step: str, what: str) -> None:
    click.echo(f"{step} {what}", err=True)
