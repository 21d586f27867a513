"""The lines of a junction file with their background beside them, batch by batch.

What must hold: a row of the result is a line of the file, unchanged, then the added columns; a line
with several junctions is repeated for each, and a line without one has NA. Ranks are known only
after the last row, so they follow the rows as remarks that name a row by its number.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from snapshard.background.columns import NA, Background, column_names, read_background
from snapshard.background.doubts import Doubts
from snapshard.background.ranks import RARE, RareJunctions
from snapshard.index import Index
from snapshard.junction_files import JunctionFile, JunctionLines
from snapshard.pairs import Integers
from snapshard.release import Release, SampleGroup
from snapshard.wire import NOTE_REMARK, RANK_REMARK


class AnnotatedFile:
    """The result for one file; `row_count` rows have been yielded so far."""

    def __init__(
        self,
        index: Index,
        release: Release,
        file: JunctionFile,
        *,
        groups: Sequence[SampleGroup] = (),
        rare: float = RARE,
    ) -> None:
        self._index = index
        self._release = release
        self._file = file
        self._groups = tuple(groups)
        self._rare = RareJunctions(rare)
        self._doubts = Doubts(release, file)
        self.row_count = 0

    def header(self) -> bytes:
        """The names of the columns: the file's own, then the added ones."""
        separator = self._file.separator
        names = [name.encode() for name in column_names(self._groups)]
        return separator.join([self._file.header, *names]) + b"\n"

    def rows(self) -> Iterator[bytes]:
        """The rows, as many as a batch of lines gives at a time.

        Raises BadRow and BadSource as JunctionFile does; BadRow for a junction behind the end of its
        chromosome; BadSource, after the last row, if the release has none of the chromosomes.
        """
        for batch in self._file.batches():
            self._doubts.check_positions(batch)
            background = read_background(self._index, self._release, batch.introns, self._groups)
            self._doubts.add(background)
            yield self._text(batch, background)
        self._doubts.check_chromosomes()

    def remarks(self) -> Iterator[bytes]:
        """The notes about the file and the ranks of its rare junctions, after the last row."""
        for note in self._doubts.notes():
            yield NOTE_REMARK + note.encode() + b"\n"
        for row, rank in self._rare.ranks():
            yield RANK_REMARK + b"row=%d rank=%d\n" % (row, rank)

    def _text(self, batch: JunctionLines, background: Background) -> bytes:
        lines, rows = batch.lines(), batch.introns.rows
        counts = np.bincount(rows, minlength=len(lines))
        line_of = np.repeat(np.arange(len(lines)), np.maximum(counts, 1))
        intron_of = np.full(len(line_of), -1, np.int64)
        has_intron = counts[line_of] > 0
        intron_of[has_intron] = np.arange(len(rows))
        numbers = self.row_count + 1 + np.flatnonzero(has_intron)
        self._collect(numbers, batch, background)
        self.row_count += len(line_of)
        # The last cell, at -1, is that of lines without a junction.
        columns = [[*column, NA] for column in background.columns()]
        introns = intron_of.tolist()
        cells = [[column[intron] for intron in introns] for column in columns]
        separator = self._file.separator
        appendices = map(separator.decode().join, zip(*cells, strict=True))
        texts = [
            lines[line] + separator + text.encode() + b"\n"
            for line, text in zip(line_of.tolist(), appendices, strict=True)
        ]
        return b"".join(texts)

    def _collect(self, rows: Integers, batch: JunctionLines, background: Background) -> None:
        """Adds the rare junctions: rare in the chosen groups together, or in all samples."""
        samples, sample_count = background.samples(), self._release.sample_count
        if background.groups:
            samples = np.sum([counts.samples for counts in background.groups], axis=0)
            sample_count = sum(len(group.members) for group in self._groups)
        samples = np.where(background.places.known, samples, -1)
        self._rare.add(rows, samples, sample_count, batch.introns.reads)
