"""`snapshard releases`: what was loaded, and which of it is served."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from snapshard.errors import BadRelease
from snapshard_populate.commands.where import data_option, settings_for, shards_there
from snapshard_populate.loading import verify_release
from snapshard_populate.releases import (
    ReleaseStatus,
    prune_releases,
    publish_release,
    release_statuses,
    retire_release,
    roll_back_release,
)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@data_option
@click.pass_context
def releases(context: click.Context, as_json: bool, data: Path | None) -> None:
    """Lists releases; its sub-commands publish, roll back, retire and prune them.

    \b
    Examples:
      snapshard releases
      snapshard releases rollback gtex
      snapshard releases retire gtex r1
      snapshard releases prune
    """
    context.obj = settings_for(data)
    if context.invoked_subcommand is not None:
        return
    with shards_there(context.obj) as shards:
        for status in release_statuses(shards.catalog):
            click.echo(json.dumps(asdict(status), default=str) if as_json else _line(status))


def _line(status: ReleaseStatus) -> str:
    served = "  <- served" if status.current else ""
    rows = f"{status.row_count or 0:,} junctions"
    intervals = f"{status.loaded}/{status.intervals} intervals"
    return f"{status}  {status.state}  {rows}  {intervals}  {status.created:%Y-%m-%d %H:%M}{served}"


@releases.command()
@click.argument("compilation")
@click.argument("release")
@click.pass_context
def verify(context: click.Context, compilation: str, release: str) -> None:
    """Reads a loaded release back and compares it with what its source said."""
    with shards_there(context.obj) as shards:
        verify_release(shards, compilation, release)
    click.echo(f"{compilation}/{release}: verified")


@releases.command()
@click.argument("compilation")
@click.argument("release")
@click.pass_context
def publish(context: click.Context, compilation: str, release: str) -> None:
    """Serves a verified release from now on, or one that was published before."""
    with shards_there(context.obj) as shards:
        publish_release(shards.catalog, compilation, release)
    click.echo(f"{compilation}/{release}: served")


@releases.command()
@click.argument("compilation")
@click.argument("release", required=False)
@click.pass_context
def rollback(context: click.Context, compilation: str, release: str | None) -> None:
    """Serves an older release again: RELEASE, or the one before the present one."""
    with shards_there(context.obj) as shards:
        name = roll_back_release(shards.catalog, compilation, release)
    click.echo(f"{compilation}/{name}: served")


@releases.command()
@click.argument("compilation")
@click.argument("release")
@click.pass_context
def retire(context: click.Context, compilation: str, release: str) -> None:
    """Takes a release out of use, so that prune drops it later."""
    with shards_there(context.obj) as shards:
        retire_release(shards.catalog, compilation, release)
    click.echo(
        f"{compilation}/{release}: retired; "
        "'snapshard releases prune' drops it when no export can be reading it"
    )


@releases.command()
@click.option(
    "--keep-for",
    type=click.FloatRange(0),
    default=86_400,
    show_default=True,
    help="Seconds since it was retired.",
)
@click.pass_context
def prune(context: click.Context, keep_for: float) -> None:
    """Drops retired releases and what dead loads left behind."""
    with shards_there(context.obj) as shards:
        pruned = prune_releases(shards, keep_for=keep_for)
    for name in (*pruned.releases, *pruned.leftovers):
        click.echo(f"dropped {name}")
    if pruned.in_use:
        raise BadRelease(f"still being read: {', '.join(pruned.in_use)}; prune again later")
