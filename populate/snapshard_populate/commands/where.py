"""Which shards a command fills: the shard map's, or the embedded server's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from snapshard.connections import Embedded, ShardMap
from snapshard.errors import BadShardMap
from snapshard.release import Interval
from snapshard.settings import Settings
from snapshard_populate.releases import default_layout, read_layout

EMBEDDED_SHARDS = 5

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the embedded server (SNAPSHARD_DATA).",
)


def settings_for(data: Path | None) -> Settings:
    """The environment's settings, with the folder named on the command line before the one in the
    environment.
    """
    settings = Settings.from_env()
    return settings if data is None else replace(settings, data=data, shards=None)


@contextmanager
def shards_there(settings: Settings) -> Iterator[ShardMap]:
    """The shards that there are. An embedded server is let go of on exit."""
    if settings.shards is not None:
        yield ShardMap.from_file(settings.shards)
        return
    embedded = Embedded(settings.data)
    try:
        yield embedded.shard_map()
    finally:
        embedded.close()


@contextmanager
def shards_to_fill(
    settings: Settings, layout: Path | None, count: int | None
) -> Iterator[tuple[ShardMap, Sequence[Interval]]]:
    """The shards and the cut of the genome over them; shards that the embedded server lacks are
    made.

    Without a layout file whole chromosomes are dealt out: to `count` shards, else to all that there
    are, else to five. Raises BadShardMap.
    """
    cut = read_layout(layout.read_text(encoding="utf-8").splitlines()) if layout else None
    if settings.shards is not None:
        known = ShardMap.from_file(settings.shards)
        if count is not None:
            raise BadShardMap(
                "--shards is for the embedded server; the shards of a cluster are those of its shard map"
            )
        yield known, cut or default_layout(sorted(known.addresses))
        return
    embedded = Embedded(settings.data)
    try:
        there = sorted(embedded.shard_map().addresses)
        names = (
            [f"shard-{number:02}" for number in range(1, (count or EMBEDDED_SHARDS) + 1)]
            if count or not there
            else there
        )
        intervals = cut or default_layout(names)
        yield (
            embedded.ensure_shards(dict.fromkeys(interval.shard for interval in intervals)),
            intervals,
        )
    finally:
        embedded.close()
