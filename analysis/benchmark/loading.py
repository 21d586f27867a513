"""Loads every system once, and stores its load times and sizes in the results."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from analysis.benchmark.compilation import Compilation
from analysis.benchmark.results import Results
from analysis.benchmark.systems.system import System

_MARK = "loaded-{}"


def load_systems(
    systems: Sequence[System],
    compilation: Compilation,
    folder: Path,
    results: Results,
    *,
    again: bool,
) -> None:
    """Loads the systems that the folder does not hold yet, one after the other; with `again`, the
    folder is emptied first.
    """
    if again:
        for path in set(folder.iterdir()) - {compilation.folder, results.path}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for system in systems:
        mark = folder / _MARK.format(system.name)
        if mark.exists():
            continue
        click.echo(f"load: {system.title}")
        seconds = system.load(compilation, folder)
        if seconds:
            results.put("load", system.name, dict(seconds))
        if sizes := system.sizes(folder):
            results.put("sizes", system.name, dict(sizes))
        mark.touch()
