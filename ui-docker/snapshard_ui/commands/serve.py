"""`snapshard serve`: the server over a local data folder, or over the shards that the settings
name.
"""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from snapshard.connections import running_shards
from snapshard.errors import SnapshardError
from snapshard.settings import Settings
from snapshard_ui import create_app
from snapshard_ui.runtime.serving import Server, check_address, options, url_host


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Data folder (SNAPSHARD_DATA); overrides SNAPSHARD_SHARDS and SNAPSHARD_DISCOVER.",
)
@click.option(
    "--host", help="Address to listen on (SNAPSHARD_HOST); 0.0.0.0 = all addresses of this machine."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="Port to listen on (SNAPSHARD_PORT); 0 = any free port, printed at the start.",
)
@click.option(
    "--workers", type=click.IntRange(1), help="Number of worker processes (SNAPSHARD_WORKERS)."
)
def serve(data: Path | None, **overrides: Any) -> None:
    """Run the HTTP server: REST API, Snaptron protocol and web page.

    With the extra mcp it also has tools for language models, at /mcp (docs/mcp.md).

    \b
    Examples:
      snapshard serve
      snapshard serve --data /big/disk/snapshard --port 8080
      SNAPSHARD_SHARDS=shards.tsv snapshard serve --host 0.0.0.0 --workers 4

    The address is printed on standard error. Ctrl-C or SIGTERM stops the server after the
    responses in progress.
    """
    settings = Settings.from_env()
    if data is not None:
        settings = settings.on_folder(data)
    settings = replace(
        settings, **{name: value for name, value in overrides.items() if value is not None}
    )

    def announce(port: int) -> None:
        click.echo(
            f"Snapshard serves http://{url_host(settings.host)}:{port}/ (API: /api/v1/docs); "
            "press Ctrl-C to stop",
            err=True,
        )

    check_address(settings.host, settings.port)
    failures: list[SnapshardError] = []

    def end(error: SnapshardError) -> None:
        failures.append(error)
        os.kill(os.getpid(), signal.SIGTERM)

    with running_shards(settings, on_failure=end) as shards:
        try:
            Server(lambda: create_app(settings, shards), options(settings), announce).run()
        finally:
            # The server ends by SystemExit, whose code would report success.
            if failures:
                raise failures[0]
