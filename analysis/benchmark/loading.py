"""Fills every system, once; how long that took and how much room it takes stay in the results."""

import shutil
from pathlib import Path

import click

from analysis.benchmark.compilation import Compilation
from analysis.benchmark.results import Results
from analysis.benchmark.systems.all import SYSTEMS

_DONE = "loaded"


def load_systems(compilation: Compilation, folder: Path, results: Results, *, again: bool) -> None:
    """Loads everything if the folder does not hold it yet (or again, if wished): one system after the other."""
    done = folder / _DONE
    if done.exists() and not again:
        return
    for path in [one for one in folder.iterdir() if one != compilation.folder]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for system in SYSTEMS:
        click.echo(f"load: {system.title}")
        seconds = system.load(compilation, folder)
        if seconds:
            results.put("load", system.name, dict(seconds))
        if sizes := system.sizes(folder):
            results.put("sizes", system.name, dict(sizes))
    done.touch()
