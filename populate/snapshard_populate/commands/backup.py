"""`snapshard backup`, `restore` and `upgrade-data`: of the data folder of the embedded server."""

from pathlib import Path

import click

from snapshard.commands.progress import bytes_bar
from snapshard.connections.embedded import current_programs, find_programs, upgradable
from snapshard.errors import BadQuery
from snapshard.settings import Settings
from snapshard_populate.backup import back_up, upgrade
from snapshard_populate.backup import restore as restore_backup
from snapshard_populate.commands.shards import data_option, settings_for


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@data_option
def backup(target: Path, data: Path | None) -> None:
    """Write a backup of the data folder to TARGET, a new file or an existing folder.

    The folder may be in use: the backup has every release that was complete when it began. At the
    end it is read back. Restore it with 'snapshard restore'.

    \b
    Examples:
      snapshard backup /big/disk/snapshard.backup
      snapshard backup --data /srv/snapshard /big/disk
    """
    folder = _folder(data)
    with bytes_bar("backup") as report:
        path = back_up(folder, target, report)
    click.echo(f"{path}: {path.stat().st_size:,} bytes, read back")


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@data_option
def restore(source: Path, data: Path | None) -> None:
    """Create the data folder from the backup SOURCE. The folder must not have databases yet.

    Every release is compared with what was loaded. If anything fails, nothing is left.

    \b
    Examples:
      snapshard restore /big/disk/snapshard.backup --data restored
      snapshard serve --data restored
    """
    folder = _folder(data)
    with bytes_bar("restore") as report:
        restore_backup(source, folder, report)
    click.echo(f"{folder}: restored and verified")


@click.command("upgrade-data")
@click.option(
    "--programs",
    type=click.Path(path_type=Path),
    help="Folder with the programs of the old PostgreSQL, such as /usr/lib/postgresql/15/bin.",
)
@data_option
def upgrade_data(programs: Path | None, data: Path | None) -> None:
    """Move the data folder to the PostgreSQL that is now installed.

    A new major version of PostgreSQL does not read the files of an older one. This command copies
    all databases, compares every release with what was loaded, and keeps the old files.

    \b
    Examples:
      snapshard upgrade-data
      snapshard upgrade-data --data /srv/snapshard --programs /usr/lib/postgresql/15/bin
    """
    folder = _folder(data)
    if not upgradable(folder):
        click.echo(f"{folder}: has the data of PostgreSQL {current_programs().major} already")
        return
    with bytes_bar("upgrade") as report:
        old = upgrade(folder, find_programs(folder, programs), report)
    click.echo(f"{folder}: upgraded and verified; the old files are in {old}, delete them any time")


def _folder(data: Path | None) -> Path:
    settings: Settings = settings_for(data)
    if not settings.embedded:
        raise BadQuery("data", None, "a data folder; SNAPSHARD_SHARDS or SNAPSHARD_DISCOVER is set")
    return settings.data
