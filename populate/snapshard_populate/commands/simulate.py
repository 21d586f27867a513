"""`snapshard simulate`: a GTEx-shaped compilation of any size, as files to load."""

from pathlib import Path

import click

from snapshard_populate.commands.progress import bars
from snapshard_populate.simulate import simulate as write_compilation


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--junctions",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    help="How many; 30000000 is GTEx.",
)
@click.option(
    "--samples",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="How many; 9662 is GTEx.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="The same seed gives the same bytes.",
)
def simulate(folder: Path, junctions: int, samples: int, seed: int) -> None:
    """Writes a simulated compilation into FOLDER, in Snaptron's file layout.

    Junctions, genes, exons, samples, groups, transcripts and base coverage, with the distributions of GTEx. Every page and
    answer says that it is simulated.

    \b
    Examples:
      snapshard simulate demo
      snapshard simulate big --junctions 30000000 --samples 9662
      snapshard load demo
    """
    with bars("lines") as progress:
        write_compilation(
            folder, junctions=junctions, samples=samples, seed=seed, progress=progress
        )
    click.echo(
        f"{folder}: {junctions:,} simulated junctions of {samples:,} samples. Next: snapshard load {folder}"
    )
