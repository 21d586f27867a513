"""`snapshard annotate`: a junction file of a sample, with the background of each junction."""

import sys
from pathlib import Path
from typing import Any

import click

from snapshard.client.annotate import annotation_parameters, write_whole
from snapshard.commands.options import client_of, complete_group, target_options
from snapshard.junction_files import CONVENTIONS, FORMATS, MAPPED, READ_KINDS

_POSITIONS = "; ".join(f"{name}: {convention.meaning}" for name, convention in CONVENTIONS.items())


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--tissue",
    metavar="GROUP",
    multiple=True,
    shell_complete=complete_group,
    help="Add the counts in this sample group, and rank by it. Repeatable.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, at the end and all at once  [standard output].",
)
@click.option(
    "--format",
    type=click.Choice(list(FORMATS)),
    help="Format of FILE  [detected by its content].",
)
@click.option(
    "--column",
    metavar="NAME=COLUMN",
    multiple=True,
    help=f"Of a table: the column that has the {', '.join(MAPPED)}. Repeatable.",
)
@click.option(
    "--positions",
    type=click.Choice(list(CONVENTIONS)),
    help=f"Of a table: how it counts  [intron]. {_POSITIONS}.",
)
@click.option(
    "--star-reads",
    type=click.Choice(READ_KINDS),
    help="Of STAR: reads mapped to one place, to several, or both  [unique].",
)
@click.option("--min-overhang", type=click.IntRange(0), help="Of STAR: minimum overhang  [0].")
@click.option(
    "--rare",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Rank the junctions that at most this share of the samples has  [0.01].",
)
@target_options
def annotate(file: str, output: Path | None, column: tuple[str, ...], **options: Any) -> None:
    """Add the background of its junction to each line of FILE: samples, reads, class, gene.

    Further columns have its share of the reads at its splice sites, and its rank among the rare
    junctions of FILE. docs/annotate.md defines every column.

    FILE is STAR's SJ.out.tab, BED of regtools or TopHat, a table of LeafCutter, FRASER, DROP, rMATS,
    MAJIQ or portcullis, or any table with `--column`; plain or gzip; - for standard input.

    \b
    Examples:
      snapshard annotate SJ.out.tab --tissue Blood > SJ.annotated.tsv
      snapshard annotate outliers.tsv --tissue Skin --tissue Blood -o outliers.annotated.tsv
      snapshard annotate calls.csv --column chromosome=chr --column start=from --column end=to
    """
    with client_of(options) as client:
        parameters = annotation_parameters(columns=_columns(column), **options)
        source = sys.stdin.buffer if file == "-" else file
        with client.annotated(source, parameters) as lines:
            if output is None:
                sys.stdout.buffer.writelines(lines.lines())
                sys.stdout.buffer.flush()
            else:
                write_whole(lines.lines(), output)
            for note in lines.notes:
                click.echo(f"snapshard: {file}: {note}", err=True)


def _columns(texts: tuple[str, ...]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for text in texts:
        name, equals, column = text.partition("=")
        if not equals:
            raise click.UsageError(f"--column: expected NAME=COLUMN, got {text!r}")
        columns[name] = column
    return columns
