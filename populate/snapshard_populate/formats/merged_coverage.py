"""Base coverage of many samples, each in a file of its own, merged into the lines of one bases file.

The files are read in step, each some steps ahead of the merged text:

- Every reader knows the position up to which its sample's coverage is complete: the end of the last
  step that it has read, or the end of the chromosome. The text is made up to the smallest of these
  positions, so no file is ever held in memory.
- Up to there, the genome is divided wherever the coverage of any sample changes. Each interval is a
  line with one value per sample.
- Adjacent intervals with the same values become one, also across the tables that are made at a time:
  the last interval of a table waits for the next table. Intervals without reads in any sample are
  left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers
from snapshard.rows import decimal_text
from snapshard_populate.formats.sample_coverage import CoverageFile, Steps, read_steps
from snapshard_populate.reading import ErrorBudget, Spellings

# Bytes of text that are read ahead, of all files together: thousands of files may be open.
_AHEAD_BYTES = 64 << 20
_LEAST_AHEAD = 64 << 10
# Values of a table at a time (16 MB), since intervals times samples may exceed the memory.
_CELLS = 1 << 21
_END = np.iinfo(np.int64).max
Values = NDArray[np.float64]


class MergedCoverage:
    """The merged text of samples' files, read from front to back like a source.

    Values have a decimal, as Snaptron's do. `spellings` are those of each file.
    """

    total: int | None = None

    def __init__(
        self,
        name: str,
        files: Sequence[CoverageFile],
        *,
        errors: ErrorBudget,
        assembly: str | None = None,
    ) -> None:
        self.name = name
        self.bytes_read = 0
        self.spellings = {file.location: Spellings(assembly) for file in files}
        self._texts = filter(None, _texts(files, errors, self.spellings))
        self._unread = b""

    def read(self, size: int, /) -> bytes:
        """That many bytes of text, fewer only at the end."""
        parts, missing = [self._unread], size - len(self._unread)
        while missing > 0 and (text := next(self._texts, b"")):
            parts.append(text)
            missing -= len(text)
        text = b"".join(parts)
        self._unread = text[size:]
        self.bytes_read += len(text) - len(self._unread)
        return text[:size]


@dataclass(frozen=True)
class _Table:
    """Ascending intervals of one chromosome, with a row of values each."""

    starts: Integers
    ends: Integers
    values: Values

    def __len__(self) -> int:
        return len(self.starts)

    def merge_adjacent(self) -> "_Table":
        """The same coverage, with adjacent intervals of equal values merged."""
        if len(self) < 2:
            return self
        changes = np.ones(len(self), np.bool_)
        changes[1:] = self.starts[1:] != self.ends[:-1]
        changes[1:] |= (self.values[1:] != self.values[:-1]).any(axis=1)
        first = np.flatnonzero(changes)
        last = np.append(first[1:], len(changes)) - 1
        return _Table(self.starts[first], self.ends[last], self.values[first])

    def slice(self, first: int, last: int) -> "_Table":
        """Intervals first to last - 1."""
        return _Table(self.starts[first:last], self.ends[first:last], self.values[first:last])

    def append(self, other: "_Table") -> "_Table":
        """These intervals and those of another table."""
        return _Table(
            np.concatenate((self.starts, other.starts)),
            np.concatenate((self.ends, other.ends)),
            np.concatenate((self.values, other.values)),
        )


class _Reader:
    """The steps of one sample; `ahead` are those that were read and not yet used."""

    def __init__(
        self, file: CoverageFile, errors: ErrorBudget, spellings: Spellings, chunk_bytes: int
    ) -> None:
        self._steps = read_steps(file, errors=errors, spellings=spellings, chunk_bytes=chunk_bytes)
        # The steps after those ahead must be known: only they show where a chromosome ends.
        self._next = next(self._steps, None)
        self.ahead: Steps | None = None
        self._advance()

    def _advance(self) -> None:
        """Reads on if all steps ahead are used."""
        if self.ahead is None or not len(self.ahead):
            self.ahead = self._next
            if self._next is not None:
                self._next = next(self._steps, None)

    def reaches(self, chrom: str) -> int:
        """The position up to which the coverage of a chromosome is complete."""
        # A sample without further steps on the chromosome must not delay the others.
        if self.ahead is None or self._next is None or self.ahead.chrom != chrom:
            return _END
        return int(self.ahead.ends[-1]) if self._next.chrom == chrom else _END

    def take(self, chrom: str, position: int) -> Steps | None:
        """The steps of a chromosome up to a position, which are then used."""
        if self.ahead is None or self.ahead.chrom != chrom:
            return None
        steps, self.ahead = self.ahead.before(position), self.ahead.since(position)
        self._advance()
        return steps


def _texts(
    files: Sequence[CoverageFile], errors: ErrorBudget, spellings: Mapping[str, Spellings]
) -> Iterator[bytes]:
    chunk_bytes = max(_LEAST_AHEAD, _AHEAD_BYTES // len(files))
    readers = [_Reader(file, errors, spellings[file.location], chunk_bytes) for file in files]
    while chromosomes := [reader.ahead.chrom for reader in readers if reader.ahead is not None]:
        # All files are in plain string order, so no file has rows of an earlier chromosome.
        chrom = min(chromosomes)
        last: _Table | None = None
        for table in _tables(chrom, readers):
            merged = (table if last is None else last.append(table)).merge_adjacent()
            # The last interval may continue in the next table.
            last = merged.slice(len(merged) - 1, len(merged))
            yield _lines(chrom, merged.slice(0, len(merged) - 1))
        if last is not None:
            yield _lines(chrom, last)


def _tables(chrom: str, readers: Sequence[_Reader]) -> Iterator[_Table]:
    while any(reader.ahead is not None and reader.ahead.chrom == chrom for reader in readers):
        position = min(reader.reaches(chrom) for reader in readers)
        samples = [reader.take(chrom, position) for reader in readers]
        bounds: list[Integers] = []
        for steps in samples:
            if steps is not None:
                bounds += (steps.starts, steps.ends)
        changes = np.unique(np.concatenate(bounds))
        count = max(1, _CELLS // len(readers))
        for first in range(0, len(changes) - 1, count):
            yield _table(changes[first : first + count + 1], samples)


def _table(changes: Integers, samples: Sequence[Steps | None]) -> _Table:
    starts = changes[:-1]
    values = np.zeros((len(starts), len(samples)))
    for column, steps in enumerate(samples):
        if steps is not None and len(steps):
            step = np.searchsorted(steps.starts, starts, side="right") - 1
            covered = (step >= 0) & (starts < steps.ends[step])
            values[covered, column] = steps.values[step[covered]]
    return _Table(starts, changes[1:], values)


def _lines(chrom: str, table: _Table) -> bytes:
    covered = np.flatnonzero(table.values.any(axis=1))
    if not len(covered):
        return b""
    # Few values differ, so each is turned into text once.
    values, numbers = np.unique(table.values[covered], return_inverse=True)
    texts = [decimal_text(value).encode() for value in values.tolist()]
    name = chrom.encode()
    intervals = zip(
        table.starts[covered].tolist(),
        table.ends[covered].tolist(),
        numbers.reshape(len(covered), -1).tolist(),
        strict=True,
    )
    lines = []
    for start, end, row in intervals:
        columns = b"\t".join([texts[number] for number in row])
        lines.append(b"%s\t%d\t%d\t%s\n" % (name, start, end, columns))
    return b"".join(lines)
