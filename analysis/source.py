"""The rows for all measurements: a simulated GTEx at full density, as 17-column lines in a file."""

from collections.abc import Iterator
from pathlib import Path

from snapshard.rows import Rows
from snapshard_populate.simulate import junction_lines

FULL_SIZE = 29_900_000
"""Junctions of GTEx in recount2. The first million of a simulation of this size cover about 40 Mb of
chr1.
"""
SAMPLES = 9_662
SEED = 1
_CHUNK = 4 << 20


def write_lines(path: Path, rows: int) -> None:
    """Writes the first rows of a complete simulated GTEx."""
    with path.open("wb") as file:
        for chunk in junction_lines(junctions=FULL_SIZE, samples=SAMPLES, seed=SEED):
            lines = chunk.splitlines(keepends=True)[:rows]
            file.writelines(lines)
            rows -= len(lines)
            if not rows:
                return


def read_chunks(path: Path) -> Iterator[Rows]:
    """Yields the rows in order, about 4 MB of text at a time."""
    with path.open("rb") as file:
        while text := file.read(_CHUNK):
            yield Rows(text + file.readline() if not text.endswith(b"\n") else text)
