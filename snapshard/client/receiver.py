"""One response of an export, written to a file as it arrives and verified by its last line."""

import hashlib
import json
from collections.abc import Iterable
from typing import IO, Any

from snapshard.client.errors import Damaged, Interrupted
from snapshard.client.line_formats import LineFormat
from snapshard.client.remarks import read_words
from snapshard.wire import REMARK

_TAIL = 4096
"""Bytes that are not written yet, because they may belong to the last line, which is not a row. The
last line is always shorter.
"""


class Receiver:
    """Writes rows to a file and computes the checksum of everything received.

    The last line, which states the number of rows and the checksum, is checked and not written.
    """

    def __init__(self, file: IO[bytes], form: LineFormat, *, drop_header: bool = False) -> None:
        self._file = file
        self._form = form
        self._drop_header = drop_header
        self._digest = hashlib.sha256()
        self._tail = b""

    def receive(self, chunks: Iterable[bytes]) -> None:
        """Writes the chunks.

        Raises Interrupted if the response does not end with its last line, Damaged if the checksum
        differs.
        """
        for chunk in chunks:
            self._tail += chunk
            if len(self._tail) > _TAIL:
                self._write(self._tail[:-_TAIL])
                self._tail = self._tail[-_TAIL:]
        begin = self._tail.rfind(b"\n", 0, -1) + 1
        last_line = self._tail[begin:]
        if not last_line.startswith((self._form.complete, self._form.broken)):
            self._write(self._tail)
            raise Interrupted("the response ended before its last line")
        self._write(self._tail[:begin])
        self._check(last_line)

    def _write(self, text: bytes) -> None:
        self._digest.update(text)
        if self._drop_header:
            # The header may span chunks: everything up to the first newline is dropped.
            _, newline, text = text.partition(b"\n")
            self._drop_header = not newline
        self._file.write(text)

    def _check(self, last_line: bytes) -> None:
        if last_line.startswith(self._form.broken):
            reason = last_line.removeprefix(self._form.broken).decode(errors="replace").strip()
            raise Interrupted(f"the server interrupted the response: {reason}")
        expected, received = _end_words(last_line, self._form)["sha256"], self._digest.hexdigest()
        if expected != received:
            raise Damaged(
                f"checksum mismatch: the server sent {expected}, the client got {received}"
            )


def _end_words(last_line: bytes, form: LineFormat) -> dict[str, Any]:
    if form.complete.startswith(REMARK):
        return read_words(last_line.removeprefix(form.complete).decode())
    words: dict[str, Any] = json.loads(last_line)["complete"]
    return words
