"""`snapshard releases`: lists the releases of all compilations and changes which of them are served."""

import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import click

from snapshard.arrays import delete_arrays
from snapshard.connections import CATALOG, ShardMap, database_identity
from snapshard.errors import BadRelease
from snapshard_populate.commands.shards import current_shards, data_option, settings_for
from snapshard_populate.loading import verify_release
from snapshard_populate.releases import (
    ReleaseStatus,
    prune_releases,
    publish_release,
    release_statuses,
    retire_release,
    roll_back_release,
    session,
)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@data_option
@click.pass_context
def releases(context: click.Context, as_json: bool, data: Path | None) -> None:
    """List releases; sub-commands verify, publish, roll back, retire and prune them.

    \b
    Examples:
      snapshard releases
      snapshard releases rollback gtex
      snapshard releases retire gtex r1
      snapshard releases prune
    """
    context.obj = data
    if context.invoked_subcommand is not None:
        return
    with current_shards(settings_for(data)) as shards:
        for status in release_statuses(shards.catalog):
            click.echo(json.dumps(asdict(status), default=str) if as_json else _lines(status))


def _shards(context: click.Context, data: Path | None) -> AbstractContextManager[ShardMap]:
    """The shards of the folder that is named behind the sub-command, or else before it."""
    return current_shards(settings_for(data or context.obj))


def _lines(status: ReleaseStatus) -> str:
    """A line about a release, and one for each of its notices."""
    served = "  <- served" if status.current else ""
    rows = f"{status.row_count or 0:,} junctions"
    intervals = f"{status.loaded}/{status.intervals} intervals"
    line = f"{status}  {status.state}  {rows}  {intervals}  {status.created:%Y-%m-%d %H:%M}{served}"
    return "\n".join([line, *[f"    notice: {notice}" for notice in status.notices]])


@releases.command()
@click.argument("compilation")
@click.argument("release")
@data_option
@click.pass_context
def verify(context: click.Context, data: Path | None, compilation: str, release: str) -> None:
    """Read a loaded release back and compare it with its source."""
    with _shards(context, data) as shards:
        verify_release(shards, compilation, release)
    click.echo(f"{compilation}/{release}: verified")


@releases.command()
@click.argument("compilation")
@click.argument("release")
@data_option
@click.pass_context
def publish(context: click.Context, data: Path | None, compilation: str, release: str) -> None:
    """Serve a verified release, or one that was published before, from now on."""
    with _shards(context, data) as shards:
        publish_release(shards.catalog, compilation, release)
    click.echo(f"{compilation}/{release}: served")


@releases.command()
@click.argument("compilation")
@click.argument("release", required=False)
@data_option
@click.pass_context
def rollback(
    context: click.Context, data: Path | None, compilation: str, release: str | None
) -> None:
    """Serve an earlier release again: RELEASE, or the one before the current one."""
    with _shards(context, data) as shards:
        name = roll_back_release(shards.catalog, compilation, release)
    click.echo(f"{compilation}/{name}: served")


@releases.command()
@click.argument("compilation")
@click.argument("release")
@data_option
@click.pass_context
def retire(context: click.Context, data: Path | None, compilation: str, release: str) -> None:
    """Withdraw a release; prune drops it later."""
    with _shards(context, data) as shards:
        retire_release(shards.catalog, compilation, release)
    click.echo(
        f"{compilation}/{release}: retired; "
        "'snapshard releases prune' drops it once no export can be reading it"
    )


@releases.command()
@click.option(
    "--keep-for",
    type=click.FloatRange(0),
    default=86_400,
    show_default=True,
    help="Seconds to keep a release after it was retired.",
)
@data_option
@click.pass_context
def prune(context: click.Context, data: Path | None, keep_for: float) -> None:
    """Drop retired releases and the leftovers of failed loads."""
    with _shards(context, data) as shards:
        pruned = prune_releases(shards, keep_for=keep_for)
        statuses = release_statuses(shards.catalog)
        with session(CATALOG, shards.catalog) as connection:
            catalog = database_identity(connection)
    kept = frozenset(status.schema for status in statuses if status.state != "dropped")
    delete_arrays(settings_for(data or context.obj).array_folder, catalog, kept)
    for name in (*pruned.releases, *pruned.leftovers):
        click.echo(f"dropped {name}")
    if pruned.in_use:
        raise BadRelease(f"still being read: {', '.join(pruned.in_use)}; try again later")
