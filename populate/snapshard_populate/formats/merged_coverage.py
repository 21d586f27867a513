"""Base coverage of many samples, each in a file of its own, side by side: the lines of one bases
file.

Files are read in step, each some steps ahead. Up to the place that all have reached, the genome is
cut wherever a sample's coverage changes; between two cuts there is one line with a value per
sample. Neighbouring stretches with the same values are one, and those without a read in any sample
are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers
from snapshard.rows import decimal_text
from snapshard_populate.formats.sample_coverage import CoverageFile, Steps, read_steps
from snapshard_populate.reading import ErrorBudget

_AHEAD_BYTES = 64 << 20  # of text, of all files together
_LEAST_AHEAD = 64 << 10
_CELLS = 1 << 21  # values of a table at a time: 16 MB
_END = np.iinfo(np.int64).max
Values = NDArray[np.float64]


class MergedCoverage:
    """The merged text of samples' files, read from front to back like a source. Values have a
    decimal, as Snaptron's do.
    """

    total: int | None = None

    def __init__(self, name: str, files: Sequence[CoverageFile], *, errors: ErrorBudget) -> None:
        self.name = name
        self.bytes_read = 0
        self._texts = filter(None, _texts(files, errors))
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """That many bytes of whole lines, fewer only at the end."""
        parts, missing = [self._rest], size - len(self._rest)
        while missing > 0 and (text := next(self._texts, b"")):
            parts.append(text)
            missing -= len(text)
        text = b"".join(parts)
        self._rest = text[size:]
        self.bytes_read += len(text) - len(self._rest)
        return text[:size]


@dataclass(frozen=True)
class _Table:
    """Stretches of one chromosome with a row of values each."""

    starts: Integers
    ends: Integers
    values: Values

    def joined(self) -> "_Table":
        """The same with neighbours of equal values made one."""
        if len(self.starts) < 2:
            return self
        new = np.ones(len(self.starts), np.bool_)
        new[1:] = (self.starts[1:] != self.ends[:-1]) | (self.values[1:] != self.values[:-1]).any(
            axis=1
        )
        first = np.flatnonzero(new)
        last = np.append(first[1:], len(new)) - 1
        return _Table(self.starts[first], self.ends[last], self.values[first])

    def part(self, first: int, last: int) -> "_Table":
        """Some of its rows."""
        return _Table(self.starts[first:last], self.ends[first:last], self.values[first:last])

    def followed(self, other: "_Table") -> "_Table":
        """Its rows and those of another."""
        starts, ends = (
            np.concatenate((self.starts, other.starts)),
            np.concatenate((self.ends, other.ends)),
        )
        return _Table(starts, ends, np.concatenate((self.values, other.values)))


class _Reader:
    """A sample's steps; `ahead` are those that are read and not yet used."""

    def __init__(self, file: CoverageFile, errors: ErrorBudget, chunk_bytes: int) -> None:
        self._coming = read_steps(file, errors=errors, chunk_bytes=chunk_bytes)
        self._next = next(self._coming, None)
        self.ahead: Steps | None = None
        self.advance()

    def advance(self) -> None:
        """Reads on, once what was ahead is used up."""
        if self.ahead is None or not len(self.ahead):
            self.ahead = self._next
            if self._next is not None:
                self._next = next(self._coming, None)

    @property
    def more(self) -> bool:
        """Whether steps behind those ahead are of the same chromosome."""
        return (
            self.ahead is not None
            and self._next is not None
            and self._next.chrom == self.ahead.chrom
        )

    def reaches(self, chrom: str) -> int:
        """Up to where everything of a chromosome is known."""
        return (
            int(self.ahead.ends[-1])
            if self.ahead is not None and self.ahead.chrom == chrom and self.more
            else _END
        )

    def take(self, chrom: str, place: int) -> Steps | None:
        """The steps of a chromosome up to a place, which are then used up."""
        if self.ahead is None or self.ahead.chrom != chrom:
            return None
        taken, self.ahead = self.ahead.before(place), self.ahead.since(place)
        self.advance()
        return taken


def _texts(files: Sequence[CoverageFile], errors: ErrorBudget) -> Iterator[bytes]:
    chunk_bytes = max(_LEAST_AHEAD, _AHEAD_BYTES // len(files))
    readers = [_Reader(file, errors, chunk_bytes) for file in files]
    while waiting := [reader.ahead.chrom for reader in readers if reader.ahead is not None]:
        chrom = min(waiting)
        held = None
        for table in _tables(chrom, readers):
            whole = (table if held is None else held.followed(table)).joined()
            # The last stretch may go on in the next table.
            held = whole.part(len(whole.starts) - 1, len(whole.starts))
            yield _lines(chrom, whole.part(0, len(whole.starts) - 1))
        if held is not None:
            yield _lines(chrom, held)


def _tables(chrom: str, readers: Sequence[_Reader]) -> Iterator[_Table]:
    while any(reader.ahead is not None and reader.ahead.chrom == chrom for reader in readers):
        place = min(reader.reaches(chrom) for reader in readers)
        taken = [reader.take(chrom, place) for reader in readers]
        sides = [
            side for steps in taken if steps is not None for side in (steps.starts, steps.ends)
        ]
        cuts = np.unique(np.concatenate(sides))
        step = max(1, _CELLS // len(readers))
        for first in range(0, len(cuts) - 1, step):
            yield _table(cuts[first : first + step + 1], taken)


def _table(cuts: Integers, taken: Sequence[Steps | None]) -> _Table:
    starts = cuts[:-1]
    values = np.zeros((len(starts), len(taken)))
    for column, steps in enumerate(taken):
        if steps is not None and len(steps):
            place = np.searchsorted(steps.starts, starts, side="right") - 1
            covered = (place >= 0) & (starts < steps.ends[place])
            values[covered, column] = steps.values[place[covered]]
    return _Table(starts, cuts[1:], values)


def _lines(chrom: str, table: _Table) -> bytes:
    seen = np.flatnonzero(table.values.any(axis=1))
    if not len(seen):
        return b""
    numbers, which = np.unique(table.values[seen], return_inverse=True)
    texts = [decimal_text(number).encode() for number in numbers.tolist()]
    places = zip(
        table.starts[seen].tolist(),
        table.ends[seen].tolist(),
        which.reshape(len(seen), -1).tolist(),
        strict=True,
    )
    name = chrom.encode()
    return b"".join(
        b"%s\t%d\t%d\t%s\n" % (name, start, end, b"\t".join([texts[one] for one in row]))
        for start, end, row in places
    )
