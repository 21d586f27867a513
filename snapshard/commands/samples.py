"""`snapshard samples`: samples by their metadata, values of a field, sample groups."""

from pathlib import Path
from typing import Any

import click

from snapshard.client import Client
from snapshard.commands.joined_pages import write_pages
from snapshard.commands.options import client_of, complete_field, target_options
from snapshard.commands.printing import print_json, print_records

_SAMPLE_OPTIONS = {
    "words": "words",
    **{name: f"--{name}" for name in ("filter", "fields", "format", "output")},
}
"""Parameters that select samples or their format, as they are called on the command line."""


@click.command()
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@click.option(
    "--filter",
    metavar="FIELD>=VALUE",
    multiple=True,
    shell_complete=complete_field,
    help="Such as SMRIN>=7 or SMTS=Brain. Repeatable; all must hold.",
)
@click.option("--fields", metavar="NAME,NAME", help="Fields to print, in this order  [all].")
@click.option(
    "--facet",
    metavar="FIELD",
    shell_complete=complete_field,
    help="Print the values of a field with the number of samples of each.",
)
@click.option("--groups", is_flag=True, help="Print the groups of samples, such as tissues.")
@click.option(
    "--format",
    type=click.Choice(["tsv", "csv", "ndjson", "json"]),
    help="Format of the samples  [tsv].",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option(
    "--limit", type=click.IntRange(1), help="Maximum number of samples (or values)  [all]."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, with a progress bar.",
)
@target_options
def samples(
    facet: str | None, groups: bool, as_json: bool, limit: int | None, **options: Any
) -> None:
    """List samples whose metadata contain all WORDS and pass the filters.

    Quoted words must occur together, as a phrase. rail_id is the number of a sample in all output.

    \b
    Examples:
      snapshard samples "whole blood" --filter 'SMRIN>=7'
      snapshard samples --fields rail_id,SMTSD --format csv --output tissues.csv
      snapshard samples --facet SMTS
      snapshard samples --groups --json
      snapshard samples liver --fields rail_id --output liver.tsv
      snapshard query chr21 --samples @liver.tsv
    """
    if groups or facet:
        _check_exclusive("--groups" if groups else "--facet", options)
    with client_of(options) as client:
        if groups:
            _print(client.get("groups"), "groups", ("group", "sample_count", "long_name"), as_json)
        elif facet:
            _print(_facet(client, facet, limit), "values", ("value", "count"), as_json)
        else:
            format_name = "json" if as_json else options["format"] or "tsv"
            pages = client.sample_pages(
                options["words"],
                filter=options["filter"],
                fields=options["fields"] or (),
                format=format_name,
                limit=limit,
            )
            write_pages(pages, format_name, limit=limit, output=options["output"])


def _check_exclusive(option: str, options: dict[str, Any]) -> None:
    for name, written_name in _SAMPLE_OPTIONS.items():
        if options[name]:
            raise click.UsageError(f"{option} covers all samples: it excludes {written_name}")


def _facet(client: Client, field: str, limit: int | None) -> dict[str, Any]:
    return client.get("samples/facets", {"field": field, "limit": limit or 10_000})


def _print(response: dict[str, Any], member: str, columns: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        print_json(response)
        return
    print_records(response[member], columns)
    if response.get("truncated"):
        distinct = response["distinct"]
        click.echo(f"snapshard: truncated; the field has {distinct} values", err=True)
