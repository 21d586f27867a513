"""`snapshard psi`: the share of an event's transcripts that are included, per group or sample."""

from typing import Any

import click

from snapshard.client.psi import GROUP_COLUMNS, SAMPLE_COLUMNS, psi_records
from snapshard.commands.options import client_of, ranked_grouping_options, target_options
from snapshard.commands.printing import print_json, print_records


@click.command()
@click.option(
    "--include", metavar="JUNCTION", multiple=True, help="A junction of inclusion. Repeatable."
)
@click.option(
    "--exclude", metavar="JUNCTION", multiple=True, help="A junction of exclusion. Repeatable."
)
@click.option(
    "--exon",
    metavar="CHR:FIRST-LAST[:STRAND]",
    multiple=True,
    help="A cassette exon; given twice, two mutually exclusive exons.",
)
@click.option(
    "--site",
    metavar="CHR:BASE[:STRAND]",
    help="A donor or acceptor: each junction against the others.",
)
@click.option(
    "--min-reads", type=int, metavar="N", help="Reads from which a sample is informative  [10]."
)
@click.option("--samples", is_flag=True, help="Print a row per informative sample.")
@click.option(
    "--limit", type=int, metavar="N", help="Maximum number of junctions of a site  [100]."
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@ranked_grouping_options
@target_options
def psi(samples: bool, as_json: bool, **options: Any) -> None:
    """Report PSI of a splicing event, per group of samples; docs/answers.md defines it.

    n of N samples have enough reads. PSI is of all their reads together, with its Wilson interval from
    low to high (95 %); q1, median and q3 are of the samples' PSI.

    \b
    Examples:
      snapshard psi --exon chr2:29,223,342-29,223,528
      snapshard psi --include chr1:100-200 --include chr1:251-300 --exclude chr1:100-300 --group Brain
      snapshard psi --site chr2:71548830:+ --group-by study --top 20
      snapshard psi --exon chr1:201-250 --cohort 'old:SMTS=Brain;AGE>=60' --cohort 'young:AGE<40'
    """
    with client_of(options) as client:
        response = client.get("psi", {**options, "samples": "true" if samples else None})
    if as_json:
        print_json(response)
        return
    if samples:
        print_records(psi_records(response, "samples"), SAMPLE_COLUMNS)
    else:
        print_records(_overall_and_groups(response), GROUP_COLUMNS)
    if response["truncated"]:
        click.echo("snapshard: truncated; there are more (set --limit or --top)", err=True)


def _overall_and_groups(response: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of all samples, then those of the groups, for each event."""
    records: list[dict[str, Any]] = []
    for event in response["events"]:
        records.append({"event": event["name"], "group": "all samples", **event["overall"]})
        records += psi_records({"events": [event]}, "groups")
    return records
