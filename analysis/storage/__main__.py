"""The command of the study: one sub-command per question."""

from functools import partial
from pathlib import Path

import click

from analysis import source
from analysis.storage import overlap, payloads, sizes
from analysis.storage.report import write_document
from analysis.storage.servers import SERVERS
from snapshard.commands.running import run_command

_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("/tmp/storage"),
    help="Folder for temporary data (10 GB).",
)
_server = click.option(
    "--server",
    type=click.Choice(list(SERVERS)),
    multiple=True,
    default=list(SERVERS),
    help="Servers to measure.",
)
_rows = click.option("--rows", default=1_000_000, help="Number of rows.")


@click.group(help=__doc__)
def main() -> None:
    """The group of commands."""


def _lines(folder: Path, rows: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"lines-{rows}.tsv"
    if not path.exists():
        source.write_lines(path, rows)
    return path


@main.command("payloads", help="Compare text, packed samples and blocks with the ancestor's table.")
@_folder
@_rows
@_server
@click.option("--repeats", default=5)
@click.option("--cold", default=5, help="Repeats after a restart with an empty page cache.")
def _payloads(folder: Path, rows: int, server: tuple[str, ...], repeats: int, cold: int) -> None:
    path = _lines(folder, rows)
    for name in server:
        with SERVERS[name](folder) as running:
            payloads.measure(running, path, repeats=repeats, cold=cold)


@main.command("sizes", help="Compare block sizes and zstd levels.")
@_folder
@click.option("--rows", default=200_000)
@click.option(
    "--real",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Junction file (gzip) to measure as well (repeatable).",
)
def _sizes(folder: Path, rows: int, real: tuple[Path, ...]) -> None:
    with SERVERS["embedded"](folder) as running:
        sizes.measure(running, _lines(folder, rows), real=real)


@main.command("overlap", help="Compare indexes for rows that overlap a window, and for ids.")
@_folder
@click.option("--repeats", default=21, help="Number of windows of each width, and of ids.")
def _overlap(folder: Path, repeats: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with SERVERS["embedded"](folder) as running:
        overlap.measure(running, repeats=repeats)


@main.command(
    "all", help="Measure everything, with the real files of ../shared/data if they exist."
)
@_folder
@click.pass_context
def _all(context: click.Context, folder: Path) -> None:
    real = sorted(Path("../shared/data").glob("gtex*/junctions.tsv.gz"))
    context.invoke(_sizes, folder=folder, rows=200_000, real=tuple(real))
    context.invoke(_overlap, folder=folder, repeats=21)
    context.invoke(
        _payloads, folder=folder, rows=1_000_000, server=tuple(SERVERS), repeats=5, cold=5
    )
    context.invoke(_report)


@main.command("report", help="Write the tables of docs/storage.md from the results.")
def _report() -> None:
    write_document()


if __name__ == "__main__":
    run_command(partial(main, standalone_mode=False))
