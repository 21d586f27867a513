"""`snapshard shards`: every shard and its state."""

from pathlib import Path

import click

from snapshard.commands.options import client_of
from snapshard.commands.printing import print_json, print_records
from snapshard.errors import ShardUnavailable

_COLUMNS = ("name", "up", "milliseconds", "releases", "reason")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--server", metavar="URL", help="Ask this server (SNAPSHARD_URL).")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Ask this folder (SNAPSHARD_DATA)  [data].",
)
def shards(as_json: bool, server: str | None, data: Path | None) -> None:
    """Every shard, asked now: does it answer, how quickly, what does it hold.

    Ends with 1 if a shard is away.

    \b
    Examples:
      snapshard shards
      snapshard shards --server https://snapshard.example.org --json
    """
    with client_of({"server": server, "data": data}) as client:
        found = client.shards().to_dict("records")
    if as_json:
        print_json({"shards": found})
    else:
        print_records(found, _COLUMNS)
    for shard in found:
        if not shard["up"]:
            raise ShardUnavailable(shard["name"], shard["reason"])
