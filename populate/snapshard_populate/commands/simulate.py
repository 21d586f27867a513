"""`snapshard simulate`: writes the files of a simulated compilation of any size."""

from pathlib import Path

import click

from snapshard_populate.commands.progress import progress_bars
from snapshard_populate.simulate import simulate as write_compilation


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--junctions",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    help="Number of junctions; GTEx has 30000000.",
)
@click.option(
    "--samples",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Number of samples; GTEx has 9662.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Seed of the random numbers; the same seed gives the same files.",
)
def simulate(folder: Path, junctions: int, samples: int, seed: int) -> None:
    """Write a simulated compilation into FOLDER, in Snaptron's file layout.

    Junctions, genes, exons, samples, groups, transcripts and base coverage follow the
    distributions of GTEx. Every page and every response labels the data as simulated.

    \b
    Examples:
      snapshard simulate demo
      snapshard simulate big --junctions 30000000 --samples 9662
      snapshard load demo
    """
    with progress_bars("lines") as progress:
        write_compilation(
            folder, junctions=junctions, samples=samples, seed=seed, progress=progress
        )
    click.echo(
        f"{folder}: {junctions:,} simulated junctions of {samples:,} samples. "
        f"Next: snapshard load {folder}"
    )
