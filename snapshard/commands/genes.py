"""`snapshard genes`: genes by the beginning of their name."""

from typing import Any

import click

from snapshard.commands.options import client_of, complete_gene, where
from snapshard.commands.printing import print_json, print_records, say_if_cut

_COLUMNS = ("symbol", "gene_id", "chromosome", "start", "end", "strand", "biotype")


@click.command()
@click.argument("prefix", shell_complete=complete_gene)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most genes."
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer.")
@where
def genes(prefix: str, limit: int, as_json: bool, **given: Any) -> None:
    """Genes whose symbol or id begins with PREFIX, in any case; an exact one first.

    Positions are 1-based, both ends included.

    \b
    Examples:
      snapshard genes ALK
      snapshard genes ENSG00000171094 --json
      snapshard query --gene ALK
    """
    with client_of(given) as client:
        answer = client.get("genes", {"prefix": prefix, "limit": limit})
    if as_json:
        print_json(answer)
    else:
        print_records(answer["genes"], _COLUMNS)
    say_if_cut(answer, limit)
