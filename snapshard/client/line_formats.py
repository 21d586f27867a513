"""Formats with one row per line: which lines are not rows, how a complete response ends, and the id
in a row.
"""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from snapshard.wire import COMPLETE_REMARK, ERROR_REMARK, REMARK

ID = "snaptron_id"
RowId = Callable[[bytes, Sequence[str]], str | None]


@dataclass(frozen=True)
class LineFormat:
    """A format with one row per line.

    has_header: a line of column names precedes the rows.
    remark, complete, broken: the starts of remarks, and of the last line of a complete or an
        interrupted response.
    row_id: reads the id of a row.
    """

    has_header: bool
    remark: bytes
    complete: bytes
    broken: bytes
    row_id: RowId

    def columns(self, head: bytes) -> tuple[str, ...]:
        """The column names at the start of a file; none if the format has no header."""
        lines = [line for line in head.split(b"\n") if not line.startswith(self.remark)]
        if not self.has_header or not lines:
            return ()
        return tuple(lines[0].decode().replace(",", "\t").split("\t"))


def _tab_id(line: bytes, columns: Sequence[str]) -> str | None:
    return line.decode().split("\t")[columns.index(ID)] if ID in columns else None


def _comma_id(line: bytes, columns: Sequence[str]) -> str | None:
    return next(csv.reader([line.decode()]))[columns.index(ID)] if ID in columns else None


def _member_id(line: bytes, _: Sequence[str]) -> str | None:
    number = json.loads(line).get(ID)
    return None if number is None else str(number)


def _no_id(_: bytes, __: Sequence[str]) -> str | None:
    return None


_BED = LineFormat(False, REMARK, COMPLETE_REMARK, ERROR_REMARK, _no_id)
LINE_FORMATS = {
    "tsv": LineFormat(True, REMARK, COMPLETE_REMARK, ERROR_REMARK, _tab_id),
    "csv": LineFormat(True, REMARK, COMPLETE_REMARK, ERROR_REMARK, _comma_id),
    "ndjson": LineFormat(False, b'{"about":', b'{"complete":', b'{"error":', _member_id),
    "bed6": _BED,
    "bed12": _BED,
    "igv": _BED,
}
