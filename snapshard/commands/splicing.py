"""`snapshard splicing`: splicing measures of junctions, per sample, tissue or place."""

from typing import Any

import click

from snapshard.client.splicing import MEASURES, measure_of, records_of
from snapshard.commands.options import client_of, where
from snapshard.commands.printing import print_json, print_records


@click.command()
@click.argument("measure", type=click.Choice(list(MEASURES)))
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer.")
@where
def splicing(measure: str, parameters: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """A splicing MEASURE of junctions; docs/splicing.md says what each means.

    Junctions are asked for as REGION;MATCH;FILTER;... The match is exact if not said; a NAME may be repeated: its junctions are
    taken together.

    \b
    MEASURE          needs                              gives
    inclusion-ratio  a b                                (B - A) / (A + B + 1) per sample
    psi              inclusion1 inclusion2 exclusion    percent spliced in, per sample
    shared           query query                        samples with reads in the first and a later query
    tissues          query query field                  n of N samples per tissue
    exons            query                              stretches between junctions
    union            query other                        junctions of this and other compilations, each once
    intersection     query other                        those that all have
    normalised       query normalise                    coverages made comparable between samples (recount, jxcov)

    \b
    Examples:
      snapshard splicing psi inclusion1=chr1:100-200 inclusion2=chr1:300-400 exclusion=chr1:100-400 min_count=10
      snapshard splicing tissues query=chr1:100-200 query=chr1:300-400 field=SMTS
      snapshard splicing exons 'query=chr2:29193923-29919992;contains;strand=-' longest=300
      snapshard splicing normalised query=chr1:100-200 normalise=recount
    """
    wanted: dict[str, list[str]] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise click.UsageError(f"expected NAME=VALUE, got {parameter!r}")
        wanted.setdefault(name, []).append(value)
    missing = [name for name in MEASURES[measure].needs if name not in wanted]
    if missing:
        raise click.UsageError(f"{measure} needs {' '.join(f'{name}=...' for name in missing)}")
    with client_of(given) as client:
        answer = client.get(f"splicing/{measure}", wanted)
    if as_json:
        print_json(answer)
    else:
        print_records(records_of(measure_of(measure), answer), MEASURES[measure].columns)
    if answer.get("truncated"):
        click.echo(
            f"snapshard: cut; there are more {MEASURES[measure].records} (limit=N asks for N)",
            err=True,
        )
