"""The spike's command: one sub-command per question."""

from pathlib import Path

import click

from analysis import source
from analysis.storage import overlap, payloads, sizes
from analysis.storage.report import write_document
from analysis.storage.servers import SERVERS

_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("/tmp/storage"),
    help="Scratch space, 10 GB.",
)
_server = click.option(
    "--server",
    type=click.Choice(list(SERVERS)),
    multiple=True,
    default=list(SERVERS),
    help="Which servers.",
)
_rows = click.option("--rows", default=1_000_000, help="Rows to measure on.")


@click.group(help=__doc__)
def main() -> None:
    """Nothing by itself."""


def _lines(folder: Path, rows: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"lines-{rows}.tsv"
    if not path.exists():
        source.write_lines(path, rows)
    return path


@main.command("payloads", help="Text, packed and blocks against the ancestor's table.")
@_folder
@_rows
@_server
@click.option("--repeats", default=5)
@click.option(
    "--cold", default=5, help="Repeats that begin with a restart and an empty page cache."
)
def _payloads(folder: Path, rows: int, server: tuple[str, ...], repeats: int, cold: int) -> None:
    path = _lines(folder, rows)
    for name in server:
        with SERVERS[name](folder) as running:
            payloads.measure(running, path, repeats=repeats, cold=cold)


@main.command("sizes", help="Block sizes and zstd levels.")
@_folder
@click.option("--rows", default=200_000)
@click.option(
    "--real",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Junction files (gzip) to measure as well.",
)
def _sizes(folder: Path, rows: int, real: tuple[Path, ...]) -> None:
    with SERVERS["embedded"](folder) as running:
        sizes.measure(running, _lines(folder, rows), real=real)


@main.command("overlap", help="Ways to find the rows that overlap a window, and a row by its id.")
@_folder
@click.option("--repeats", default=21, help="Windows of each width, and ids.")
def _overlap(folder: Path, repeats: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with SERVERS["embedded"](folder) as running:
        overlap.measure(running, repeats=repeats)


@main.command("all", help="Everything, with the real files of ../shared/data where they are.")
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


@main.command("report", help="Puts the tables of the results into docs/storage.md.")
def _report() -> None:
    write_document()


if __name__ == "__main__":
    main()
