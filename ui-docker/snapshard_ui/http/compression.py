"""Answers packed with gzip or zstd where the client takes it."""

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import zstandard
from flask import Response, request

_SMALL = 1_400
"""Bytes that go in one packet anyway."""
_FLUSH_SECONDS = 0.5
_PACKED = ("application/vnd.apache", "application/gzip")


class Packer(Protocol):
    """What zlib's and zstandard's compressors have in common."""

    def compress(self, data: bytes, /) -> bytes:
        """What is packed so far."""

    def flush(self, mode: int = ..., /) -> bytes:
        """The rest, so that the reader has all of it."""


def _gzip() -> tuple[Packer, int]:
    return zlib.compressobj(4, zlib.DEFLATED, 31), zlib.Z_SYNC_FLUSH


def _zstd() -> tuple[Packer, int]:
    return zstandard.ZstdCompressor(level=3).compressobj(), zstandard.COMPRESSOBJ_FLUSH_BLOCK


PACKERS: dict[str, Callable[[], tuple[Packer, int]]] = {"zstd": _zstd, "gzip": _gzip}
"""In our order of preference."""


def wanted_encoding() -> str:
    """The encoding that the client takes, by its own preference, then ours; `identity` for none."""
    accepted = request.accept_encodings
    takes = {name: accepted.quality(name) for name in PACKERS if accepted.quality(name) > 0}
    return max(takes, key=lambda name: takes[name], default="identity")


def packed(response: Response) -> Response:
    """The response in the encoding that the client wants; unchanged if it is small or packed
    already.
    """
    response.vary.update(("Accept", "Accept-Encoding"))
    name = wanted_encoding()
    if (
        name == "identity"
        or "Content-Encoding" in response.headers
        or response.status_code in (204, 304)
    ):
        return response
    if (response.mimetype or "").startswith(_PACKED) or (
        not response.is_streamed and len(response.get_data()) < _SMALL
    ):
        return response
    packer, flush = PACKERS[name]()
    if response.is_streamed:
        response.response = _stream(response.iter_encoded(), packer, flush)
    else:
        response.set_data(packer.compress(response.get_data()) + packer.flush())
    response.headers["Content-Encoding"] = name
    return response


def _stream(pieces: Iterable[bytes], packer: Packer, flush: int) -> Iterator[bytes]:
    """What is packed so far goes out at least twice a second, the head at once."""
    flushed = 0.0
    for piece in pieces:
        text = packer.compress(piece)
        if time.monotonic() - flushed > _FLUSH_SECONDS:
            text += packer.flush(flush)
            flushed = time.monotonic()
        if text:
            yield text
    yield packer.flush()
