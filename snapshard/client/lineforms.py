"""Formats of one row a line: which lines are no rows, how a whole answer ends, and which junction a
row is about.
"""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ID = "snaptron_id"
RowId = Callable[[bytes, Sequence[str]], str | None]


@dataclass(frozen=True)
class LineForm:
    """A format: whether a line of column names comes before the rows, what its remarks begin with,
    how to read a row's id.
    """

    names: bool
    remark: bytes
    complete: bytes
    broken: bytes
    row_id: RowId

    def columns(self, head: bytes) -> tuple[str, ...]:
        """The column names at the beginning of a file; none where rows name their columns
        themselves or have fixed ones.
        """
        lines = [line for line in head.split(b"\n") if not line.startswith(self.remark)]
        return (
            tuple(lines[0].decode().replace(",", "\t").split("\t")) if self.names and lines else ()
        )


def _tab_id(line: bytes, columns: Sequence[str]) -> str | None:
    return line.decode().split("\t")[columns.index(ID)] if ID in columns else None


def _comma_id(line: bytes, columns: Sequence[str]) -> str | None:
    return next(csv.reader([line.decode()]))[columns.index(ID)] if ID in columns else None


def _member_id(line: bytes, _: Sequence[str]) -> str | None:
    found = json.loads(line).get(ID)
    return None if found is None else str(found)


def _no_id(_: bytes, __: Sequence[str]) -> str | None:
    return None


_BED = LineForm(False, b"#", b"#COMPLETE ", b"#ERROR ", _no_id)
LINE_FORMS = {
    "tsv": LineForm(True, b"#", b"#COMPLETE ", b"#ERROR ", _tab_id),
    "csv": LineForm(True, b"#", b"#COMPLETE ", b"#ERROR ", _comma_id),
    "ndjson": LineForm(False, b'{"about":', b'{"complete":', b'{"error":', _member_id),
    "bed6": _BED,
    "bed12": _BED,
    "igv": _BED,
}
