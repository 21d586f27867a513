"""`snapshard serve`: the server over a local data folder, or over the shards that the settings
name.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from snapshard.connections import running_shards
from snapshard.settings import Settings
from snapshard_ui import create_app
from snapshard_ui.runtime.serving import Server, options


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the embedded server (SNAPSHARD_DATA).",
)
@click.option(
    "--host", help="Address to listen at (SNAPSHARD_HOST); 0.0.0.0 = every one of this machine."
)
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen at (SNAPSHARD_PORT).")
@click.option("--workers", type=click.IntRange(1), help="Processes (SNAPSHARD_WORKERS).")
def serve(**given: Any) -> None:
    """Answers over HTTP: REST API, Snaptron's protocol, web page.

    \b
    Examples:
      snapshard serve
      snapshard serve --data /big/disk/snapshard --port 8080
      SNAPSHARD_SHARDS=shards.tsv snapshard serve --host 0.0.0.0 --workers 4

    Ends on Ctrl-C or SIGTERM, after the answers under way.
    """
    settings = replace(
        Settings.from_env(), **{name: value for name, value in given.items() if value is not None}
    )
    with running_shards(settings) as shards:
        click.echo(
            f"Snapshard serves http://{settings.host}:{settings.port}/ (API: /api/v1/docs); stop it with Ctrl-C",
            err=True,
        )
        Server(lambda: create_app(settings, shards), options(settings)).run()
