"""`snapshard shards`: the state of every shard."""

from pathlib import Path

import click

from snapshard.commands.options import client_of
from snapshard.commands.printing import print_json, print_records
from snapshard.errors import ShardUnavailable

_COLUMNS = ("name", "up", "milliseconds", "releases", "reason")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--server", metavar="URL", help="Query this server (SNAPSHARD_URL).")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Query this folder (SNAPSHARD_DATA)  [data].",
)
def shards(as_json: bool, server: str | None, data: Path | None) -> None:
    """Check every shard: whether it responds, how fast, and which releases it has.

    The exit code is 1 if a shard is unavailable.

    \b
    Examples:
      snapshard shards
      snapshard shards --server https://snapshard.example.org --json
    """
    with client_of({"server": server, "data": data}) as client:
        states = client.shards().to_dict("records")
    if as_json:
        print_json({"shards": states})
    else:
        print_records(states, _COLUMNS)
    for state in states:
        if not state["up"]:
            raise ShardUnavailable(state["name"], state["reason"])
