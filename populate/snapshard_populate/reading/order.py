"""The order that a source of rows must have: chromosomes in one piece each, within one by start and
end.
"""

import shlex
from itertools import pairwise

import numpy as np

from snapshard.errors import BadSource
from snapshard.pairs import Integers
from snapshard.rows import Rows
from snapshard_populate.reading.checks import chromosomes, run_starts


class GenomeOrder:
    """Follows the rows of one source, chunk after chunk, and refuses the first one out of order.

    `first_column` is the number of the chromosome's, for the command that sorts; start and end
    follow it.
    """

    def __init__(self, source: str, *, first_column: int = 2) -> None:
        self.source = source
        self._keys = "-k{0},{0} -k{1},{1}n -k{2},{2}n".format(
            *range(first_column, first_column + 3)
        )
        self._done: set[bytes] = set()
        self._last = (b"", 0, 0)

    def follow(self, rows: Rows, lines: Integers) -> None:
        """Take note of the next rows, which have passed their checks; `lines` are their line
        numbers.

        Raises BadSource, with the line and the command that sorts the file.
        """
        names = chromosomes(rows)
        starts, ends = rows.integers("start"), rows.integers("end")
        for first, last in pairwise([*run_starts(names).tolist(), len(names)]):
            self._enter(names[first], int(lines[first]))
            self._ascend(starts[first:last], ends[first:last], lines[first:last])

    def _enter(self, chrom: bytes, line: int) -> None:
        if chrom == self._last[0]:
            return
        if chrom in self._done:
            raise self._unsorted(
                line, f"{chrom.decode()} comes again after {self._last[0].decode()}"
            )
        self._done.add(chrom)
        self._last = (chrom, 0, 0)

    def _ascend(self, starts: Integers, ends: Integers, lines: Integers) -> None:
        chrom, start, end = self._last
        starts_before, ends_before = np.append(start, starts[:-1]), np.append(end, ends[:-1])
        backward = (starts < starts_before) | (starts == starts_before) & (ends < ends_before)
        if backward.any():
            i = int(backward.argmax())
            came, before = f"{starts[i]}-{ends[i]}", f"{starts_before[i]}-{ends_before[i]}"
            raise self._unsorted(
                int(lines[i]), f"{chrom.decode()}:{came} comes after {chrom.decode()}:{before}"
            )
        self._last = (chrom, int(starts[-1]), int(ends[-1]))

    def _unsorted(self, line: int, what: str) -> BadSource:
        name = "FILE" if self.source == "-" else shlex.quote(self.source)
        command = f"zcat -f {name} | LC_ALL=C sort -t \"$(printf '\\t')\" {self._keys}"
        expected = "expected rows sorted by chromosome, start and end"
        return BadSource(self.source, f"line {line}: {expected}, but {what}; sort it: {command}")
