"""Base coverage of one sample, as bedGraph or bigWig, in steps of equal coverage.

Both formats are 0-based and half-open. Positions that no step covers have no reads.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadSource
from snapshard.junction import parse_id
from snapshard.pairs import Integers
from snapshard_populate.formats.bases import read_bedgraph
from snapshard_populate.reading import (
    ErrorBudget,
    Source,
    Spellings,
    chromosomes,
    is_url,
    open_source,
    quoted,
    run_starts,
)

# A bigWig has the byte order of the machine that wrote it.
_BIGWIG = (b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26")
_WINDOW = 1 << 20
"""Bases of a bigWig read at a time: its steps are returned as Python tuples, at most one per base.
"""


@dataclass(frozen=True)
class CoverageFile:
    """The coverage file of one sample."""

    rail_id: int
    location: str


@dataclass(frozen=True)
class Steps:
    """Consecutive steps on one chromosome: ascending and without overlaps."""

    chrom: str
    starts: Integers
    ends: Integers
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.starts)

    def before(self, position: int) -> "Steps":
        """The steps before a position; a step across it ends there."""
        count = int(np.searchsorted(self.starts, position))
        return Steps(
            self.chrom,
            self.starts[:count],
            np.minimum(self.ends[:count], position),
            self.values[:count],
        )

    def since(self, position: int) -> "Steps":
        """The steps from a position on; a step across it starts there."""
        first = int(np.searchsorted(self.ends, position, side="right"))
        return Steps(
            self.chrom,
            np.maximum(self.starts[first:], position),
            self.ends[first:],
            self.values[first:],
        )


def read_coverage_files(source: Source) -> tuple[CoverageFile, ...]:
    """The files of a list with one line per sample: rail_id, tab, location; in the order of the
    columns.

    Locations are addresses, or paths relative to the folder of the list. Raises BadSource.
    """
    files: dict[int, CoverageFile] = {}
    for number, line in source.lines():
        text, _, location = line.partition("\t")
        rail_id = parse_id(text)
        if rail_id is None or not location:
            raise BadSource(
                source.name,
                f"line {number}: expected rail_id, tab, file of a sample, got {quoted(line)}",
            )
        if rail_id in files:
            raise BadSource(
                source.name, f"line {number}: expected every sample once, got {text} again"
            )
        path = location if is_url(location) else str(Path(source.name).parent / location)
        files[rail_id] = CoverageFile(rail_id, path)
    if not files:
        raise BadSource(
            source.name, "expected a line per sample: rail_id, tab, file; got an empty file"
        )
    return tuple(files.values())


def read_steps(
    file: CoverageFile, *, errors: ErrorBudget, spellings: Spellings, chunk_bytes: int
) -> Iterator[Steps]:
    """Yields the steps of a sample's file, some at a time, with chromosomes in plain string order
    (that of `LC_ALL=C sort`) of their names in the assembly of `spellings`.

    Bad lines of a bedGraph are spent on the error budget. Raises BadSource, also for chromosomes in
    another order.
    """
    # Files of different samples can be merged only if they share one order of chromosomes.
    file_steps = (
        _bigwig_steps(file.location, spellings)
        if is_bigwig(file.location)
        else _bedgraph_steps(file.location, errors, spellings, chunk_bytes)
    )
    last = ""
    for steps in file_steps:
        if steps.chrom < last:
            raise BadSource(
                file.location,
                f"expected chromosomes in plain string order, got {steps.chrom} after {last}; "
                "sort it: LC_ALL=C sort -k1,1 -k2,2n",
            )
        last = steps.chrom
        yield steps


def is_bigwig(location: str) -> bool:
    """Whether a local file is a bigWig, by its first bytes."""
    if is_url(location) or location == "-":
        return False
    try:
        with open(location, "rb") as file:
            return file.read(4) in _BIGWIG
    except OSError as error:
        raise BadSource(location, f"cannot be opened: {error.strerror}") from error


def _bedgraph_steps(
    location: str, errors: ErrorBudget, spellings: Spellings, chunk_bytes: int
) -> Iterator[Steps]:
    with open_source(location) as source:
        chunks = read_bedgraph(
            source, source.name, errors=errors, spellings=spellings, chunk_bytes=chunk_bytes
        )
        for chunk in chunks:
            rows, names = chunk.rows, chromosomes(chunk.rows)
            starts, ends = rows.integers("start"), rows.integers("end")
            values = rows.decimals("value")
            for first, last in pairwise([*run_starts(names).tolist(), len(names)]):
                yield Steps(
                    names[first].decode(), starts[first:last], ends[first:last], values[first:last]
                )


def _bigwig_steps(location: str, spellings: Spellings) -> Iterator[Steps]:
    # Imported here because only loads of bigWig files need this library.
    import pyBigWig

    try:
        with closing(pyBigWig.open(location)) as file:
            lengths = file.chroms()
            for name, spelling in _bigwig_names(list(lengths), location, spellings):
                for first in range(0, lengths[spelling], _WINDOW):
                    last = min(first + _WINDOW, lengths[spelling])
                    yield from _window(name, first, file.intervals(spelling, first, last))
    except RuntimeError as error:
        raise BadSource(location, f"is not a complete bigWig: {error}") from error


def _bigwig_names(chroms: list[str], location: str, spellings: Spellings) -> list[tuple[str, str]]:
    """The names of a bigWig's chromosomes in plain string order, each with its spelling there. Raises
    BadSource for a chromosome of another assembly, and for two spellings of one chromosome.
    """
    names = {spelling: spellings.name(spelling) for spelling in chroms}
    for spelling, name in names.items():
        if reason := spellings.reason(spelling):
            raise BadSource(location, reason)
        if len(spellings.of(name)) > 1:
            both = " and ".join(spellings.of(name))
            raise BadSource(location, f"expected one name for {name}, got {both}")
    return sorted((name, spelling) for spelling, name in names.items())


def _window(
    chrom: str, first: int, intervals: tuple[tuple[int, int, float], ...] | None
) -> Iterator[Steps]:
    """Yields the steps that start in a window; a step that reaches into it belongs to an earlier
    window.
    """
    steps = [interval for interval in intervals or () if interval[0] >= first]
    if steps:
        starts, ends, values = zip(*steps, strict=True)
        yield Steps(
            chrom,
            np.array(starts, np.int64),
            np.array(ends, np.int64),
            np.array(values, np.float64),
        )
