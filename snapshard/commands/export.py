"""`snapshard export`: everything that matches into a file."""

from pathlib import Path
from typing import Any

import click

from snapshard.client.export import SUFFIXES
from snapshard.commands.options import client_of, shown, wanted, where, which
from snapshard.commands.progress import bytes_bar


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@which
@shown(dict.fromkeys(SUFFIXES.values()), "as the suffix of FILE says")
@where
def export(file: Path, regions: tuple[str, ...], **given: Any) -> None:
    """Streams all matching junctions into FILE, in genome order.

    The suffix of FILE says the format: .tsv, .csv, .ndjson, .bed (introns in BED6), .bed12, .igv, .parquet, .arrow. An export
    that breaks off is continued, at once or when the same command runs again (until then the rows are in FILE.part); the server's
    checksum is compared at the end.

    \b
    Examples:
      snapshard export all.parquet
      snapshard export common.tsv --filter 'samples_count>=100'
      snapshard export brain.csv chr1 chr2 --group Brain --tidy
      snapshard export igv.bed --gene ALK --format igv
    """
    with client_of(given) as client, bytes_bar(file.name) as bar:
        done = client.export(file, regions, progress=bar, **wanted(given))
    click.echo(f"{done.path}: {done.bytes:,} bytes, checksum as the server's", err=True)
