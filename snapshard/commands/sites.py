"""`snapshard sites`: the junctions that use a splice site."""

from typing import Any
from urllib.parse import quote

import click

from snapshard.commands.options import client_of, where
from snapshard.commands.printing import print_json, print_records, say_if_cut

_COLUMNS = ("role", "name", "samples_count", "coverage_sum", "coverage_median", "class")


@click.command()
@click.argument("site")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="Most junctions of each role, by place.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer.")
@where
def sites(site: str, limit: int, as_json: bool, **given: Any) -> None:
    """The junctions that use SITE as donor or acceptor. The table begins with those seen in most samples.

    SITE is the first or last base of introns, 1-based, with :+ or :- to name the strand. A variant hits a site, not a junction:
    this is what else is spliced there.

    \b
    Examples:
      snapshard sites chr2:29,223,529
      snapshard sites chr2:71548830:+ --json | jq '.donor[].name'
    """
    with client_of(given) as client:
        answer = client.get(f"splice-sites/{quote(site, safe='')}", {"limit": limit})
    if as_json:
        print_json(answer)
        say_if_cut(answer, limit)
        return
    found = [
        {"role": role, **junction}
        for role in ("donor", "acceptor", "unknown")
        for junction in answer[role]
    ]
    print_records(sorted(found, key=lambda one: -one["samples_count"]), _COLUMNS)
    if not found:
        click.echo(f"snapshard: no junction begins or ends at {answer['site']}", err=True)
    say_if_cut(answer, limit)
