"""Blocked gzip (BGZF, section 4.1 of the SAM specification, samtools.github.io/hts-specs): gzip
that tabix can index.
"""

import struct
import zlib

_BLOCK = 0xFF00
"""Bytes of text a block holds; htslib's own choice, so that a block never exceeds 64 kB."""
_HEADER = struct.Struct("<4BI2BH2B2H")
_FOOTER = struct.Struct("<II")


class Bgzf:
    """Compresses a stream of bytes into blocks; `finish` gives the last one and the end mark."""

    def __init__(self, level: int = 3) -> None:
        self._level = level
        self._held = b""

    def write(self, data: bytes) -> bytes:
        """The blocks that are full."""
        self._held += data
        full = len(self._held) // _BLOCK * _BLOCK
        text, self._held = self._held[:full], self._held[full:]
        return b"".join(self._block(text[at : at + _BLOCK]) for at in range(0, full, _BLOCK))

    def finish(self) -> bytes:
        """What is left, and the empty block that marks the end."""
        last, self._held = self._held, b""
        return (self._block(last) if last else b"") + self._block(b"")

    def _block(self, text: bytes) -> bytes:
        packer = zlib.compressobj(self._level, zlib.DEFLATED, -15)
        packed = packer.compress(text) + packer.flush()
        size = _HEADER.size + len(packed) + _FOOTER.size
        header = _HEADER.pack(31, 139, 8, 4, 0, 0, 255, 6, *b"BC", 2, size - 1)
        return header + packed + _FOOTER.pack(zlib.crc32(text), len(text))
