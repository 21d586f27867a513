"""Blocked gzip (BGZF, section 4.1 of the SAM specification, samtools.github.io/hts-specs): gzip
that tabix can index.

Each block is a gzip member of its own, whose extra field `BC` has the size of the block less one.
A reader can therefore skip from block to block, and decompress any of them alone. An empty block
marks the end, so that a file without it is known to be truncated.
"""

import struct
import zlib

_BLOCK = 0xFF00
"""Bytes of text per block: htslib's own choice, so that no block exceeds 64 kB."""
_HEADER = struct.Struct("<4BI2BH2B2H")
_FOOTER = struct.Struct("<II")


class Bgzf:
    """Compresses a stream of bytes into blocks; `finish` returns the last one and the end mark."""

    def __init__(self, level: int = 3) -> None:
        self._level = level
        self._pending = b""

    def write(self, data: bytes) -> bytes:
        """The blocks that are complete."""
        self._pending += data
        size = len(self._pending) // _BLOCK * _BLOCK
        text, self._pending = self._pending[:size], self._pending[size:]
        blocks = [self._block(text[start : start + _BLOCK]) for start in range(0, size, _BLOCK)]
        return b"".join(blocks)

    def finish(self) -> bytes:
        """The remaining bytes, and the empty block that marks the end."""
        text, self._pending = self._pending, b""
        return (self._block(text) if text else b"") + self._block(b"")

    def _block(self, text: bytes) -> bytes:
        # Negative window bits give raw deflate; zlib's own gzip header would have no extra field.
        compressor = zlib.compressobj(self._level, zlib.DEFLATED, -15)
        compressed = compressor.compress(text) + compressor.flush()
        size = _HEADER.size + len(compressed) + _FOOTER.size
        header = _HEADER.pack(31, 139, 8, 4, 0, 0, 255, 6, *b"BC", 2, size - 1)
        return header + compressed + _FOOTER.pack(zlib.crc32(text), len(text))
