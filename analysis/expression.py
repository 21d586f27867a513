"""Measures window means and pictures from memory-mapped arrays of base coverage.

    python -m analysis.expression --positions 40000000 --groups 5

It writes one track of that size (2.2 GB for 40 million positions and 5 groups) to a temporary folder,
maps it, and asks for windows of 10 kb to the whole chromosome at random places. It writes
results/expression.json and the table of docs/expression.md.
"""

import argparse
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from analysis.document import fill, table
from analysis.measuring import interleaved, write_result
from snapshard.arrays import Source, Track
from snapshard.arrays.track_writer import TrackWriter
from snapshard.region import Region
from snapshard_ui.pictures import LevelFigure, LevelLine, draw_levels, png

PAGE = Path(__file__).parents[1] / "docs" / "expression.md"
STRETCH = 6
"""Bases of a stretch of equal coverage: 40 million positions are a chromosome of 240 Mb."""
PIXELS = 1_000
_BATCH = 500_000
WINDOWS = {"10 kb": 10_000, "1 Mb": 1_000_000, "whole chromosome": None}


def main() -> None:
    """Measures, prints, and writes results/expression.json and the table of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=40_000_000)
    parser.add_argument("--groups", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snapshard-expression-") as folder:
        track = write_track(Path(folder), options.positions, options.groups)
        figures = measure(track, options.repeats)
    write_result("expression", {**vars(options), "milliseconds": figures})
    fill(PAGE, tables_of(figures))


def write_track(folder: Path, positions: int, groups: int) -> Track:
    """A track of base coverage with so many positions and levels at random."""
    random_numbers = np.random.default_rng(1)
    files = folder / "positions.npy", folder / "totals.npy"
    with TrackWriter(*files, groups=groups) as writer:
        # A stretch adds the position of its end; the first also that of its start.
        for first in range(0, positions - 1, _BATCH):
            count = min(_BATCH, positions - 1 - first)
            starts = (first + np.arange(count)) * STRETCH + 1
            levels = random_numbers.integers(0, 100, (count, groups)).astype(np.float64)
            writer.add_stretches(starts, starts + STRETCH - 1, levels)
    return Track(Source.BASES, *(np.lib.format.open_memmap(path, mode="r") for path in files))


def measure(track: Track, repeats: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each question, in turns; every file was read once before."""
    places, last = random.Random(2), int(track.positions[-1]) - 1
    track.totals.sum(axis=0)
    actions = {
        f"mean of {name}": lambda bases=bases: track.sums(*window(places, last, bases))
        for name, bases in WINDOWS.items()
    }
    actions[f"picture of the whole chromosome, {PIXELS:,} pixels, SVG"] = lambda: draw(
        track, last
    ).svg("light")
    actions[f"picture of the whole chromosome, {PIXELS:,} pixels, PNG"] = lambda: png(
        draw(track, last), "light"
    )
    return {
        name: {key: value if key == "repeats" else 1_000 * value for key, value in times.items()}
        for name, times in interleaved(actions, repeats).items()
    }


def window(places: random.Random, last: int, bases: int | None) -> tuple[int, int]:
    """First and last base of a window at a random place; None is the whole chromosome."""
    if bases is None or bases >= last:
        return 1, last
    start = places.randint(1, last - bases + 1)
    return start, start + bases - 1


def draw(track: Track, last: int) -> Any:
    """The picture of all groups along the whole chromosome."""
    levels = track.profile(1, last, PIXELS)
    names = tuple(f"group {number}" for number in range(levels.shape[1]))
    lines = tuple(LevelLine(name, "?", levels[:, number]) for number, name in enumerate(names))
    return draw_levels(LevelFigure(Region("chr1", 1, last), "chr1", names, lines, "reads", ""))


def tables_of(figures: dict[str, dict[str, float]]) -> Any:
    """The parts of the page."""
    rows = [
        [name, f"{times['median']:.2f}", f"{times['max']:.2f}"] for name, times in figures.items()
    ]
    return {"expression-speed": lambda: table(["question", "median, ms", "largest, ms"], rows)}


if __name__ == "__main__":
    main()
