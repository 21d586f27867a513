"""The order that a source of rows must have: all rows of a chromosome adjacent, and sorted by start
and end within it.

Blocks and the bounds in the directory rely on this order. A source arrives chunk by chunk, so the
last position and the set of finished chromosomes are kept between chunks; chromosomes themselves may
come in any order.
"""

import shlex
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from snapshard.errors import BadSource
from snapshard.pairs import Integers
from snapshard.rows import Rows
from snapshard_populate.reading.checks import chromosomes, run_starts
from snapshard_populate.reading.chunks import no_lines
from snapshard_populate.reading.fields import Mask
from snapshard_populate.reading.spellings import Spellings


class GenomeOrder:
    """The position in one source up to which its rows have been in order; refuses the first row that
    is not.

    `first_column` is the number of the chromosome's column, for the command that sorts; start and
    end follow it. `lines_before` gives the number of lines of the file before the first row.
    """

    def __init__(
        self,
        source: str,
        spellings: Spellings,
        *,
        first_column: int = 2,
        lines_before: Callable[[], int] = no_lines,
    ) -> None:
        self.source = source
        self._lines_before = lines_before
        self._spellings = spellings
        numbers = range(first_column, first_column + 3)
        self._keys = "-k{0},{0} -k{1},{1}n -k{2},{2}n".format(*numbers)
        self._chromosomes: set[bytes] = set()
        self._last = (b"", 0, 0)

    def follow(self, rows: Rows, lines: Integers) -> Mask:
        """Mask of the rows that have the position of the row before: its chromosome, start and end.

        The rows have passed their checks; `lines` are their line numbers. Raises BadSource for a row
        out of order, with the line and the command that sorts the file.
        """
        names = chromosomes(rows)
        starts, ends = rows.integers("start"), rows.integers("end")
        same: list[Mask] = []
        for first, last in pairwise([*run_starts(names).tolist(), len(names)]):
            self._enter(names[first], int(lines[first]))
            same.append(self._ascend(starts[first:last], ends[first:last], lines[first:last]))
        return np.concatenate(same)

    def _enter(self, chrom: bytes, line: int) -> None:
        if chrom == self._last[0]:
            return
        if chrom in self._chromosomes:
            raise self._scattered(line, chrom.decode())
        self._chromosomes.add(chrom)
        self._last = (chrom, 0, 0)

    def _ascend(self, starts: Integers, ends: Integers, lines: Integers) -> Mask:
        """Mask of the rows at the position of the row before. They are of one chromosome."""
        chrom, start, end = self._last
        starts_before, ends_before = np.append(start, starts[:-1]), np.append(end, ends[:-1])
        same_start = starts == starts_before
        descends = (starts < starts_before) | same_start & (ends < ends_before)
        if descends.any():
            i = int(descends.argmax())
            name = chrom.decode()
            row, before = f"{starts[i]}-{ends[i]}", f"{starts_before[i]}-{ends_before[i]}"
            raise self._unsorted(int(lines[i]), f"{name}:{row} follows {name}:{before}")
        self._last = (chrom, int(starts[-1]), int(ends[-1]))
        same: Mask = same_start & (ends == ends_before)
        return same

    def _scattered(self, line: int, name: str) -> BadSource:
        reason = f"{name} occurs again after {self._last[0].decode()}"
        spellings = self._spellings.of(name)
        if len(spellings) == 1:
            return self._unsorted(line, reason)
        names = " and ".join(spellings)
        return BadSource(
            self.source,
            f"line {self._lines_before() + line}: expected all rows of a chromosome together, but {reason}, "
            f"because the file names it {names}; give it one name, then sort the rows",
        )

    def _unsorted(self, line: int, reason: str) -> BadSource:
        name = "FILE" if self.source == "-" else shlex.quote(self.source)
        command = f"zcat -f {name} | LC_ALL=C sort -t \"$(printf '\\t')\" {self._keys}"
        expected = "expected rows sorted by chromosome, start and end"
        line += self._lines_before()
        return BadSource(self.source, f"line {line}: {expected}, but {reason}; sort it: {command}")
