"""`snapshard samples`: samples by their metadata, the values of a field, groups."""

from pathlib import Path
from typing import Any

import click

from snapshard.client import Client
from snapshard.commands.joining import write_pages
from snapshard.commands.options import client_of, complete_field, where
from snapshard.commands.printing import print_json, print_records

_OF_SAMPLES = {
    "words": "words",
    **{name: f"--{name}" for name in ("filter", "fields", "format", "output")},
}
"""What chooses samples, and says how to write them."""


@click.command()
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@click.option(
    "--filter",
    metavar="FIELD>=VALUE",
    multiple=True,
    shell_complete=complete_field,
    help="Such as SMRIN>=7 or SMTS=Brain (repeatable; all must hold).",
)
@click.option("--fields", metavar="NAME,NAME", help="Which, in this order  [all].")
@click.option(
    "--facet",
    metavar="FIELD",
    shell_complete=complete_field,
    help="Print the values of a field and how often each occurs.",
)
@click.option("--groups", is_flag=True, help="Print the groups of samples, such as tissues.")
@click.option(
    "--format",
    type=click.Choice(["tsv", "csv", "ndjson", "json"]),
    help="How samples are written  [tsv].",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--limit", type=click.IntRange(1), help="Most samples (or values)  [all].")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write into this file, with a progress bar.",
)
@where
def samples(
    facet: str | None, groups: bool, as_json: bool, limit: int | None, **given: Any
) -> None:
    """Samples whose metadata hold all WORDS and pass the filters.

    Several words in quotes must stand behind each other. rail_id is the number of a sample in every answer.

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
        _check_alone("--groups" if groups else "--facet", given)
    with client_of(given) as client:
        if groups:
            _print(client.get("groups"), "groups", ("group", "sample_count", "long_name"), as_json)
        elif facet:
            _print(_facet(client, facet, limit), "values", ("value", "count"), as_json)
        else:
            form = "json" if as_json else given["format"] or "tsv"
            fields = given["fields"] or ()
            pages = client.sample_pages(
                given["words"], filter=given["filter"], fields=fields, format=form, limit=limit
            )
            write_pages(pages, form, limit=limit, output=given["output"])


def _check_alone(option: str, given: dict[str, Any]) -> None:
    for name, shown in _OF_SAMPLES.items():
        if given[name]:
            raise click.UsageError(
                f"{option} prints a table of all samples: it does not go with {shown}"
            )


def _facet(client: Client, field: str, limit: int | None) -> dict[str, Any]:
    return client.get("samples/facets", {"field": field, "limit": limit or 10_000})


def _print(answer: dict[str, Any], member: str, columns: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    print_records(answer[member], columns)
    if answer.get("truncated"):
        click.echo(f"snapshard: cut; the field has {answer['distinct']} values", err=True)
