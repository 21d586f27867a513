"""`snapshard build-arrays`: the memory-mapped arrays of a release."""

from pathlib import Path

import click

from snapshard.arrays import build_arrays as write_arrays
from snapshard.commands.progress import rows_bar
from snapshard.connections import running_shards
from snapshard.index import Index
from snapshard.settings import Settings


@click.command()
@click.argument("compilation")
@click.argument("release", required=False)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Read the shards of this folder (SNAPSHARD_DATA)  [data].",
)
@click.option(
    "--arrays",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write to this folder (SNAPSHARD_ARRAYS)  [arrays in the data folder].",
)
def build_arrays(
    compilation: str, release: str | None, data: Path | None, arrays: Path | None
) -> None:
    """Build the arrays from which the server tells the expression of each tissue in a window.

    They hold the reads of each sample group along the chromosomes, of the current release of
    COMPILATION or of RELEASE, and are mapped into memory (docs/expression.md). A release keeps its
    arrays until it is pruned.

    \b
    Examples:
      snapshard build-arrays gtex
      snapshard build-arrays gtex r1 --arrays /volume/arrays
    """
    settings = Settings.from_env() if data is None else Settings.from_env().on_folder(data)
    target = arrays or settings.array_folder
    with running_shards(settings) as shards, rows_bar(compilation) as bar:
        index = Index(shards, settings)
        try:
            known = index.catalog.release(compilation, release)
            content = write_arrays(index, known, target, progress=bar)
        finally:
            index.close()
    click.echo(
        f"{content.folder}: {len(content.names)} tracks of {len(content.groups)} groups", err=True
    )
