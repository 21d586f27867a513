"""`snapshard publish-files`: a release as Parquet files."""

from pathlib import Path

import click

from snapshard.catalog import Catalog
from snapshard.commands.progress import rows_bar
from snapshard.connections import running_shards
from snapshard.errors import BadQuery
from snapshard.files import publish
from snapshard.index import Index
from snapshard.release import Release
from snapshard.settings import Settings


@click.command()
@click.argument("release")
@click.argument("target")
@click.option(
    "--compilation", metavar="NAME", help="Compilation; may be omitted if there is only one."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Read the shards of this folder (SNAPSHARD_DATA)  [data].",
)
def publish_files(release: str, target: str, compilation: str | None, data: Path | None) -> None:
    """Write RELEASE as Parquet files to TARGET, a folder or s3://BUCKET/PREFIX.

    snapshard.open in Python, DuckDB, Polars, pandas and R read the files without a server
    (docs/columns.md). They are in TARGET/release=RELEASE, and manifest.json lists them with their
    checksums. It is written last: without it, the files are not complete. An interrupted publication
    is resumed when you run the same command again.

    \b
    Examples:
      snapshard publish-files r1 /data/published
      snapshard publish-files r1 s3://my-bucket/gtex --compilation gtex
    """
    settings = Settings.from_env() if data is None else Settings.from_env().on_folder(data)
    with running_shards(settings) as shards, rows_bar(release) as bar:
        index = Index(shards, settings)
        try:
            manifest = publish(
                index, _release(index.catalog, compilation, release), target, progress=bar
            )
        finally:
            index.close()
    size = sum(file.bytes for file in manifest.files)
    rows = manifest.row_count("junctions")
    click.echo(
        f"{target}: {rows:,} junctions in {len(manifest.files)} files, {size:,} bytes,"
        " checksums verified",
        err=True,
    )


def _release(catalog: Catalog, compilation: str | None, name: str) -> Release:
    """The release of the named compilation, or of the only one."""
    names = sorted({release.compilation for release in catalog.releases()})
    if compilation is None and len(names) != 1:
        raise BadQuery("compilation", None, f"--compilation with one of: {', '.join(names)}")
    return catalog.release(compilation or names[0], name)
