"""Consecutive rows as text, and their columns as arrays.

Text is the one form of rows everywhere: the lines of a source, the content of a payload block, the
output of a shard's COPY and the body of most responses. Columns are parsed from it only when they
are needed.

Offsets come in two kinds. `_starts` and `_ends` index the padded text, which has PADDING bytes in
front so that numbers can be parsed (see pairs.py); minus PADDING they index `text`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snapshard.junction import NAMES
from snapshard.native_pairs import restricted_lines
from snapshard.pairs import PADDING, Integers, Pairs, SampleSet, padded, parse_integers, parse_pairs

_TAB, _NEWLINE = b"\t\n"
Statistics = Callable[[int, int, float], bytes]
"""The columns from samples_count to coverage_median, each after a tab, of the number of samples, the sum
and the median of the reads of a row.
"""


def decimal_text(value: float) -> str:
    """A recomputed mean or median as text: 12 significant digits, no trailing zeros, at least one
    decimal.

    The form is Snaptron's (Python 2's `str(float)`), with an exponent from 1e12 on.
    """
    text = f"{value:.12g}"
    return text if "." in text or "e" in text else text + ".0"


def line_count(text: bytes) -> int:
    """The number of lines in a text of complete lines (`bytes.count` takes ten times as long)."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == _NEWLINE))


def lines_at(text: bytes, positions: Iterable[int]) -> list[memoryview]:
    """The lines at these positions of a text, in the order of the positions; nothing is copied."""
    newlines = [-1, *np.flatnonzero(np.frombuffer(text, np.uint8) == _NEWLINE).tolist()]
    view = memoryview(text)
    return [view[newlines[at] + 1 : newlines[at + 1] + 1] for at in positions]


class _Parsed(NamedTuple):
    """What the rows that a part was taken from had already parsed, for the part's rows alone."""

    padded: NDArray[np.uint8]
    ends: Integers
    pairs: Pairs | None


