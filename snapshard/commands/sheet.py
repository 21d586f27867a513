"""`snapshard sheet`: the evidence for a junction on one page to print."""

from pathlib import Path
from typing import Any

import click

from snapshard.client.sheet import FORMATS
from snapshard.commands.options import (
    client_of,
    evidence_options,
    ranked_grouping_options,
    target_options,
)


@click.command()
@click.argument("junction")
@evidence_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write this file, .html, .pdf or .json  [JSON on standard output].",
)
@ranked_grouping_options
@target_options
def sheet(junction: str, output: Path | None, **options: Any) -> None:
    """Make the evidence sheet of JUNCTION: verdict, picture, tissues, thresholds, release, date,
    checksum, and how to reproduce it.

    JUNCTION is a position (first and last base of the intron, 1-based), a stable name, or a
    snaptron_id. A PDF needs the extra [sheet] where the query is answered (docs/sheet.md).

    \b
    Examples:
      snapshard sheet chr2:29,223,529-29,225,460 -o junction.pdf
      snapshard sheet GRCh38:chr2:71548830-71549349:+ --group Muscle --group Blood -o sheet.html
    """
    with client_of(options) as client:
        page = client.sheet(junction, format=_format_of(output), **options)
    if output is None:
        click.echo(page.content)
        return
    page.save(output)
    click.echo(f"{output}: {len(page.content):,} bytes", err=True)


def _format_of(output: Path | None) -> str:
    """The format that the name of the file ends with; JSON for standard output."""
    suffix = "json" if output is None else output.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        names = ", ".join(f".{name}" for name in FORMATS)
        raise click.UsageError(
            f"--output: expected a file that ends with one of {names}, got {output}"
        )
    return suffix
