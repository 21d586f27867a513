"""`snapshard compare`: the difference between groups of samples, junction by junction."""

import sys
from typing import Any

import click

from snapshard.client.compare import comparison_columns, comparison_records
from snapshard.commands.options import (
    client_of,
    complete_gene,
    grouping_options,
    target_options,
)
from snapshard.commands.printing import print_json, print_records


@click.command()
@click.argument("regions", metavar="[REGION]...", nargs=-1)
@click.option(
    "--gene",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_gene,
    help="Compare the junctions inside a gene. Repeatable.",
)
@click.option(
    "--name",
    metavar="JUNCTION",
    multiple=True,
    help="Compare this junction, by its stable name. Repeatable.",
)
@click.option(
    "--exon",
    metavar="CHR:FIRST-LAST[:STRAND]",
    multiple=True,
    help="Compare PSI of this cassette exon. Repeatable.",
)
@click.option(
    "--exclusive",
    metavar="EXON/EXON",
    multiple=True,
    help="Compare PSI of the first of two mutually exclusive exons. Repeatable.",
)
@click.option(
    "--include",
    metavar="JUNCTION",
    multiple=True,
    help="Compare PSI of an event with this junction of inclusion. Repeatable.",
)
@click.option(
    "--exclude",
    metavar="JUNCTION",
    multiple=True,
    help="A junction of exclusion of that event. Repeatable.",
)
@click.option(
    "--measure",
    type=click.Choice(["psi", "prevalence"]),
    help="psi: PSI among the junctions of the same donor (acceptor); prevalence: the share of"
    " samples that have the junction  [psi].",
)
@click.option(
    "--min-reads",
    type=int,
    metavar="N",
    help="Reads at the site from which a sample is informative (psi)  [10], or from which it has"
    " the junction (prevalence)  [1].",
)
@click.option(
    "--min-samples",
    type=int,
    metavar="N",
    help="Test a junction if N samples have it and, for psi, N of each group are informative  [10].",
)
@click.option("--limit", type=int, metavar="N", help="Maximum number of junctions  [100].")
@click.option(
    "--all", "every_test", is_flag=True, help="Print every test, for regions of any size, as TSV."
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@grouping_options
@target_options
def compare(regions: tuple[str, ...], every_test: bool, as_json: bool, **options: Any) -> None:
    """Compare groups of samples in the junctions inside REGION, a gene, or a list of names.

    Two groups: Mann-Whitney's test and Cliff's delta of PSI, or Fisher's test and the difference of
    the shares of samples, with an interval (95 %). More groups: the Kruskal-Wallis test. q is Benjamini
    and Hochberg's over all junctions that were tested; docs/compare.md defines each number. The smallest
    p values come first.

    \b
    Examples:
      snapshard compare --gene ALK --group Brain --group Lung
      snapshard compare chr2:29,193,000-29,920,000 --measure prevalence --group Brain --group Lung
      snapshard compare --gene ALK --cohort 'old:SMTS=Brain;AGE>=60' --cohort 'young:SMTS=Brain;AGE<60'
      snapshard compare --exclusive chr2:201-250:+/chr2:301-350:+ --group Brain --group Lung
      snapshard compare chr21 --all --group Brain --group Lung > chr21.tsv
      snapshard compare --name GRCh38:chr2:29223529-29225460:- --group-by study --top 20
    """
    if every_test:
        _print_every_test(regions, as_json, options)
        return
    with client_of(options) as client:
        response = client.get("compare", {**options, "region": regions})
    if as_json:
        print_json(response)
        return
    # Four decimals, as of other numbers, would show small p values as 0.
    records = [
        {**record, **{name: f"{record[name]:.2g}" for name in ("p", "q")}}
        for record in comparison_records(response)
    ]
    print_records(records, comparison_columns(response))
    click.echo(_summary(response), err=True)
    if response["truncated"]:
        click.echo("snapshard: truncated; there are more (set --limit or --top)", err=True)


def _print_every_test(regions: tuple[str, ...], as_json: bool, options: dict[str, Any]) -> None:
    for name in ("name", "exon", "exclusive", "include", "exclude", "limit"):
        if options.pop(name):
            raise click.UsageError(f"--all and --{name} exclude each other")
    if as_json:
        raise click.UsageError("--all and --json exclude each other")
    with (
        client_of(options) as client,
        client.compared({**options, "region": regions}) as lines,
    ):
        sys.stdout.buffer.writelines(lines)
        sys.stdout.buffer.flush()


def _summary(response: dict[str, Any]) -> str:
    left_out = ", ".join(f"{count} {reason}" for reason, count in response["left_out"].items())
    omissions = f"; not tested: {left_out}" if left_out else ""
    return f"snapshard: {response['tested']} tests ({response['test']}){omissions}"
