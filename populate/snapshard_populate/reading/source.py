"""A source file opened for reading: a path, `-` for standard input, an http(s) or s3 address; plain
text, gzip or bgzip.

The first bytes decide how a file is stored, never its name. A file that is truncated or damaged must
never look complete, so reading it raises BadSource: gzip members are read to their checksums, no
other bytes than zeros may follow them, and a bgzip file must end with its empty block. Plain text
has no such mark; there only `Download` notices a missing end.
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
from snapshard_populate.reading.budget import ErrorBudget
from snapshard_populate.reading.download import Download
from snapshard_populate.reading.text import repaired, unclean_reason

# Compressed bytes read at a time, and an upper bound of the text that they become: a small file
# that decompresses to gigabytes must not fill the memory.
_STEP = 128 << 10
_LARGEST_BLOCK = 4 << 20
_GZIP = b"\x1f\x8b"
_GZIP_FRAMED = zlib.MAX_WBITS | 16
_OTHER_FORMATS = {
    b"BZh": ("bzip2", "bzcat"),
    b"\xfd7zXZ": ("xz", "xzcat"),
    b"\x28\xb5\x2f\xfd": ("zstd", "zstdcat"),
    b"PK\x03\x04": ("zip", "unzip -p"),
}


class _Raw(Protocol):
    """The stored bytes of a source and how many of them were read."""

    bytes_read: int
    total: int | None

    def read(self, size: int, /) -> bytes: ...


class _LocalFile:
    """A local stream that counts the bytes read from it."""

    def __init__(self, stream: BinaryIO, total: int | None) -> None:
        self._stream = stream
        self.total = total
        self.bytes_read = 0

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(size)
        self.bytes_read += len(block)
        return block


class Source:
    """The text of a source file, read once from front to back.

    `repairs` are the differences between the text and the file, so far (see `text`). For a progress
    bar: `bytes_read` of `total` bytes, as stored (compressed), have been read; `total` is None if it
    is unknown.
    """

    def __init__(self, raw: _Raw, name: str) -> None:
        self.name = name
        self.repairs: list[str] = []
        self._raw = raw
        self._blocks = repaired(_text(raw, name), name, self.repairs.append)
        self._unread = b""

    @property
    def bytes_read(self) -> int:
        """Stored bytes read so far."""
        return self._raw.bytes_read

    @property
    def total(self) -> int | None:
        """Total number of stored bytes."""
        return self._raw.total

    def read(self, size: int = sys.maxsize, /) -> bytes:
        """That many bytes of text, fewer only at the end. Raises BadSource if the file is truncated
        or damaged.
        """
        parts, missing = [self._unread], size - len(self._unread)
        while missing > 0 and (block := next(self._blocks, b"")):
            parts.append(block)
            missing -= len(block)
        text = b"".join(parts)
        self._unread = text[size:]
        return text[:size]

    def lines(self, errors: ErrorBudget | None = None) -> Iterator[tuple[int, str]]:
        """Yields the number (from 1) and the text of every line, without its line end.

        Lines that are not UTF-8 or hold a control character are spent on the error budget; without
        one, the first raises BadRow.
        """
        budget = ErrorBudget() if errors is None else errors
        for number, line in enumerate(self._lines(), 1):
            if reason := unclean_reason(line):
                budget.spend(BadRow(self.name, number, reason))
            else:
                yield number, line.decode()

    def _lines(self) -> Iterator[bytes]:
        last = b""
        while block := self.read(_LARGEST_BLOCK):
            *lines, last = (last + block).split(b"\n")
            yield from lines
        if last:
            yield last


@contextmanager
def open_source(location: str | Path, *, errors: ErrorBudget | None = None) -> Iterator[Source]:
    """The source at a path, at an http(s) or s3 address, or on standard input (`-`).

    Repairs of its text are noted in the error budget. Raises BadSource if it cannot be opened, and
    later if reading it fails; it never ends early.
    """
    with _open_raw(str(location)) as (raw, name):
        source = Source(raw, name)
        yield source
    if errors is not None:
        for repair in source.repairs:
            errors.note(name, repair)


@contextmanager
def _open_raw(location: str) -> Iterator[tuple[_Raw, str]]:
    """The stored bytes of a source, and its name."""
    if location == "-":
        yield _LocalFile(sys.stdin.buffer, None), "standard input"
    elif is_url(location):
        download = Download(location)
        try:
            yield download, location
        finally:
            download.close()
    else:
        with _open(location) as stream:
            yield _LocalFile(stream, _size(location)), location


def is_url(location: str) -> bool:
    """Whether a location is an http(s) or s3 address. Raises BadSource for other schemes."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", location)
    if scheme and scheme[1].lower() not in ("http", "https", "s3"):
        raise BadSource(
            location,
            "expected a path, - for standard input, an http(s) address, or s3://BUCKET/KEY",
        )
    return bool(scheme)


