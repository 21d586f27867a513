"""`snapshard query`: junctions on standard output or in a file."""

from pathlib import Path
from typing import Any

import click

from snapshard.commands.joining import FORMATS, write_pages
from snapshard.commands.options import client_of, shown, wanted, where, which

_OF_ROWS = ("json", "format", "columns", "with_samples", "tidy", "no_about", "limit", "output")
"""Options that say which rows to print, and how."""


@click.command()
@which
@shown(FORMATS, "tsv")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--limit", type=click.IntRange(1), help="Most junctions  [all].")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write into this file, with a progress bar.",
)
@click.option("--count", is_flag=True, help="Print only how many match: a number.")
@where
def query(
    as_json: bool,
    limit: int | None,
    output: Path | None,
    count: bool,
    regions: tuple[str, ...],
    **given: Any,
) -> None:
    """Junctions of one or more regions or genes, or those that pass the filters.

    A region is chromosome:start-end, 1-based, both ends included; a junction's ends are the first and the last base of its
    intron. Without any region, gene or id the whole compilation is asked. All pages are followed.

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
        _print_count(regions, {"json": as_json, "limit": limit, "output": output, **given})
        return
    form = given["format"] = "json" if as_json else given["format"] or "tsv"
    with client_of(given) as client:
        write_pages(
            client.pages(regions, limit=limit, **wanted(given)), form, limit=limit, output=output
        )


def _print_count(regions: tuple[str, ...], given: dict[str, Any]) -> None:
    for name in _OF_ROWS:
        if given.pop(name):
            raise click.UsageError(
                f"--count prints a number, not rows: it does not go with --{name.replace('_', '-')}"
            )
    with client_of(given) as client:
        click.echo(client.count(regions, **given))
