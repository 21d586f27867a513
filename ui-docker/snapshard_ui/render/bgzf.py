"""Blocked gzip (BGZF, section 4.1 of the SAM specification, samtools.github.io/hts-specs): gzip
that tabix can index.

Each block is a gzip member of its own, whose extra field `BC` has the size of the block less one.
A reader can therefore skip from block to block, and decompress any of them alone. An empty block
marks the end, so that a file without it is known to be truncated.
"""

import struct
import zlib

BLOCK = 0xFF00
"""Bytes of text per block: htslib's own choice, so that no block exceeds 64 kB."""
_HEADER = struct.Struct("<4BI2BH2B2H")
_FOOTER = struct.Struct("<II")
_STORED = struct.Struct("<BHH")


class Bgzf:
    """Compresses a stream of bytes into blocks; `finish` returns the last one and the end mark."""

    def __init__(self, level: int = 3) -> None:
        self._level = level
        self._pending = b""

    def write(self, data: bytes) -> bytes:
        """The blocks that are complete."""
        self._pending += data
        size = len(self._pending) // BLOCK * BLOCK
        text, self._pending = self._pending[:size], self._pending[size:]
        blocks = [self._block(text[start : start + BLOCK]) for start in range(0, size, BLOCK)]
        return b"".join(blocks)

    def finish(self) -> bytes:
        """The remaining bytes, and the empty block that marks the end."""
        text, self._pending = self._pending, b""
        return (self._block(text) if text else b"") + self._block(b"")

    def _block(self, text: bytes) -> bytes:
        # Negative window bits give raw deflate; zlib's own gzip header would have no extra field.
        compressor = zlib.compressobj(self._level, zlib.DEFLATED, -15)
        return _framed(text, compressor.compress(text) + compressor.flush())


def _framed(text: bytes, deflated: bytes) -> bytes:
    size = _HEADER.size + len(deflated) + _FOOTER.size
    header = _HEADER.pack(31, 139, 8, 4, 0, 0, 255, 6, *b"BC", 2, size - 1)
    return header + deflated + _FOOTER.pack(zlib.crc32(text), len(text))


def _stored(text: bytes) -> bytes:
    """A text as the one, last block of a deflate stream, not compressed (RFC 1951, section 3.2.4)."""
    return _STORED.pack(1, len(text), len(text) ^ 0xFFFF) + text


def stored_blocks(text: bytes) -> bytes:
    """The text in blocks that are not compressed: their size follows from that of the text."""
    pieces = [text[start : start + BLOCK] for start in range(0, len(text), BLOCK)]
    return b"".join([_framed(piece, _stored(piece)) for piece in pieces])


STORED_OVERHEAD = _HEADER.size + _STORED.size + _FOOTER.size
"""Bytes by which a block that is not compressed is longer than its text."""
END = Bgzf().finish()
"""The empty block that marks the end of a file."""
