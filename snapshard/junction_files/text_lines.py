"""The lines of a text file in any of the forms in which people send them: plain or gzip, with or
without a byte order mark, with the line ends of Unix or Windows.

A file that is cut or damaged must never look complete: gzip is read to the checksum of its last
member, and plain text whose last line has no line end is noted (`has_last_line_end`).
"""

import re
import zlib
from collections.abc import Iterator
from typing import Protocol

from snapshard.errors import BadRow, BadSource

_GZIP = b"\x1f\x8b"
_GZIP_FRAMED = zlib.MAX_WBITS | 16
_MARK = b"\xef\xbb\xbf"
_OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook; save it as tab-separated text",
    b"BZh": "bzip2; decompress it first",
    b"\xfd7zXZ": "xz; decompress it first",
    b"\x28\xb5\x2f\xfd": "zstd; decompress it first",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"BAM\x01": "a BAM file; extract its junctions first",
}
_CONTROLS = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n")
_STEP = 16 << 10
"""Bytes that are read at a time."""
_FIRST_BLOCK, _BLOCK = 16 << 10, 4 << 20
"""Bytes of text of the first and of the largest block: a small one is answered at once."""
_LONGEST_LINE = 64 << 20


class Stream(Protocol):
    """An object that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Returns at most that many bytes; none at the end."""
        ...


class TextLines:
    """The complete lines of a stream, each ended by a newline alone."""

    def __init__(self, stream: Stream, name: str) -> None:
        self.name = name
        self.has_last_line_end = True
        self._stream = stream

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """The number of the first line (from 1) and the text of consecutive lines.

        Raises BadSource for a file that is not text, or cut; BadRow for a line that is not UTF-8 or
        has a control character.
        """
        number, size = 1, _FIRST_BLOCK
        parts: list[bytes] = []
        for text in self._text():
            parts.append(text)
            unread = sum(map(len, parts))
            if unread < size:
                continue
            cut = text.rfind(b"\n") + 1
            if cut:
                block = self._checked(number, b"".join([*parts[:-1], text[:cut]]))
                yield number, block
                number, size = number + block.count(b"\n"), min(4 * size, _BLOCK)
                parts = [text[cut:]]
            elif unread > _LONGEST_LINE:
                raise BadSource(self.name, "expected lines of text, got no line end")
        if rest := b"".join(parts):
            self.has_last_line_end = rest.endswith(b"\n")
            yield number, self._checked(number, rest if self.has_last_line_end else rest + b"\n")

    def _checked(self, number: int, text: bytes) -> bytes:
        plain = text.replace(b"\r\n", b"\n")
        # translate() takes a hundredth of the time of a search.
        if len(plain.translate(None, _CONTROLS)) < len(plain):
            control = next(re.finditer(b"[" + re.escape(_CONTROLS) + b"]", plain))
            line = number + plain.count(b"\n", 0, control.start())
            raise BadRow(
                self.name, line, f"expected text, got the control character 0x{control[0].hex()}"
            )
        try:
            plain.decode()
        except UnicodeDecodeError as error:
            line = number + plain.count(b"\n", 0, error.start)
            quotation = plain[error.start : error.start + 20]
            raise BadRow(self.name, line, f"expected UTF-8 text, got {quotation!r}") from error
        return plain

    def _text(self) -> Iterator[bytes]:
        head = self._at_least(6)
        for magic, format_name in _OTHER_FORMATS.items():
            if head.startswith(magic):
                raise BadSource(self.name, f"expected text or gzip, got {format_name}")
        pieces = self._decompressed(head) if head.startswith(_GZIP) else self._plain(head)
        first = b""
        for piece in pieces:
            first += piece
            if len(first) >= len(_MARK):
                break
        yield first.removeprefix(_MARK)
        yield from pieces

    def _plain(self, head: bytes) -> Iterator[bytes]:
        while head:
            yield head
            head = self._stream.read(_STEP)

    def _at_least(self, size: int, stored: bytes = b"") -> bytes:
        while len(stored) < size and (piece := self._stream.read(_STEP)):
            stored += piece
        return stored

    def _decompressed(self, stored: bytes) -> Iterator[bytes]:
        while stored:
            member = zlib.decompressobj(_GZIP_FRAMED)
            while not member.eof:
                stored = self._at_least(1, stored)
                if not stored:
                    raise BadSource(self.name, "is cut: the gzip stream is incomplete")
                try:
                    text = member.decompress(stored, _BLOCK)
                except zlib.error as error:
                    raise BadSource(self.name, f"is damaged: {error}") from error
                stored = member.unused_data if member.eof else member.unconsumed_tail
                if text:
                    yield text
            # Zeros may follow a member: some archives pad files to a block size.
            while not (stored := stored.lstrip(b"\0")) and (stored := self._stream.read(_STEP)):
                pass
            stored = self._at_least(2, stored) if stored else stored
            if stored[:2] != _GZIP[: len(stored)]:
                raise BadSource(self.name, "is damaged: expected the end or another gzip stream")
