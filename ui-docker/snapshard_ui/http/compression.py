"""Responses compressed with gzip or zstd, if the client accepts it.

A streamed response stays a stream: the compressor is flushed at least twice a second, so that a
client sees rows soon after the shards have sent them. Flushing each piece would cost compression.
"""

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import zstandard
from flask import Response, request

_SMALL = 1_400
"""Bytes that fit in one packet anyway."""
_FLUSH_SECONDS = 0.5
_COMPRESSED_TYPES = ("application/vnd.apache", "application/gzip")
"""Media types, or the start of them, whose bytes are compressed already."""


class Compressor(Protocol):
    """The interface that zlib's and zstandard's compressors share."""

    def compress(self, data: bytes, /) -> bytes:
        """The compressed bytes that are ready."""

    def flush(self, mode: int = ..., /) -> bytes:
        """The bytes that were held back, so that the client can decompress all data so far."""


def _gzip() -> tuple[Compressor, int]:
    return zlib.compressobj(4, zlib.DEFLATED, 31), zlib.Z_SYNC_FLUSH


def _zstd() -> tuple[Compressor, int]:
    return zstandard.ZstdCompressor(level=3).compressobj(), zstandard.COMPRESSOBJ_FLUSH_BLOCK


COMPRESSORS: dict[str, Callable[[], tuple[Compressor, int]]] = {"zstd": _zstd, "gzip": _gzip}
"""In our order of preference; each with the flush mode that ends no stream."""


def preferred_encoding() -> str:
    """The encoding that the client prefers among ours, `identity` for none."""
    accepted = request.accept_encodings
    qualities = {name: accepted.quality(name) for name in COMPRESSORS}
    accepted_names = [name for name, quality in qualities.items() if quality > 0]
    return max(accepted_names, key=lambda name: qualities[name], default="identity")


def compress_response(response: Response) -> Response:
    """The response in the client's preferred encoding; unchanged if it is small or compressed
    already.
    """
    # Also if it is not compressed: a cache must not give this response to every client.
    response.vary.update(("Accept", "Accept-Encoding"))
    encoding = preferred_encoding()
    if encoding == "identity" or not _is_compressible(response):
        return response
    compressor, flush_mode = COMPRESSORS[encoding]()
    if response.is_streamed:
        response.response = _stream(response.iter_encoded(), compressor, flush_mode)
    else:
        response.set_data(compressor.compress(response.get_data()) + compressor.flush())
    response.headers["Content-Encoding"] = encoding
    return response


def _is_compressible(response: Response) -> bool:
    if "Content-Encoding" in response.headers or response.status_code in (204, 304):
        return False
    if (response.mimetype or "").startswith(_COMPRESSED_TYPES):
        return False
    return response.is_streamed or len(response.get_data()) >= _SMALL


def _stream(pieces: Iterable[bytes], compressor: Compressor, flush_mode: int) -> Iterator[bytes]:
    # The first piece is flushed at once: clients learn early that the response has begun.
    flushed = 0.0
    try:
        for piece in pieces:
            text = compressor.compress(piece)
            if time.monotonic() - flushed > _FLUSH_SECONDS:
                text += compressor.flush(flush_mode)
                flushed = time.monotonic()
            if text:
                yield text
    except Exception:
        # The last piece reports why the response ends here; its client must get it.
        yield compressor.flush(flush_mode)
        raise
    yield compressor.flush()
