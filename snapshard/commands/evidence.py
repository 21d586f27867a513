"""`snapshard evidence`: is a junction seen, where, and how strongly."""

from typing import Any
from urllib.parse import quote

import click

from snapshard.commands.options import client_of, where
from snapshard.commands.printing import print_json, print_records

_COLUMNS = ("group", "n", "N", "fraction", "reads", "median", "max")


@click.command()
@click.argument("junction")
@click.option("--all", "every", is_flag=True, help="Also the groups in which it is not seen.")
@click.option("--json", "as_json", is_flag=True, help="Print the server's answer.")
@where
def evidence(junction: str, every: bool, as_json: bool, **given: Any) -> None:
    """Whether JUNCTION is seen: in n of N samples, over all and per group; 0 of N if it is absent.

    JUNCTION is its place (first and last base of the intron, 1-based), its stable name, or its snaptron_id.

    \b
    Examples:
      snapshard evidence chr2:29,223,529-29,225,460
      snapshard evidence GRCh38:chr2:71548830-71549349:+ --all
      snapshard evidence 5512 --json
    """
    with client_of(given) as client:
        answer = client.get(f"junctions/{quote(junction, safe='')}/evidence")
    if as_json:
        print_json(answer)
        return
    click.echo(answer["summary"])
    if answer["found"]:
        click.echo(_known(answer))
    seen = [one for one in answer["groups"] if every or one["n"]]
    if seen:
        ordered = sorted(
            seen, key=lambda one: (-one["n"] / one["N"] if one["N"] else 0, one["group"])
        )
        print_records(
            [{**one, "fraction": one["n"] / one["N"] if one["N"] else None} for one in ordered],
            _COLUMNS,
        )


def _known(answer: dict[str, Any]) -> str:
    whole, simulated = answer["seen"], " (simulated data)" if answer["about"]["simulated"] else ""
    start, end = (
        f"{'more than ' * one['truncated']}{one['junctions']}"
        for one in (answer["same_start"], answer["same_end"])
    )
    ends = f"{start} others share its start, {end} its end"
    return f"median {whole['median']:g} and at most {whole['max']} reads; class {answer['class'] or 'unknown'}; {ends}{simulated}"
