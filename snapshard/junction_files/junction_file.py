"""A file of junctions in one of the formats, read once from front to back in constant memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from snapshard.errors import BadQuery, BadRow, BadSource
from snapshard.junction_files.bed import BED
from snapshard.junction_files.bed12 import BED12
from snapshard.junction_files.format import JunctionFormat, ReadOptions
from snapshard.junction_files.fraser import FRASER
from snapshard.junction_files.introns import BadCell, Introns
from snapshard.junction_files.leafcutter import LEAFCUTTER
from snapshard.junction_files.majiq import MAJIQ
from snapshard.junction_files.mapped import TABLE
from snapshard.junction_files.plain import PLAIN
from snapshard.junction_files.portcullis import PORTCULLIS
from snapshard.junction_files.rmats import RMATS
from snapshard.junction_files.star import STAR
from snapshard.junction_files.table import is_row, quoted, read_head
from snapshard.junction_files.tcga import TCGA
from snapshard.junction_files.text_lines import Stream, TextLines
from snapshard.pairs import Integers
from snapshard.rows import Rows, line_count

FORMATS: Mapping[str, JunctionFormat] = {
    junction_format.name: junction_format
    for junction_format in (
        STAR,
        BED12,
        LEAFCUTTER,
        FRASER,
        RMATS,
        MAJIQ,
        PORTCULLIS,
        TCGA,
        BED,
        PLAIN,
        TABLE,
    )
}
"""The formats by name, in the order in which a file is compared with them: the first that fits is
taken, so that the general ones come last.
"""
_ONE_COLUMN = ("leafcutter", "tcga")
"""Formats that have chromosome and positions in one column."""
_TAB, _NEWLINE = b"\t\n"
_MAY_BE_NO_ROW = np.zeros(256, np.bool_)
_MAY_BE_NO_ROW[list(b"#tb \t\n")] = True
"""By the first byte of a line: every line that is not a row starts with one of these; few rows do."""


@dataclass(frozen=True)
class JunctionLines:
    """Consecutive rows of a file: their text as it came, a newline after each, the number of each
    line in the file (from 1), and the introns of all of them.
    """

    text: bytes
    numbers: Integers
    introns: Introns

    def lines(self) -> list[bytes]:
        """Each line without its line end."""
        return self.text.split(b"\n")[:-1]


class JunctionFile:
    """The junctions of a stream. Raises BadSource for a file that is empty, cut or of no known
    format, BadRow with the number of the line for one that does not fit its format.
    """

    def __init__(
        self,
        stream: Stream,
        name: str,
        *,
        format_name: str | None = None,
        options: ReadOptions | None = None,
    ) -> None:
        self.name = name
        self._options = options or ReadOptions()
        self._text = TextLines(stream, name)
        self._blocks = self._text.blocks()
        self._first = next(self._blocks, (1, b""))
        if not self._first[1].strip():
            raise BadSource(name, "expected junctions, got an empty file")
        self._head = read_head(self._first[1], name)
        self.format = self._chosen(format_name)
        self.columns = self.format.columns(self._head)
        self._check_width()

    @property
    def separator(self) -> bytes:
        """What stands between the cells of a line."""
        return self._head.separator.value

    @property
    def header(self) -> bytes:
        """The line with the names of the columns, as it came; made of the format's names if the file
        has none.
        """
        if self._head.header is not None:
            return self._head.header
        return self.separator.join(name.encode() for name in self.columns)

    @property
    def may_be_cut(self) -> bool:
        """Whether the last line has no line end; known after the last batch."""
        return not self._text.has_last_line_end

    def batches(self) -> Iterator[JunctionLines]:
        """The rows in the order of the file, some megabytes of text at a time."""
        yield from self._batch(*self._first)
        for number, text in self._blocks:
            yield from self._batch(number, text)

    def _chosen(self, format_name: str | None) -> JunctionFormat:
        if format_name is None and self._options.columns:
            return TABLE
        if format_name is not None:
            if format_name not in FORMATS:
                raise BadQuery("format", format_name, f"one of {', '.join(FORMATS)}")
            chosen = FORMATS[format_name]
            if chosen.needs_names and not chosen.fits(self._head):
                names = quoted(" ".join(self._head.columns))
                raise BadSource(self.name, f"expected the columns of {chosen.meaning}, got {names}")
            return chosen
        detected = next((each for each in FORMATS.values() if each.fits(self._head)), None)
        if detected is None:
            shape = "; ".join(" ".join(row) for row in self._head.rows[:1])
            raise BadSource(
                self.name,
                f"expected a format that is recognised by its content, got"
                f" {len(self._head.columns)} columns: {quoted(shape)}; name the format"
                f" ({', '.join(FORMATS)}); three columns are `bed` if they count from 0, `plain` if"
                " they are the first and last base of the intron",
            )
        return detected

    def _check_width(self) -> None:
        header = self._head.header
        width = len(self._head.rows[0])
        if header is not None and len(self._head.columns) != width:
            raise BadSource(
                self.name,
                f"expected a name for each of {width} columns, got {len(self._head.columns)}:"
                f" {quoted(header)}",
            )
        if width < 3 and self.format.name not in _ONE_COLUMN:
            raise BadSource(
                self.name,
                f"expected chromosome, start and end, got {width} columns:"
                f" {quoted(' '.join(self._head.rows[0]))}",
            )

    def _batch(self, first: int, text: bytes) -> Iterator[JunctionLines]:
        numbers = np.arange(first, first + line_count(text))
        # Most blocks have rows alone; looking at each line in Python would take most of the time.
        characters = np.frombuffer(text, np.uint8)
        line_starts = np.flatnonzero(characters == _NEWLINE)[:-1] + 1
        if first == 1 or _MAY_BE_NO_ROW[characters[line_starts]].any():
            lines = text.split(b"\n")[:-1]
            keep = [is_row(line) and line != self._head.header for line in lines]
            numbers = numbers[np.array(keep)]
            kept = [line + b"\n" for line, is_kept in zip(lines, keep, strict=True) if is_kept]
            text = b"".join(kept)
        if text:
            yield JunctionLines(text, numbers, self._introns(text, numbers))

    def _introns(self, text: bytes, numbers: Integers) -> Introns:
        tabbed = self._head.separator.tabbed(text)
        if not _has_all_cells(tabbed, len(self.columns), len(numbers)):
            self._refuse_cells(text, numbers)
        try:
            return self.format.read(Rows(tabbed, self.columns), self._options)
        except BadCell as error:
            raise BadRow(self.name, int(numbers[error.row]), str(error)) from error

    def _refuse_cells(self, text: bytes, numbers: Integers) -> NoReturn:
        """Raises BadRow for the first line that does not have as many cells as the first row."""
        width = len(self.columns)
        for line, number in zip(text.split(b"\n")[:-1], numbers.tolist(), strict=True):
            cells = self._head.separator.tabbed(line + b"\n").count(b"\t") + 1
            if cells != width:
                raise BadRow(
                    self.name,
                    number,
                    f"expected {width} columns, as in the first row, got {cells}: {quoted(line)}",
                )
        raise BadSource(self.name, "expected a line per row, got quotes around line ends")


def _has_all_cells(text: bytes, width: int, line_number: int) -> bool:
    """Whether each line has as many cells as there are columns; Rows would otherwise mix up the cells
    of different lines.
    """
    characters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero((characters == _TAB) | (characters == _NEWLINE))
    last_ends = ends[width - 1 :: width]
    return (
        len(ends) == width * line_number
        and line_count(text) == line_number
        and bool((characters[last_ends] == _NEWLINE).all())
    )
