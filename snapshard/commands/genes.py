"""`snapshard genes`: genes by the start of their symbol or ID."""

from typing import Any

import click

from snapshard.commands.options import client_of, complete_gene, target_options
from snapshard.commands.printing import print_json, print_records, report_truncation

_COLUMNS = ("symbol", "gene_id", "chromosome", "start", "end", "strand", "biotype")


@click.command()
@click.argument("prefix", shell_complete=complete_gene)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Maximum number of genes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@target_options
def genes(prefix: str, limit: int, as_json: bool, **options: Any) -> None:
    """List genes whose symbol or ID starts with PREFIX (case-insensitive), an exact match first.

    Positions are 1-based and include both ends.

    \b
    Examples:
      snapshard genes ALK
      snapshard genes ENSG00000171094 --json
      snapshard query --gene ALK
    """
    with client_of(options) as client:
        response = client.get("genes", {"prefix": prefix, "limit": limit})
    if as_json:
        print_json(response)
    else:
        print_records(response["genes"], _COLUMNS)
    report_truncation(response, limit)
