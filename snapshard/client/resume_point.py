"""The point from which an interrupted file of rows can be resumed: after its last complete junction."""

from collections.abc import Sequence
from pathlib import Path

from snapshard.client.line_formats import LineFormat

_WINDOW = 1 << 20
"""Bytes read from the end of the file at first. If the last row is longer, more are read."""


def truncate_to_whole_junction(file: Path, form: LineFormat, *, tidy: bool) -> str | None:
    """Truncates the file after its last complete junction and returns that junction's id.

    If rows do not contain an id, the file becomes empty and None is returned. In tidy output the
    last junction may lack some of its rows, so it is removed too.
    """
    size, window = file.stat().st_size, _WINDOW
    with file.open("r+b") as rows:
        columns = form.columns(rows.read(_WINDOW))
        while True:
            start = max(0, size - window)
            rows.seek(start)
            length, last_id = _complete_rows(
                rows.read(), form, columns, tidy=tidy, starts_inside_line=start > 0
            )
            if last_id is not None or start == 0:
                rows.truncate(start + length)
                return last_id
            # No whole row in the window: a row of a large compilation can be longer than it.
            window *= 4


def _complete_rows(
    text: bytes,
    form: LineFormat,
    columns: Sequence[str],
    *,
    tidy: bool,
    starts_inside_line: bool,
) -> tuple[int, str | None]:
    """The number of bytes to keep, and the id of the last junction in them."""
    end = text.rfind(b"\n") + 1
    last_id: str | None = None
    while end > 0:
        begin = text.rfind(b"\n", 0, end - 1) + 1
        line = text[begin : end - 1]
        if (begin == 0 and starts_inside_line) or line.startswith(form.remark):
            break
        row_id = form.row_id(line, columns)
        if row_id is None or not row_id.isdigit():
            break
        # Tidy rows of the last junction are skipped until the id changes.
        if not tidy or last_id not in (None, row_id):
            return end, row_id
        last_id, end = row_id, begin
    return 0, None
