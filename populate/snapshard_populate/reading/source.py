"""A source file opened for reading: a path, `-` for standard input, an http(s) or s3 address;
plain, gzip or bgzip.
"""

import re
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from snapshard.errors import BadRow, BadSource
from snapshard_populate.reading.download import Download

_STEP = 128 << 10  # of compressed bytes at a time
_BIGGEST_PIECE = 4 << 20  # of text made of them at a time
_GZIP = b"\x1f\x8b"
_GZIP_FRAMED = zlib.MAX_WBITS | 16
_FOREIGN = {
    b"BZh": ("bzip2", "bzcat"),
    b"\xfd7zXZ": ("xz", "xzcat"),
    b"\x28\xb5\x2f\xfd": ("zstd", "zstdcat"),
    b"PK\x03\x04": ("zip", "unzip -p"),
}


class _Raw(Protocol):
    """Bytes as they are stored, counted."""

    bytes_read: int
    total: int | None

    def read(self, size: int, /) -> bytes: ...


class _Counted:
    """A local stream that counts what was read of it."""

    def __init__(self, stream: BinaryIO, total: int | None) -> None:
        self._stream = stream
        self.total = total
        self.bytes_read = 0

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self.bytes_read += len(data)
        return data


class Source:
    """The text of a source file, read once from front to back.

    For a progress bar: `bytes_read` of `total` bytes, as stored (compressed), have been read; `total` is
    None where nobody knows.
    """

    def __init__(self, raw: _Raw, name: str) -> None:
        self.name = name
        self._raw = raw
        self._pieces = _text(raw, name)
        self._rest = b""

    @property
    def bytes_read(self) -> int:
        """Stored bytes read so far."""
        return self._raw.bytes_read

    @property
    def total(self) -> int | None:
        """Stored bytes in all."""
        return self._raw.total

    def read(self, size: int = sys.maxsize, /) -> bytes:
        """That many bytes of text, fewer only at the end. Raises BadSource where the file is cut
        off or damaged.
        """
        parts, missing = [self._rest], size - len(self._rest)
        while missing > 0 and (piece := next(self._pieces, b"")):
            parts.append(piece)
            missing -= len(piece)
        text = b"".join(parts)
        self._rest = text[size:]
        return text[:size]

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number (from 1) and text of every line, without its line end. Raises BadRow where one is
        not UTF-8.
        """
        for number, line in enumerate(self._lines(), 1):
            try:
                yield number, line.removesuffix(b"\r").decode()
            except UnicodeDecodeError as error:
                raise BadRow(
                    self.name, number, f"expected UTF-8 text, got {line[:80]!r}"
                ) from error

    def _lines(self) -> Iterator[bytes]:
        rest = b""
        while block := self.read(_BIGGEST_PIECE):
            *whole, rest = (rest + block).split(b"\n")
            yield from whole
        if rest:
            yield rest


@contextmanager
def open_source(location: str | Path) -> Iterator[Source]:
    """The source at a path, at an http(s) or s3 address, or on standard input (`-`).

    Raises BadSource where it cannot be opened; reading it raises BadSource too, never ends early.
    """
    place = str(location)
    if place == "-":
        yield Source(_Counted(sys.stdin.buffer, None), "standard input")
    elif is_url(place):
        download = Download(place)
        try:
            yield Source(download, place)
        finally:
            download.close()
    else:
        with _opened(place) as stream:
            yield Source(_Counted(stream, _size(place)), place)


def is_url(location: str) -> bool:
    """Whether it is an http(s) or s3 address. Raises BadSource for other schemes."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", location)
    if scheme and scheme[1].lower() not in ("http", "https", "s3"):
        raise BadSource(
            location,
            "expected a path, - for standard input, an http(s) address, or s3://BUCKET/KEY",
        )
    return bool(scheme)


def _opened(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise BadSource(path, f"cannot be opened: {error.strerror}") from error


def _size(path: str) -> int | None:
    status = Path(path).stat()
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _text(raw: _Raw, name: str) -> Iterator[bytes]:
    """The pieces of text in stored bytes, whose first ones tell how they are stored."""
    first = _at_least(6, raw)
    for magic, (what, command) in _FOREIGN.items():
        if first.startswith(magic):
            raise BadSource(
                name,
                f"expected plain text, gzip or bgzip, got {what}; pipe it in: {command} FILE | snapshard … -",
            )
    if first.startswith(_GZIP):
        yield from _inflated(first, raw, name)
        return
    while first:
        yield first
        first = raw.read(_BIGGEST_PIECE)


def _at_least(size: int, raw: _Raw, data: bytes = b"") -> bytes:
    while len(data) < size and (more := raw.read(_STEP)):
        data += more
    return data


def _inflated(data: bytes, raw: _Raw, name: str) -> Iterator[bytes]:
    """The text of gzip members one after the other; bgzip writes one per 64 kB, and an empty last
    one to tell a whole file by.
    """
    data = _at_least(18, raw, data)
    blocked = is_bgzip(data)
    while data:
        member = zlib.decompressobj(_GZIP_FRAMED)
        empty = True
        while not member.eof:
            data = _at_least(1, raw, data)
            if not data:
                raise BadSource(
                    name, f"is cut off: the gzip stream breaks off after {raw.bytes_read} bytes"
                )
            piece, data = _inflate(member, data, name)
            if piece:
                empty = False
                yield piece
        data = _next_member(data, raw, name)
    if blocked and not empty:
        raise BadSource(
            name,
            "is cut off: bgzip's end marker is missing (for a file whole without it: zcat FILE | bgzip)",
        )


def _inflate(member: "zlib._Decompress", data: bytes, name: str) -> tuple[bytes, bytes]:
    """A piece of text, and the stored bytes that it did not need."""
    try:
        piece = member.decompress(data, _BIGGEST_PIECE)
    except zlib.error as error:
        raise BadSource(name, f"is damaged: {error}") from error
    return piece, member.unused_data if member.eof else member.unconsumed_tail


def _next_member(data: bytes, raw: _Raw, name: str) -> bytes:
    """The stored bytes from where the next member begins, none at the end; zeros may fill up a
    file, as on tapes.
    """
    while not (data := data.lstrip(b"\0")) and (data := raw.read(_STEP)):
        pass
    data = _at_least(2, raw, data) if data else data
    if data[:2] != _GZIP[: len(data)]:
        raise BadSource(
            name,
            f"is damaged: expected the end or another gzip stream at byte {raw.bytes_read - len(data)}",
        )
    return data


def is_bgzip(head: bytes) -> bool:
    """Whether a gzip file begins with a block of bgzip: an extra field BC (SAM format
    specification, section 4.1).
    """
    return head.startswith(_GZIP + b"\x08\x04") and head[12:16] == b"BC\x02\x00"
