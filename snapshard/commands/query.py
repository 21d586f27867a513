"""`snapshard query`: matching junctions on standard output or in a file."""

from pathlib import Path
from typing import Any

import click

from snapshard.commands.joined_pages import FORMATS, write_pages
from snapshard.commands.options import (
    client_of,
    output_options,
    row_options,
    selection_options,
    target_options,
)

_ROW_OPTIONS = ("json", "format", "columns", "with_samples", "tidy", "no_about", "limit", "output")
"""Options that concern rows, and therefore exclude --count."""


@click.command()
@selection_options
@output_options(FORMATS, "tsv")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--limit", type=click.IntRange(1), help="Maximum number of junctions  [all].")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, with a progress bar.",
)
@click.option("--count", is_flag=True, help="Print only the number of matching junctions.")
@target_options
def query(
    as_json: bool,
    limit: int | None,
    output: Path | None,
    count: bool,
    regions: tuple[str, ...],
    **options: Any,
) -> None:
    """Print the junctions of regions or genes, or those that pass filters.

    A region is chromosome:start-end, 1-based, both ends included. A junction's ends are the first and
    the last base of its intron. Without a region, gene or ID, the whole compilation is queried. All
    pages are read.

    \b
    Examples:
      snapshard query chr2:29,193,000-29,920,000
      snapshard query chr2:29193000-29920000 --match contains --filter 'samples_count>=5' --filter strand=-
      snapshard query --gene ALK --group Brain --columns chromosome,start,end,coverage_sum
      snapshard query chr1 --tidy --limit 100 --format csv --output first.csv
      snapshard query --filter 'coverage_sum>1000' --count
      snapshard query chr21 --server https://snapshard.example.org --compilation gtex --json | jq .rows[0]
    """
    if count:
        _print_count(regions, {"json": as_json, "limit": limit, "output": output, **options})
        return
    # Set in the options too, because they are passed on to the server.
    format_name = options["format"] = "json" if as_json else options["format"] or "tsv"
    with client_of(options) as client:
        pages = client.pages(regions, limit=limit, **row_options(options))
        write_pages(pages, format_name, limit=limit, output=output)


def _print_count(regions: tuple[str, ...], options: dict[str, Any]) -> None:
    for name in _ROW_OPTIONS:
        if options.pop(name):
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--count prints a number, not rows: it excludes {option}")
    with client_of(options) as client:
        click.echo(client.count(regions, **options))
