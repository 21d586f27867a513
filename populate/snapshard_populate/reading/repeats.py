"""Junctions that occur twice in one source.

A junction is its chromosome, start, end and strand. Rows are sorted by the first three, so the rows
of one position are adjacent, and only their strands need be remembered, also between chunks.
"""

from collections.abc import Callable

import numpy as np

from snapshard.errors import BadRow
from snapshard_populate.reading.chunks import Chunk, no_lines
from snapshard_populate.reading.fields import Mask, letters

_UNKNOWN = b"*.?"
"""Three ways to write one strand, the unknown one."""


class UniquePositions:
    """The position in one source up to which no junction has occurred twice. `lines_before` gives the
    number of lines of the file before the first row.
    """

    def __init__(self, lines_before: Callable[[], int] = no_lines) -> None:
        self._lines_before = lines_before
        self._line_of: dict[int, int] = {}

    def sift(self, chunk: Chunk, same: Mask) -> tuple[Chunk, list[BadRow]]:
        """The rows of the next chunk without repeated junctions, and the errors of those, whose lines
        count from the first row. `same` is the mask of the rows that have the position of the row
        before.
        """
        strands = letters(chunk.rows, "strand", most=1)[:, 0]
        strands = np.where(np.isin(strands, list(_UNKNOWN)), _UNKNOWN[-1], strands).tolist()
        good, bad = np.ones(len(same), np.bool_), []
        for i in np.flatnonzero(same).tolist():
            if i and not same[i - 1]:
                self._line_of = {strands[i - 1]: int(chunk.lines[i - 1])}
            line = int(chunk.lines[i])
            first = self._line_of.setdefault(strands[i], line)
            if first != line:
                good[i] = False
                first += self._lines_before()
                bad.append(BadRow(chunk.source, line, _reason(chunk, i, first)))
        if not same[-1]:
            self._line_of = {strands[-1]: int(chunk.lines[-1])}
        return (
            Chunk(chunk.rows.where(good), chunk.lines[good], chunk.source) if bad else chunk
        ), bad


def _reason(chunk: Chunk, row: int, first: int) -> str:
    fields = dict(zip(chunk.rows.columns, chunk.rows.part(row, row + 1).cells(), strict=True))
    number, chrom, start, end, strand = (
        fields[name][0].decode() for name in ("snaptron_id", "chromosome", "start", "end", "strand")
    )
    junction = f"{chrom}:{start}-{end}:{strand}"
    return f"expected every junction once, got {junction} (id {number}) again; line {first} has it"
