"""`snapshard router`: SQL over all shards from any PostgreSQL client."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from snapshard.connections import ShardSource, running_shards
from snapshard.errors import BadSetting
from snapshard.index import Index
from snapshard.release import Release
from snapshard.router import follow, local_router, refresh_router
from snapshard.settings import Settings

_SECONDS = 2.0
"""How often a router of a data folder looks for a release that was published or rolled back."""


@click.group()
def router() -> None:
    """Show the shards as one table to clients of PostgreSQL: psql, R, JDBC (docs/router.md).

    \b
    Examples:
      snapshard router serve --data data
      snapshard router refresh 'host=router dbname=snapshard user=postgres'
    """


@router.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Read the shards of this folder (SNAPSHARD_DATA)  [data].",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), default=5433, show_default=True)
def serve(data: Path | None, host: str, port: int) -> None:
    """Run a router for a data folder until Ctrl-C. It follows publications and rollbacks.

    The role reader can only read. Its password is in the file that is printed.

    \b
    Examples:
      snapshard router serve
      snapshard router serve --data /big/disk/snapshard --port 5439
    """
    settings = Settings.from_env()
    settings = settings.on_folder(data or settings.data)
    with (
        _refreshing(settings) as (shards, refresh_at),
        local_router(settings.data, shards(), host=host, port=port) as running,
    ):
        refresh_at(running.address)
        _report(f"PGPASSFILE={running.password_file} psql '{running.reader_address}'")
        _follow(partial(refresh_at, running.address), _SECONDS)


@router.command()
@click.argument("address")
@click.option(
    "--service",
    default="",
    metavar="NAME",
    help="Section of the router's PGSERVICEFILE with the password of the shards' reader.",
)
@click.option(
    "--every", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Go on, with these pauses."
)
def refresh(address: str, service: str, every: float | None) -> None:
    """Make the router at ADDRESS (libpq, a superuser) show the releases that are served.

    The shards are those of SNAPSHARD_SHARDS or SNAPSHARD_DISCOVER.

    \b
    Example:
      SNAPSHARD_SHARDS=shards.tsv snapshard router refresh 'dbname=snapshard user=postgres' --every 5
    """
    settings = Settings.from_env()
    if settings.embedded:
        raise BadSetting(
            "SNAPSHARD_SHARDS", "", "a shard map; for a data folder: snapshard router serve"
        )
    with _refreshing(settings, service) as (_, refresh_at):
        if every is None:
            refresh_at(address)
        else:
            _follow(partial(refresh_at, address), every)


@contextmanager
def _refreshing(
    settings: Settings, service: str = ""
) -> Iterator[tuple[ShardSource, Callable[[str], None]]]:
    """The shards, and a function that refreshes the router at an address and reports what changed."""

    def refresh_at(address: str) -> None:
        for release in refresh_router(address, shards(), index.catalog, service=service):
            _report(_description(release))

    with running_shards(settings) as shards:
        index = Index(shards, settings)
        try:
            yield shards, refresh_at
        finally:
            index.close()


def _follow(refresh_router: Callable[[], None], seconds: float) -> None:
    """Refreshes until Ctrl-C or SIGTERM, which both end the command in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    follow(refresh_router, seconds, on_error=_report)


def _description(release: Release) -> str:
    tables = f"{release.compilation}.junction"
    return f"{tables} is release {release.name}: {release.row_count:,} rows"


def _report(line: str) -> None:
    click.echo(line, err=True)
