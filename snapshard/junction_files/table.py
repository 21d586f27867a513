"""The lines of a file as a table: its separator, the names of its columns, its first rows."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from snapshard.errors import BadSource

_BLANKS = re.compile(rb"[ \t]+")
_EDGES = re.compile(rb"(?m)^[ \t]+|[ \t]+$")
_NOT_ROWS = (b"#", b"track ", b"track\t", b"browser ", b"browser\t")
_SHOWN = 120


class Separator(Enum):
    """What stands between the cells of a line."""

    TAB = b"\t"
    COMMA = b","
    BLANKS = b" "

    def tabbed(self, text: bytes) -> bytes:
        """Lines with a tab between the cells, and without quotes around cells."""
        if self is Separator.COMMA:
            rows = csv.reader(text.decode().splitlines())
            return b"".join(
                [
                    "\t".join(cell.replace("\t", " ") for cell in row).encode() + b"\n"
                    for row in rows
                ]
            )
        if self is Separator.BLANKS:
            text = _BLANKS.sub(b"\t", _EDGES.sub(b"", text))
        return text.replace(b'"', b"") if b'"' in text else text


def most(rows: Sequence[tuple[str, ...]], is_of_format: Callable[[tuple[str, ...]], bool]) -> bool:
    """Whether half of the rows or more are of a format: a bad row is then reported as such."""
    return 2 * sum(map(is_of_format, rows)) >= len(rows)


def is_row(line: bytes) -> bool:
    """Whether a line is a row, not empty, a remark, or a line for a genome browser."""
    return bool(line.strip()) and not line.startswith(_NOT_ROWS)


def quoted(text: bytes | str) -> str:
    """The text as a message quotes it, shortened."""
    plain = text.decode() if isinstance(text, bytes) else text
    return repr(plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…")


@dataclass(frozen=True)
class Head:
    """The first rows of a file as cells; `header` is the line with the names of the columns, None if
    there is none. All rows have as many cells as `columns`, in files that can be read.
    """

    separator: Separator
    header: bytes | None
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def has_names(self) -> bool:
        """Whether the columns have names of their own."""
        return self.header is not None


def read_head(text: bytes, name: str) -> Head:
    """The head of a file that starts with these lines. Raises BadSource for a file without rows."""
    lines = text.split(b"\n")
    remarks = [line for line in lines if line.startswith(b"#") and line.strip(b"#").strip()]
    rows = [line for line in lines if is_row(line)][:50]
    if not rows:
        raise BadSource(name, "expected junctions, got a file without a row")
    separator = _separator(rows[0])
    cells = [_cells(line, separator) for line in rows]
    header = _header(cells)
    if header is not None and len(rows) == 1:
        raise BadSource(name, f"expected junctions, got the header alone: {quoted(rows[0])}")
    if header is not None:
        return _named(separator, rows[0], header, cells[1:])
    # BED files often put a remark sign before the names of the columns.
    names = _cells(remarks[-1].lstrip(b"# "), separator) if remarks else ()
    if len(names) == len(cells[0]) >= 3 and _is_header(names):
        return _named(separator, remarks[-1], names, cells)
    numbers = tuple(str(number) for number in range(1, len(cells[0]) + 1))
    return Head(separator, None, numbers, tuple(cells))


def _separator(line: bytes) -> Separator:
    if b"\t" in line:
        return Separator.TAB
    return Separator.COMMA if b"," in line and b" " not in line.strip() else Separator.BLANKS


def _cells(line: bytes, separator: Separator) -> tuple[str, ...]:
    return tuple(separator.tabbed(line + b"\n").decode().rstrip("\n").split("\t"))


def _header(cells: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    return cells[0] if _is_header(cells[0]) else None


def _is_header(cells: Sequence[str]) -> bool:
    """Whether these may be names: none is a number, and none an id of LeafCutter."""
    return not any(re.fullmatch(r"-?[\d.,/]*\d|\S+:\d+:\d+:\S*", cell) for cell in cells)


def _named(
    separator: Separator, line: bytes, names: tuple[str, ...], cells: Sequence[tuple[str, ...]]
) -> Head:
    width = len(cells[0])
    # R's write.table gives row names no name; some programs end the header with a separator.
    if len(names) == width - 1:
        names = ("", *names)
    elif len(names) == width + 1 and not names[-1]:
        names = names[:-1]
    return Head(separator, line, names, tuple(cells))
