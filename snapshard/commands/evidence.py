"""`snapshard evidence`: whether a junction is seen, in which samples, and how strongly."""

from typing import Any
from urllib.parse import quote

import click

from snapshard.commands.options import (
    client_of,
    evidence_options,
    ranked_grouping_options,
    target_options,
)
from snapshard.commands.printing import print_json, print_records

_COLUMNS = (
    "group",
    "n",
    "N",
    "fraction",
    "reads",
    "median",
    "max",
    "cpm",
    "informative",
    "verdict",
    "upper_bound",
)


@click.command()
@click.argument("junction")
@click.option("--all", "all_groups", is_flag=True, help="Include groups without the junction.")
@evidence_options
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@ranked_grouping_options
@target_options
def evidence(junction: str, all_groups: bool, as_json: bool, **options: Any) -> None:
    """Report in how many samples JUNCTION is seen, in total and per group; 0 of N if in none.

    If a group does not have it, the verdict tells whether it would have been seen: absent although
    expressed if enough samples have reads of annotated junctions at its splice sites, else not
    informative (docs/evidence.md).

    JUNCTION is a position (first and last base of the intron, 1-based), a stable name, or a
    snaptron_id.

    \b
    Examples:
      snapshard evidence chr2:29,223,529-29,225,460
      snapshard evidence GRCh38:chr2:71548830-71549349:+ --all
      snapshard evidence 5512 --json
      snapshard evidence chr2:29222409-29222520:- --all --min-reads 10
      snapshard evidence chr2:29,223,529-29,225,460 --group-by study --top 20 --sort share
    """
    with client_of(options) as client:
        response = client.get(f"junctions/{quote(junction, safe='')}/evidence", options)
    if as_json:
        print_json(response)
        return
    click.echo(response["summary"])
    if response["found"]:
        click.echo(_details(response))
    records = []
    for group in response["groups"]:
        if all_groups or group["n"]:
            fraction = group["share"] if group["N"] else None
            cpm = (group["cpm"] or {}).get("median")
            coverage = group["coverage"] or {}
            values = {name: coverage.get(name) for name in ("informative", "expression_median")}
            records.append({**group, **values, "fraction": fraction, "cpm": cpm})
    if records:
        if not (options["group_by"] or options["sort"]):
            records.sort(key=_order)
        print_records(records, (*_COLUMNS, *_expression_columns(response)))
    if response["truncated"]:
        count = response["grouping"]["group_count"]
        click.echo(f"snapshard: truncated; there are {count} groups (set --top)", err=True)


def _expression_columns(response: dict[str, Any]) -> tuple[str, ...]:
    """The column of the gene's expression, if the compilation has it."""
    gene = (response["place"] or {}).get("gene") or {}
    return () if gene.get("expression") is None else ("expression_median",)


def _order(record: dict[str, Any]) -> tuple[bool, float, str]:
    """Clinically accessible tissues first, then by the share of samples, then by name."""
    return (not record["accessible"], -(record["fraction"] or 0), record["group"])


def _details(response: dict[str, Any]) -> str:
    total = response["seen"]
    start, end = (_junction_count(response[name]) for name in ("same_start", "same_end"))
    simulated = " (simulated data)" if response["about"]["simulated"] else ""
    return (
        f"median {total['median']:g}, maximum {total['max']} reads;"
        f" class {response['class'] or 'unknown'};"
        f" {start} other junctions share its start, {end} its end{simulated}"
    )


def _junction_count(neighbours: dict[str, Any]) -> str:
    return (
        f"more than {neighbours['junctions']}"
        if neighbours["truncated"]
        else f"{neighbours['junctions']}"
    )