def _open(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise BadSource(path, f"cannot be opened: {error.strerror}") from error


def _size(path: str) -> int | None:
    status = Path(path).stat()
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _text(raw: _Raw, name: str) -> Iterator[bytes]:
    """Yields the text of a source, block by block."""
    head = _at_least(6, raw)
    for magic, (format_name, command) in _OTHER_FORMATS.items():
        if head.startswith(magic):
            raise BadSource(
                name,
                f"expected plain text, gzip or bgzip, got {format_name}; "
                f"decompress it first: {command} FILE | snapshard … -",
            )
    if head.startswith(_GZIP):
        yield from _decompressed(head, raw, name)
        return
    block = head
    while block:
        yield block
        block = raw.read(_LARGEST_BLOCK)


def _at_least(size: int, raw: _Raw, stored: bytes = b"") -> bytes:
    """The stored bytes with more of them read, until there are `size`; fewer only at the end."""
    while len(stored) < size and (block := raw.read(_STEP)):
        stored += block
    return stored


def _decompressed(stored: bytes, raw: _Raw, name: str) -> Iterator[bytes]:
    """Yields the text of consecutive gzip members.

    bgzip writes one member per 64 kB of text, and an empty one at the end.
    """
    stored = _at_least(18, raw, stored)
    needs_end_marker = is_bgzip(stored)
    while stored:
        member = zlib.decompressobj(_GZIP_FRAMED)
        empty = True
        while not member.eof:
            stored = _at_least(1, raw, stored)
            if not stored:
                raise BadSource(
                    name,
                    f"is truncated: the gzip stream is incomplete after {raw.bytes_read} bytes",
                )
            block, stored = _decompress(member, stored, name)
            if block:
                empty = False
                yield block
        stored = _next_member(stored, raw, name)
    if needs_end_marker and not empty:
        raise BadSource(
            name,
            "is truncated: bgzip's end marker is missing "
            "(if the file is complete, compress it again: zcat FILE | bgzip)",
        )


def _decompress(member: "zlib._Decompress", stored: bytes, name: str) -> tuple[bytes, bytes]:
    """A block of text, and the stored bytes that were not needed for it."""
    try:
        block = member.decompress(stored, _LARGEST_BLOCK)
    except zlib.error as error:
        raise BadSource(name, f"is damaged: {error}") from error
    return block, member.unused_data if member.eof else member.unconsumed_tail


def _next_member(stored: bytes, raw: _Raw, name: str) -> bytes:
    """The stored bytes from the next member on, none at the end."""
    # Zeros may follow a member: tapes and some archives pad files to a block size.
    while not (stored := stored.lstrip(b"\0")) and (stored := raw.read(_STEP)):
        pass
    stored = _at_least(2, raw, stored) if stored else stored
    if stored[:2] != _GZIP[: len(stored)]:
        position = raw.bytes_read - len(stored)
        raise BadSource(
            name,
            f"is damaged: expected the end or another gzip stream at byte {position}",
        )
    return stored


def is_bgzip(head: bytes) -> bool:
    """Whether a gzip file starts with a block of bgzip: an extra field BC (SAM format specification,
    section 4.1).
    """
    return head.startswith(_GZIP + b"\x08\x04") and head[12:16] == b"BC\x02\x00"
