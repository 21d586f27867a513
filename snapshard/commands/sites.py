"""`snapshard sites`: the junctions that use a splice site."""

from typing import Any
from urllib.parse import quote

import click

from snapshard.commands.options import client_of, target_options
from snapshard.commands.printing import print_json, print_records, report_truncation
from snapshard.wire import ROLES

_COLUMNS = ("role", "name", "samples_count", "coverage_sum", "coverage_median", "class")


@click.command()
@click.argument("site")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="Maximum number of junctions of each role, by position.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@target_options
def sites(site: str, limit: int, as_json: bool, **options: Any) -> None:
    """List the junctions that use SITE as donor or acceptor, those in most samples first.

    SITE is the first or last base of introns, 1-based; add :+ or :- for one strand. A variant
    affects a splice site, not a single junction: this command shows what else is spliced there.

    \b
    Examples:
      snapshard sites chr2:29,223,529
      snapshard sites chr2:71548830:+ --json | jq '.donor[].name'
    """
    with client_of(options) as client:
        response = client.get(f"splice-sites/{quote(site, safe='')}", {"limit": limit})
    if as_json:
        print_json(response)
    else:
        _print_junctions(response)
    report_truncation(response, limit)


def _print_junctions(response: dict[str, Any]) -> None:
    records: list[dict[str, Any]] = []
    for role in ROLES:
        records += [{"role": role, **junction} for junction in response[role]]
    records.sort(key=lambda record: -record["samples_count"])
    print_records(records, _COLUMNS)
    if not records:
        click.echo(f"snapshard: no junction starts or ends at {response['site']}", err=True)
