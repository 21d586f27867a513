"""One answer of an export, written to a file as it comes and checked by the line that ends it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from snapshard.client.errors import Damaged, Interrupted
from snapshard.client.lineforms import LineForm
from snapshard.client.remarks import read_words

_HELD = 4096
"""Bytes held back, so that the last line is not written before it is known to be a row; remarks are
shorter.
"""


class Receiver:
    """Writes rows to a file and adds up the checksum of all that came; the last line is looked at,
    not written.
    """

    def __init__(self, file: BinaryIO, form: LineForm, *, drop_names: bool = False) -> None:
        self._file = file
        self._form = form
        self._drop = drop_names
        self._digest = hashlib.sha256()
        self._held = b""

    def receive(self, chunks: Iterable[bytes]) -> None:
        """Writes the chunks. Raises Interrupted unless the answer says that it is whole, Damaged if
        its checksum is another.
        """
        for chunk in chunks:
            self._held += chunk
            if len(self._held) > _HELD:
                self._write(self._held[:-_HELD])
                self._held = self._held[-_HELD:]
        begin = self._held.rfind(b"\n", 0, -1) + 1
        last = self._held[begin:]
        if not last.startswith((self._form.complete, self._form.broken)):
            self._write(self._held)
            raise Interrupted("the answer ended before its last line")
        self._write(self._held[:begin])
        self._check(last)

    def _write(self, text: bytes) -> None:
        self._digest.update(text)
        if self._drop and (end := text.find(b"\n")) >= 0:
            text, self._drop = text[end + 1 :], False
        elif self._drop:
            text = b""
        self._file.write(text)

    def _check(self, last: bytes) -> None:
        if last.startswith(self._form.broken):
            raise Interrupted(
                f"the server broke off: {last.removeprefix(self._form.broken).decode(errors='replace').strip()}"
            )
        said = _said(last, self._form)["sha256"]
        if said != self._digest.hexdigest():
            raise Damaged(
                f"the server's checksum is {said}, that of the bytes received {self._digest.hexdigest()}"
            )


def _said(last: bytes, form: LineForm) -> dict[str, Any]:
    if form.complete.startswith(b"#"):
        return read_words(last.removeprefix(form.complete).decode())
    said: dict[str, Any] = json.loads(last)["complete"]
    return said
