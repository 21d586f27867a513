"""Base coverage of one sample, as bedGraph or bigWig, in steps of equal coverage.

Both count from 0 and exclude the end. What no step covers has no reads.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadSource
from snapshard.pairs import Integers
from snapshard_populate.formats.bases import read_bedgraph
from snapshard_populate.reading import (
    ErrorBudget,
    Source,
    chromosomes,
    is_url,
    open_source,
    quoted,
    run_starts,
)

_BIGWIG = (b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26")
_WINDOW = (
    1 << 20
)  # bases of a bigWig at a time: its steps come as Python tuples, at most one a base


@dataclass(frozen=True)
class CoverageFile:
    """The file of one sample."""

    rail_id: int
    location: str


@dataclass(frozen=True)
class Steps:
    """Consecutive steps on one chromosome: ascending, none overlapping another."""

    chrom: str
    starts: Integers
    ends: Integers
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.starts)

    def before(self, place: int) -> "Steps":
        """What lies before a place; a step across it is cut."""
        count = int(np.searchsorted(self.starts, place))
        return Steps(
            self.chrom,
            self.starts[:count],
            np.minimum(self.ends[:count], place),
            self.values[:count],
        )

    def since(self, place: int) -> "Steps":
        """What lies at a place and behind it; a step across it is cut."""
        first = int(np.searchsorted(self.ends, place, side="right"))
        return Steps(
            self.chrom,
            np.maximum(self.starts[first:], place),
            self.ends[first:],
            self.values[first:],
        )


def read_coverage_files(source: Source) -> tuple[CoverageFile, ...]:
    """The files that a list names: a line per sample, rail_id and place with a tab between, in the
    order of the columns.

    Places are addresses, or paths from the list's own folder on. Raises BadSource.
    """
    files: dict[int, CoverageFile] = {}
    for number, line in source.lines():
        rail_id, tab, place = line.partition("\t")
        if (
            not tab
            or not place
            or not (rail_id.isascii() and rail_id.isdigit() and len(rail_id) < 19)
        ):
            raise BadSource(
                source.name,
                f"line {number}: expected rail_id, tab, file of a sample, got {quoted(line)}",
            )
        if int(rail_id) in files:
            raise BadSource(
                source.name, f"line {number}: expected every sample once, got {rail_id} again"
            )
        files[int(rail_id)] = CoverageFile(
            int(rail_id), place if is_url(place) else str(Path(source.name).parent / place)
        )
    if not files:
        raise BadSource(
            source.name, "expected a line per sample: rail_id, tab, file; got an empty file"
        )
    return tuple(files.values())


def read_steps(file: CoverageFile, *, errors: ErrorBudget, chunk_bytes: int) -> Iterator[Steps]:
    """The steps of a sample's file, some at a time, chromosomes in plain string order (as `LC_ALL=C
    sort` has them).

    Bad lines of a bedGraph are spent on the error budget. Raises BadSource, also for chromosomes in
    another order.
    """
    read = (
        _bigwig_steps(file.location)
        if is_bigwig(file.location)
        else _bedgraph_steps(file.location, errors, chunk_bytes)
    )
    last = ""
    for steps in read:
        if steps.chrom < last:
            expected = "expected chromosomes in plain string order, such as LC_ALL=C sort -k1,1 -k2,2n gives"
            raise BadSource(file.location, f"{expected}; got {steps.chrom} after {last}")
        last = steps.chrom
        yield steps


def is_bigwig(location: str) -> bool:
    """Whether a file is a bigWig, as its first bytes say."""
    if is_url(location) or location == "-":
        return False
    try:
        with open(location, "rb") as file:
            return file.read(4) in _BIGWIG
    except OSError as error:
        raise BadSource(location, f"cannot be opened: {error.strerror}") from error


def _bedgraph_steps(location: str, errors: ErrorBudget, chunk_bytes: int) -> Iterator[Steps]:
    with open_source(location) as source:
        for chunk in read_bedgraph(source, source.name, errors=errors, chunk_bytes=chunk_bytes):
            rows, names = chunk.rows, chromosomes(chunk.rows)
            starts, ends, values = (
                rows.integers("start"),
                rows.integers("end"),
                rows.decimals("value"),
            )
            for first, last in pairwise([*run_starts(names).tolist(), len(names)]):
                yield Steps(
                    names[first].decode(), starts[first:last], ends[first:last], values[first:last]
                )


def _bigwig_steps(location: str) -> Iterator[Steps]:
    # Imported here: whoever loads no bigWig needs no library for them.
    import pyBigWig

    try:
        with closing(pyBigWig.open(location)) as file:
            for chrom, length in sorted(file.chroms().items()):
                for first in range(0, length, _WINDOW):
                    yield from _window(
                        chrom, first, file.intervals(chrom, first, min(first + _WINDOW, length))
                    )
    except RuntimeError as error:
        raise BadSource(location, f"is no whole bigWig: {error}") from error


def _window(
    chrom: str, first: int, found: tuple[tuple[int, int, float], ...] | None
) -> Iterator[Steps]:
    """The steps that begin in a window; one that reaches into it came with the window before."""
    own = [step for step in found or () if step[0] >= first]
    if own:
        starts, ends, values = zip(*own, strict=True)
        yield Steps(
            chrom,
            np.array(starts, np.int64),
            np.array(ends, np.int64),
            np.array(values, np.float64),
        )
