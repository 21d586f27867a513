"""Consecutive rows as the text they came in, and their columns as arrays.

Text is the one form of rows everywhere: a source's lines, what a payload block holds, what a
shard's COPY sends and what most answers are. Columns are cut out of it only when somebody asks for
them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from snapshard.junction import NAMES
from snapshard.pairs import Integers, Pairs, SampleSet, padded, parse_integers, parse_pairs

_TAB, _NEWLINE = b"\t\n"
_PAD = 8


def decimal_text(value: float) -> str:
    """A recomputed mean or median as text: 12 significant digits, no trailing zeros, at least one
    decimal.

    This is how Snaptron prints them (Python 2's `str(float)`), exponent form from 1e12 included.
    """
    text = f"{value:.12g}"
    return text if "." in text or "e" in text else text + ".0"


def line_count(text: bytes) -> int:
    """How many lines a text of whole lines has (`count` of bytes takes ten times as long)."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == _NEWLINE))


def lines_at(text: bytes, positions: Iterable[int]) -> list[memoryview]:
    """The lines at these positions of a text, in the order given; nothing is copied."""
    newlines = [-1, *np.flatnonzero(np.frombuffer(text, np.uint8) == _NEWLINE).tolist()]
    view = memoryview(text)
    return [view[newlines[at] + 1 : newlines[at + 1] + 1] for at in positions]


@dataclass(frozen=True)
class Rows:
    """Rows of tab-separated columns, each ended by a newline; every row has exactly these columns."""

    text: bytes
    columns: tuple[str, ...] = NAMES

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return line_count(self.text)

    @cached_property
    def _padded(self) -> NDArray[np.uint8]:
        return padded(self.text)

    @cached_property
    def _ends(self) -> Integers:
        """Where each field ends, a row of positions per row, in the padded text."""
        found = np.flatnonzero((self._padded == _TAB) | (self._padded == _NEWLINE))
        return found.reshape(-1, len(self.columns))

    @cached_property
    def _starts(self) -> Integers:
        flat = self._ends.ravel()
        first = np.array([_PAD], np.int64)
        return np.concatenate((first, flat[:-1] + 1))[: len(flat)].reshape(self._ends.shape)

    def _bounds(self, name: str) -> tuple[Integers, Integers]:
        place = self.columns.index(name)
        return self._starts[:, place], self._ends[:, place]

    def spans(self, name: str) -> tuple[NDArray[np.uint8], Integers, Integers]:
        """A column as places: a text, and where in it each row's field starts and ends; eight bytes
        precede the first field.
        """
        return self._padded, *self._bounds(name)

    def line_ends(self) -> Integers:
        """Where in the text each row ends, its newline included."""
        return self._ends[:, -1] - (_PAD - 1)

    def lines(self) -> list[bytes]:
        """Each row with its newline."""
        return self.text.splitlines(keepends=True)

    def texts(self, name: str) -> list[bytes]:
        """A column as it is written."""
        starts, ends = self._bounds(name)
        return [
            self.text[s:e]
            for s, e in zip((starts - _PAD).tolist(), (ends - _PAD).tolist(), strict=True)
        ]

    def cells(self) -> list[list[bytes]]:
        """Every column as it is written, quicker than one after the other."""
        width, fields = len(self.columns), self.fields()
        return [fields[place::width] for place in range(width)]

    def fields(self) -> list[bytes]:
        """Every field as it is written, row after row."""
        fields = self.text.replace(b"\n", b"\t").split(b"\t")
        fields.pop()
        return fields

    def integers(self, name: str) -> Integers:
        """A column of unsigned whole numbers; the text must be digits (an empty one gives 0)."""
        starts, ends = self._bounds(name)
        return parse_integers(self._padded, starts, ends)

    def decimals(self, name: str) -> NDArray[np.float64]:
        """A column of decimals; ValueError if one is none."""
        return np.array([float(text) for text in self.texts(name)], np.float64)

    def flags(self, name: str) -> NDArray[np.bool_]:
        """Whether a column says anything but `0`."""
        starts, ends = self._bounds(name)
        said: NDArray[np.bool_] = (ends - starts != 1) | (self._padded.take(starts) != ord("0"))
        return said

    @cached_property
    def pairs(self) -> Pairs:
        """The samples and coverages of every row."""
        return parse_pairs(self.texts("samples"))

    def part(self, first: int, last: int) -> "Rows":
        """Consecutive rows, `last` not included, with all that was found out about them before."""
        start, stop = (
            int(self._ends[row - 1, -1]) - _PAD + 1 if row else 0 for row in (first, last)
        )
        part = Rows(self.text[start:stop], self.columns)
        vars(part)["_padded"] = self._padded[start : stop + _PAD]
        vars(part)["_ends"] = self._ends[first:last] - start
        vars(part)["_count"] = last - first
        if "pairs" in vars(self):
            vars(part)["pairs"] = self.pairs.part(first, last)
        return part

    def take(self, positions: Iterable[int]) -> "Rows":
        """The rows at these positions, in the order given."""
        return Rows(b"".join(lines_at(self.text, positions)), self.columns)

    def where(self, keep: NDArray[np.bool_]) -> "Rows":
        """The rows that the mask keeps."""
        return self if keep.all() else self.take(np.flatnonzero(keep).tolist())

    def select(self, columns: Sequence[str]) -> "Rows":
        """Only these columns, in this order."""
        wanted = tuple(columns)
        if wanted == self.columns:
            return self
        fields = zip(*[self.texts(name) for name in wanted], strict=True)
        return Rows(b"".join([b"\t".join(row) + b"\n" for row in fields]), wanted)

    def restrict(self, wanted: SampleSet) -> "Rows":
        """The rows that have wanted samples: their pairs cut in record order, the statistics
        recomputed over what is left.
        """
        return self.with_pairs(self.pairs.only(wanted))

    def with_pairs(self, pairs: Pairs) -> "Rows":
        """The rows with these sample lists, one per row, for their own: statistics recomputed, rows
        without pairs dropped.
        """
        counts = pairs.counts()
        kept, text, listed = np.flatnonzero(counts), self.text, pairs.text
        first, samples, median, last = (
            places[kept].tolist() for places in self._around_statistics()
        )
        ends = pairs.bounds()
        statistics = zip(
            *(found[kept].tolist() for found in (counts, pairs.sums(), pairs.medians())),
            strict=True,
        )
        places = zip(
            first,
            samples,
            ends[:-1][kept].tolist(),
            ends[1:][kept].tolist(),
            statistics,
            median,
            last,
            strict=True,
        )
        pieces = [
            (text[begin:before], listed[start:end], _statistics(*told), text[behind:stop])
            for begin, before, start, end, told, behind, stop in places
        ]
        return Rows(b"".join(chain.from_iterable(pieces)), self.columns)

    def _around_statistics(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Where in the text each row begins, where its samples do, where its median ends and the
        row itself, newline included.
        """
        samples, median = self.columns.index("samples"), self.columns.index("coverage_median")
        return (
            self._starts[:, 0] - _PAD,
            self._starts[:, samples] - _PAD,
            self._ends[:, median] - _PAD,
            self.line_ends(),
        )


@lru_cache(1 << 16)
def _statistics(count: int, total: int, median: float) -> bytes:
    """The columns from samples_count to coverage_median, each behind a tab. Most rows share theirs
    with others.
    """
    return f"\t{count}\t{total}\t{decimal_text(total / count)}\t{decimal_text(median)}".encode()
