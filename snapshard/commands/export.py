"""`snapshard export`: all matching junctions as a file."""

from pathlib import Path
from typing import Any

import click

from snapshard.client.export import SUFFIXES
from snapshard.commands.options import (
    client_of,
    output_options,
    row_options,
    selection_options,
    target_options,
)
from snapshard.commands.progress import bytes_bar


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@selection_options
@output_options(dict.fromkeys(SUFFIXES.values()), "the suffix of FILE")
@target_options
def export(file: Path, regions: tuple[str, ...], **options: Any) -> None:
    """Stream all matching junctions to FILE, in genome order.

    The suffix of FILE selects the format: .tsv, .csv, .ndjson, .bed (introns in BED6), .bed12, .igv,
    .parquet, .arrow. An interrupted export is resumed, at once or when you run the same command
    again; until then its rows are in FILE.part. At the end, the checksum is compared with the
    server's.

    \b
    Examples:
      snapshard export all.parquet
      snapshard export common.tsv --filter 'samples_count>=100'
      snapshard export brain.csv chr1 chr2 --group Brain --tidy
      snapshard export igv.bed --gene ALK --format igv
    """
    with client_of(options) as client, bytes_bar(file.name) as bar:
        result = client.export(file, regions, progress=bar, **row_options(options))
    click.echo(f"{result.path}: {result.bytes:,} bytes, checksum verified", err=True)
