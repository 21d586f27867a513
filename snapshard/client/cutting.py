"""Where a file of rows that broke off can be continued: behind its last whole junction."""

from collections.abc import Sequence
from pathlib import Path

from snapshard.client.lineforms import LineForm

_WINDOW = 1 << 20
"""Bytes first looked at from the end; a row of a large compilation may be longer, then more is
read.
"""


def cut_back(file: Path, form: LineForm, *, tidy: bool) -> str | None:
    """Cuts the file behind its last whole junction, whose id comes back; to nothing, and None, if
    rows do not say their id.

    In tidy rows the last junction may lack some of its rows, so it goes too.
    """
    size, window = file.stat().st_size, _WINDOW
    with file.open("r+b") as rows:
        columns = form.columns(rows.read(_WINDOW))
        while True:
            start = max(0, size - window)
            rows.seek(start)
            keep, last = _last_whole(rows.read(), form, columns, tidy=tidy, cut=start > 0)
            if last is not None or start == 0:
                rows.truncate(start + keep)
                return last
            window *= 4


def _last_whole(
    text: bytes, form: LineForm, columns: Sequence[str], *, tidy: bool, cut: bool
) -> tuple[int, str | None]:
    """How many bytes to keep, and the id of the last junction in them; `cut`: the text begins
    within a line.
    """
    end = text.rfind(b"\n") + 1
    latest: str | None = None
    while end > 0:
        begin = text.rfind(b"\n", 0, end - 1) + 1
        line = text[begin : end - 1]
        if (begin == 0 and cut) or line.startswith(form.remark):
            break
        row_id = form.row_id(line, columns)
        if row_id is None or not row_id.isdigit():
            break
        if not tidy or latest not in (None, row_id):
            return end, row_id
        latest, end = row_id, begin
    return 0, None
