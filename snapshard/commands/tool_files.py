"""`snapshard tool-files`: junctions as the files of other tools, such as STAR, LeafCutter and FRASER."""

from pathlib import Path
from typing import Any

import click

from snapshard.commands.options import client_of, selection_options, target_options
from snapshard.tool_files import TOOLS


@click.command()
@click.argument("tool", type=click.Choice(list(TOOLS)))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@selection_options
@click.option(
    "--name-field",
    metavar="FIELD",
    help="Field of the samples that names their files or columns  [rail_id].",
)
@target_options
def tool_files(tool: str, folder: Path, regions: tuple[str, ...], **options: Any) -> None:
    """Write all matching junctions to a new FOLDER in the format of a TOOL.

    star: a SJ.out.tab per sample, for STAR's second pass and SQANTI3. regtools: a BED12 per sample.
    leafcutter: the counts of all samples, perind_numers. recount3: a sparse matrix with row and column
    keys (MM, RR, ID). fraser: external counts for FRASER and DROP. anndata: junctions.h5ad. The junctions
    must fit in memory. `snapshard load FOLDER` reads all but AnnData again.

    \b
    Examples:
      snapshard tool-files star alk --gene ALK
      snapshard tool-files recount3 brain chr21 --group Brain --filter 'samples_count>=5'
      snapshard tool-files leafcutter counts --name-field run
      snapshard tool-files fraser controls --group Blood --name-field run
    """
    with client_of(options) as client:
        conditions = {
            name: value for name, value in options.items() if value not in ((), None, False)
        }
        paths = client.tool_files(tool, folder, regions, **conditions)
    click.echo(f"{folder}: {len(paths)} files", err=True)
