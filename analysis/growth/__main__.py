"""The command: loads what is not loaded, measures it, writes the page."""

import shutil
from pathlib import Path

import click

from analysis.growth.compilations import Compilation, compilations
from analysis.growth.files import write_files
from analysis.growth.loading import load
from analysis.growth.measuring import measure
from analysis.growth.report import write_documents
from analysis.measuring import circumstances, read_result, write_result

LOADS, ANSWERS = "growth-loads", "growth-answers"
_DISK = "45 GB for all sizes"

_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("/tmp/growth-data"),
    help=f"Scratch space, {_DISK}.",
)
_scale = click.option("--scale", default=1.0, help="Of the numbers of junctions; for trials.")
_only = click.option("--only", multiple=True, help="Names of sizes, such as rows1m (repeatable).")


@click.group(help=__doc__)
def main() -> None:
    """Nothing by itself."""


def _chosen(scale: float, only: tuple[str, ...]) -> list[Compilation]:
    return [one for one in compilations(scale) if not only or one.name in only]


@main.command(
    "load",
    help="Write the files that are missing, and load what is not loaded; figures are kept after each.",
)
@_folder
@_scale
@_only
def _load(folder: Path, scale: float, only: tuple[str, ...]) -> None:
    missing = [one for one in _chosen(scale, only) if not _is_loaded(one, folder)]
    for one in sorted(missing, key=lambda one: -one.rows):
        write_files(one, folder / "files")
    for one in missing:
        figures = load(one, write_files(one, folder / "files"), folder / "data")
        loaded = {"measured": circumstances(), **vars(one), **figures}
        write_result(LOADS, {"sizes": _read(LOADS) | {one.name: loaded}})


def _is_loaded(one: Compilation, folder: Path) -> bool:
    return one.name in _read(LOADS) and (folder / "data" / f"{one.name}.layout.tsv").exists()


def _read(name: str) -> dict[str, object]:
    try:
        return dict(read_result(name)["sizes"])
    except FileNotFoundError:
        return {}


@main.command("measure", help="Ask what is loaded; about five minutes.")
@_folder
@_scale
@_only
@click.option("--windows", default=200, help="Windows of each size.")
@click.option("--rounds", default=3, help="Times that each is asked.")
def _measure(folder: Path, scale: float, only: tuple[str, ...], windows: int, rounds: int) -> None:
    rows = max(1, round(1000 * min(1.0, scale)))
    loaded = [one for one in _chosen(scale, only) if one.name in _read(LOADS)]
    figures = measure(loaded, folder / "data", rows=rows, windows=windows, rounds=rounds)
    write_result(ANSWERS, {"rows": rows, "windows": windows, "rounds": rounds, **figures})


@main.command(
    "report", help="Make the tables of docs/growth.md and kubernetes/README.md, and the plots."
)
def _report() -> None:
    write_documents()


@main.command("clean", help="Remove the scratch space.")
@_folder
def _clean(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
