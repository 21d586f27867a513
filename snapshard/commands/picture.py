"""`snapshard picture`: a window of the genome as a picture."""

from pathlib import Path
from typing import Any

import click

from snapshard.client.picture import FORMATS
from snapshard.commands.options import (
    Numbers,
    client_of,
    complete_column,
    complete_gene,
    complete_group,
    target_options,
)
from snapshard.match import MEANINGS


@click.command()
@click.argument("region", required=False)
@click.option(
    "--gene",
    metavar="NAME",
    shell_complete=complete_gene,
    help="Draw the region of a gene, its transcripts first.",
)
@click.option(
    "--transcript", metavar="ID", help="Number the exons of this transcript  [the preferred one]."
)
@click.option(
    "--match",
    type=click.Choice(list(map(str, MEANINGS))),
    help="Required relation of a junction to the region  [overlap].",
)
@click.option(
    "--filter",
    metavar="COLUMN>=VALUE",
    multiple=True,
    shell_complete=complete_column,
    help="Such as strand=+ or class!=DA. Repeatable; all must hold.",
)
@click.option(
    "--samples",
    "sample_ids",
    type=Numbers(),
    metavar="N,N",
    default=(),
    help="Restrict to these samples (rail_id, or @FILE) and recompute the counts.",
)
@click.option(
    "--group",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_group,
    help="Restrict to the samples of this group. Repeatable.",
)
@click.option(
    "--min-samples",
    type=int,
    metavar="N",
    help="Hide junctions that fewer samples have; the picture says how many  [2].",
)
@click.option(
    "--number",
    type=click.Choice(["samples", "reads"]),
    help="The number on an arc, which also sets its width  [samples].",
)
@click.option("--junction", metavar="NAME", help="Highlight this junction.")
@click.option("--limit", type=int, metavar="N", help="Maximum number of arcs  [200].")
@click.option("--width", type=int, metavar="PIXELS", help="Width of the picture  [1000].")
@click.option("--theme", type=click.Choice(["auto", "light", "dark"]), help="Colours  [auto].")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write this file, .svg or .png  [SVG on standard output].",
)
@target_options
def picture(region: str | None, output: Path | None, **options: Any) -> None:
    """Draw the junctions of a REGION or gene: gene models on top, below them an arc for each junction.

    Arcs of the forward strand are above the axis, those of the reverse strand below it; annotated ones
    are solid, others dashed. A window of 10 Mb or more is drawn as junctions per bin.
    docs/pictures.md describes the picture.

    \b
    Examples:
      snapshard picture --gene ALK -o alk.svg
      snapshard picture chr2:29,193,000-29,920,000 --filter 'class!=DA' --min-samples 5 -o novel.png
      snapshard picture --gene ALK --group Brain --number reads --theme dark -o brain.svg
    """
    form = _format_of(output)
    with client_of(options) as client:
        drawing = client.picture(region, format=form, **options)
    if output is None:
        click.echo(drawing.content)
        return
    drawing.save(output)
    click.echo(f"{output}: {drawing.drawn:,} of {drawing.matching:,} junctions drawn", err=True)


def _format_of(output: Path | None) -> str:
    """The format that the name of the file ends with; SVG for standard output."""
    suffix = "svg" if output is None else output.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        names = " or ".join(f".{name}" for name in FORMATS)
        raise click.UsageError(f"--output: expected a file that ends with {names}, got {output}")
    return suffix