@dataclass(frozen=True)
class Rows:
    """Rows of tab-separated columns, each ended by a newline; every row has exactly these columns."""

    text: bytes
    columns: tuple[str, ...] = NAMES
    _parsed: _Parsed | None = field(default=None, repr=False, compare=False)

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return line_count(self.text) if self._parsed is None else len(self._parsed.ends)

    @cached_property
    def _padded(self) -> NDArray[np.uint8]:
        return padded(self.text) if self._parsed is None else self._parsed.padded

    @cached_property
    def _ends(self) -> Integers:
        """The end of every field in the padded text, one line of the array per row."""
        if self._parsed is not None:
            return self._parsed.ends
        # Every row has exactly these columns, so no row needs to be parsed on its own.
        ends = np.flatnonzero((self._padded == _TAB) | (self._padded == _NEWLINE))
        return ends.reshape(-1, len(self.columns))

    @cached_property
    def _starts(self) -> Integers:
        ends = self._ends.ravel()
        first = np.array([PADDING], np.int64)
        return np.concatenate((first, ends[:-1] + 1))[: len(ends)].reshape(self._ends.shape)

    def _bounds(self, name: str) -> tuple[Integers, Integers]:
        number = self.columns.index(name)
        return self._starts[:, number], self._ends[:, number]

    def spans(self, name: str) -> tuple[NDArray[np.uint8], Integers, Integers]:
        """A column as offsets: a text, and the start and end of each row's field in it. Eight bytes
        precede the first field.
        """
        return self._padded, *self._bounds(name)

    def line_ends(self) -> Integers:
        """The offset in the text where each row ends, its newline included."""
        return self._ends[:, -1] - (PADDING - 1)

    def lines(self) -> list[bytes]:
        """Each row with its newline."""
        return self.text.splitlines(keepends=True)

    def texts(self, name: str) -> list[bytes]:
        """A column as text."""
        starts, ends = self._bounds(name)
        bounds = zip((starts - PADDING).tolist(), (ends - PADDING).tolist(), strict=True)
        return [self.text[start:end] for start, end in bounds]

    def cells(self) -> list[list[bytes]]:
        """Every column as text; faster than `texts` for one column after the other."""
        width, fields = len(self.columns), self.fields()
        return [fields[number::width] for number in range(width)]

    def fields(self) -> list[bytes]:
        """Every field as text, row after row."""
        fields = self.text.replace(b"\n", b"\t").split(b"\t")
        fields.pop()
        return fields

    def integers(self, name: str) -> Integers:
        """A column of unsigned whole numbers; the text must be digits (an empty one gives 0)."""
        starts, ends = self._bounds(name)
        return parse_integers(self._padded, starts, ends)

    def decimals(self, name: str) -> NDArray[np.float64]:
        """A column of decimals. Raises ValueError for a text that is not a number."""
        return np.array([float(text) for text in self.texts(name)], np.float64)

    def flags(self, name: str) -> NDArray[np.bool_]:
        """A column of flags: false where the text is `0`, else true."""
        starts, ends = self._bounds(name)
        flags: NDArray[np.bool_] = (ends - starts != 1) | (self._padded.take(starts) != ord("0"))
        return flags

    @cached_property
    def pairs(self) -> Pairs:
        """The samples and coverages of every row."""
        if self._parsed is not None and self._parsed.pairs is not None:
            return self._parsed.pairs
        return parse_pairs(self.texts("samples"))

    def part(self, first: int, last: int) -> "Rows":
        """Consecutive rows, `last` excluded; whatever is parsed already is not parsed again."""
        start, stop = self._offset(first), self._offset(last)
        pairs: Pairs | None = self.__dict__.get("pairs")
        parsed = _Parsed(
            self._padded[start : stop + PADDING],
            self._ends[first:last] - start,
            None if pairs is None else pairs.part(first, last),
        )
        return Rows(self.text[start:stop], self.columns, parsed)

    def _offset(self, row: int) -> int:
        """The offset in the text where a row starts."""
        return int(self._ends[row - 1, -1]) - PADDING + 1 if row else 0

    def take(self, positions: Iterable[int]) -> "Rows":
        """The rows at these positions, in the order of the positions."""
        return Rows(b"".join(lines_at(self.text, positions)), self.columns)

    def where(self, mask: NDArray[np.bool_]) -> "Rows":
        """The rows for which the mask is true."""
        return self if mask.all() else self.take(np.flatnonzero(mask).tolist())

    def select(self, columns: Sequence[str]) -> "Rows":
        """Only these columns, in this order."""
        names = tuple(columns)
        if names == self.columns:
            return self
        fields = zip(*[self.texts(name) for name in names], strict=True)
        return Rows(b"".join([b"\t".join(row) + b"\n" for row in fields]), names)

    def restrict(self, samples: SampleSet, *, zeros: bool = False) -> "Rows":
        """The rows restricted to these samples: pairs of others are dropped, the statistics are
        recomputed, and rows without pairs are left out.

        Pairs with 0 reads are dropped as well, because such a sample does not have the junction;
        `zeros` keeps them.
        """
        text = None
        if self.columns == NAMES and samples.table is not None:
            text = restricted_lines(self.text, NAMES.index("samples"), samples.table, zeros=zeros)
        if text is not None:
            return Rows(text)
        pairs = self.pairs.restrict(samples)
        return self.with_pairs(pairs if zeros else pairs.with_reads())

    def with_pairs(self, pairs: Pairs, *, statistics: Statistics | None = None) -> "Rows":
        """The rows with these sample lists, one per row, in place of their own. The statistics are
        recomputed, and rows without pairs are left out.

        statistics: the text of a row's number of samples, reads and median; by default as Snaptron
        writes recomputed ones.
        """
        counts = pairs.counts()
        rows = np.flatnonzero(counts)
        text, lists = self.text, pairs.text
        bounds = pairs.bounds()
        columns = (*self._bounds_around_statistics(), bounds[:-1], bounds[1:])
        offsets = [column[rows].tolist() for column in columns]
        numbers = [column[rows].tolist() for column in (counts, pairs.sums(), pairs.medians())]
        texts = map(statistics or _statistics, *numbers)
        # A row is: its text up to the sample list, the new list, the new statistics, and its text
        # from the end of the old statistics on.
        pieces = [
            (text[start:before], lists[first:last], new, text[behind:stop])
            for start, before, behind, stop, first, last, new in zip(*offsets, texts, strict=True)
        ]
        return Rows(b"".join(chain.from_iterable(pieces)), self.columns)

    def _bounds_around_statistics(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Four offsets in the text for each row: its start, the start of its samples, the end of
        its median, and its end with the newline.
        """
        samples, median = self.columns.index("samples"), self.columns.index("coverage_median")
        return (
            self._starts[:, 0] - PADDING,
            self._starts[:, samples] - PADDING,
            self._ends[:, median] - PADDING,
            self.line_ends(),
        )


@lru_cache(1 << 16)
def _statistics(count: int, total: int, median: float) -> bytes:
    """The columns from samples_count to coverage_median, each after a tab. Cached, since most rows
    share theirs with others.
    """
    return f"\t{count}\t{total}\t{decimal_text(total / count)}\t{decimal_text(median)}".encode()
