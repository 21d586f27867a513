"""`snapshard splicing`: splicing measures of junctions, per sample, tissue or position."""

from collections.abc import Iterable
from typing import Any

import click

from snapshard.client.splicing import MEASURES, measure_of, records_of
from snapshard.commands.options import client_of, target_options
from snapshard.commands.printing import print_json, print_records


@click.command()
@click.argument("measure", type=click.Choice(list(MEASURES)))
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@target_options
def splicing(measure: str, parameters: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Compute a splicing MEASURE as Snaptron's clients do; docs/splicing.md defines each.

    For PSI in groups of samples, with intervals, use `snapshard psi`.

    Select junctions with REGION;MATCH;FILTER;... The default match is exact. If a NAME is repeated,
    the junctions of all its values are combined.

    \b
    MEASURE          requires                           result
    inclusion-ratio  a b                                (B - A) / (A + B + 1) per sample
    psi              inclusion1 inclusion2 exclusion    percent spliced in, per sample
    shared           query query                        samples with reads in the first and a later query
    tissues          query query field                  n of N samples per tissue
    exons            query                              candidate exons between junctions
    union            query other                        junctions of this and other compilations, each once
    intersection     query other                        junctions that all of them have
    normalised       query normalise                    coverages comparable between samples (recount, jxcov)

    \b
    Examples:
      snapshard splicing psi inclusion1=chr1:100-200 inclusion2=chr1:300-400 exclusion=chr1:100-400
      snapshard splicing tissues query=chr1:100-200 query=chr1:300-400 field=SMTS
      snapshard splicing exons 'query=chr2:29193923-29919992;contains;strand=-' longest=300
      snapshard splicing normalised query=chr1:100-200 normalise=recount
    """
    values = _values_by_name(parameters)
    missing = [name for name in MEASURES[measure].required if name not in values]
    if missing:
        raise click.UsageError(f"{measure} needs {' '.join(f'{name}=...' for name in missing)}")
    with client_of(options) as client:
        response = client.get(f"splicing/{measure}", values)
    if as_json:
        print_json(response)
    else:
        print_records(records_of(measure_of(measure), response), MEASURES[measure].columns)
    if response.get("truncated"):
        records = MEASURES[measure].records
        click.echo(f"snapshard: truncated; there are more {records} (set limit=N)", err=True)


def _values_by_name(parameters: Iterable[str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise click.UsageError(f"expected NAME=VALUE, got {parameter!r}")
        values.setdefault(name, []).append(value)
    return values
