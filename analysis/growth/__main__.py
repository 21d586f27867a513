"""Loads the compilations that are missing, measures them, and writes the page."""

import shutil
from functools import partial
from pathlib import Path

import click

from analysis.growth.compilations import Compilation, compilations
from analysis.growth.files import write_files
from analysis.growth.loading import load
from analysis.growth.measuring import measure
from analysis.growth.report import write_documents
from analysis.measuring import circumstances, read_result, write_result
from snapshard.commands.running import run_command

LOADS, ANSWERS = "growth-loads", "growth-answers"
_DISK = "45 GB for all sizes"

_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("/tmp/growth-data"),
    help=f"Folder for the files and the data ({_DISK}).",
)
_scale = click.option(
    "--scale", default=1.0, help="Factor for the numbers of junctions, for trials."
)
_only = click.option("--only", multiple=True, help="Names of sizes, such as rows1m (repeatable).")


@click.group(help=__doc__)
def main() -> None:
    """The group of commands."""


def _selected(scale: float, only: tuple[str, ...]) -> list[Compilation]:
    return [size for size in compilations(scale) if not only or size.name in only]


@main.command(
    "load",
    help="Write the missing files and load the missing compilations; figures are stored after each.",
)
@_folder
@_scale
@_only
def _load(folder: Path, scale: float, only: tuple[str, ...]) -> None:
    missing = [size for size in _selected(scale, only) if not _is_loaded(size, folder)]
    # The longest file comes first, because shorter ones are its beginning.
    for size in sorted(missing, key=lambda size: -size.rows):
        write_files(size, folder / "files")
    for size in missing:
        figures = load(size, write_files(size, folder / "files"), folder / "data")
        result = {"measured": circumstances(), **vars(size), **figures}
        write_result(LOADS, {"sizes": _read(LOADS) | {size.name: result}})


def _is_loaded(size: Compilation, folder: Path) -> bool:
    return size.name in _read(LOADS) and (folder / "data" / f"{size.name}.layout.tsv").exists()


def _read(name: str) -> dict[str, object]:
    try:
        return dict(read_result(name)["sizes"])
    except FileNotFoundError:
        return {}


@main.command("measure", help="Measure the loaded compilations; takes about five minutes.")
@_folder
@_scale
@_only
@click.option("--windows", default=200, help="Number of windows for each compilation.")
@click.option("--rounds", default=3, help="Number of rounds.")
def _measure(folder: Path, scale: float, only: tuple[str, ...], windows: int, rounds: int) -> None:
    rows = max(1, round(1000 * min(1.0, scale)))
    sizes = [size for size in _selected(scale, only) if size.name in _read(LOADS)]
    figures = measure(sizes, folder / "data", rows=rows, windows=windows, rounds=rounds)
    write_result(ANSWERS, {"rows": rows, "windows": windows, "rounds": rounds, **figures})


@main.command(
    "report", help="Write the plots, and the tables of docs/growth.md and kubernetes/README.md."
)
def _report() -> None:
    write_documents()


@main.command("clean", help="Remove the folder.")
@_folder
def _clean(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    run_command(partial(main, standalone_mode=False))
