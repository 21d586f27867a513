"""The shards that a command reads or fills, by the same rule as those of `snapshard serve`.

A folder named on the command line overrides every variable. Otherwise SNAPSHARD_DISCOVER,
SNAPSHARD_SHARDS and SNAPSHARD_DATA decide, in this order.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from snapshard.connections import Embedded, ShardMap, running_shards
from snapshard.errors import BadShardMap
from snapshard.release import Interval
from snapshard.settings import Settings
from snapshard_populate.reading import open_source
from snapshard_populate.releases import default_layout, read_layout

EMBEDDED_SHARDS = 5

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Data folder (SNAPSHARD_DATA); overrides SNAPSHARD_SHARDS and SNAPSHARD_DISCOVER.",
)


def settings_for(folder: Path | None) -> Settings:
    """The settings of the environment, on the folder if one is named on the command line."""
    settings = Settings.from_env()
    return settings if folder is None else settings.on_folder(folder)


@contextmanager
def current_shards(settings: Settings) -> Iterator[ShardMap]:
    """The shards that exist now. An embedded server is released on exit."""
    with running_shards(settings) as source:
        yield source()


@contextmanager
def shards_to_fill(
    settings: Settings,
    layout_file: Path | None,
    count: int | None,
    assembly: str | None = None,
    *,
    inherits: bool = False,
) -> Iterator[tuple[ShardMap, Sequence[Interval]]]:
    """The shards to load, and the intervals of the genome that each of them gets.

    Without a layout file, whole chromosomes of the assembly are distributed over the shards. The
    embedded server creates missing shards: `count` of them, or five if it has none and no count is
    given. The shards of a cluster are fixed; raises BadShardMap for a count there.

    A load that `inherits` the intervals of an earlier release, without a layout file and a count,
    gets the shards that exist and no intervals.
    """
    if inherits and layout_file is None and count is None:
        with current_shards(settings) as shards:
            yield shards, ()
        return
    layout = layout_of(layout_file, assembly) if layout_file else None
    if not settings.embedded:
        if count is not None:
            raise BadShardMap(
                "--shards is only for the embedded server; the shards of a cluster come from "
                "its shard map or from discovery"
            )
        with current_shards(settings) as shards:
            yield shards, layout or default_layout(sorted(shards.addresses), assembly)
        return
    with Embedded(settings.data) as embedded:
        names = sorted(embedded.shard_map().addresses)
        if count or not names:
            names = [f"shard-{number:02}" for number in range(1, (count or EMBEDDED_SHARDS) + 1)]
        intervals = layout or default_layout(names, assembly)
        shards = embedded.ensure_shards(dict.fromkeys(interval.shard for interval in intervals))
        yield shards, intervals


def layout_of(file: Path, assembly: str | None = None) -> Sequence[Interval]:
    """The intervals of a layout file, on the names that chromosomes have in the assembly."""
    with open_source(file) as source:
        return read_layout((line for _, line in source.lines()), assembly)
