"""What a tabix index says about its file, to see whether the two belong together.

An index (`.tbi`, The Tabix index file format, 2011) is itself a bgzip file. It holds the numbers of
the columns, the names of the chromosomes, and for each of them bins of chunks; a chunk is a pair of
virtual offsets: the position of a bgzip block in the file, shifted left by 16 bits, plus a position
in the block's text. So the largest offset shows where the file ended when it was indexed.

An index that passes these checks may still be that of another file of the same size. That the rows
read with it are all of the file is therefore proved later, by counting the file's lines.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from snapshard.errors import BadSource

COLUMNS = (2, 3, 4)
"""The columns of chromosome, start and end in a file of junctions, counted from 1."""
_MAGIC = b"TBI\x01"
_HEADER = struct.Struct("<8i")
_INT = struct.Struct("<i")
_BIN = struct.Struct("<Ii")
_OFFSET_BITS = 16
_PSEUDO_BIN = 37_450
# Positions that count from 0, as in BED.
_FROM_ZERO = 0x10000


@dataclass(frozen=True)
class TabixIndex:
    """The facts of an index: its columns from 1, whether positions count from 0, the chromosomes in
    the order of the file, and the position of the block after the last indexed line.
    """

    columns: tuple[int, int, int]
    from_zero: bool
    chromosomes: tuple[str, ...]
    end: int


def parse_index(stored: bytes, name: str) -> TabixIndex:
    """The facts of an index from its stored bytes. Raises BadSource if they are not an index."""
    try:
        content = gzip.decompress(stored)
        if not content.startswith(_MAGIC):
            raise ValueError(f"got {content[:4]!r}")
        count, form, *columns, _, _, names_size = _HEADER.unpack_from(content, len(_MAGIC))
        first = len(_MAGIC) + _HEADER.size
        names = content[first : first + names_size].split(b"\0")[:-1]
        end = max(_chunk_ends(content, first + names_size, count), default=0)
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise BadSource(name, f"expected a tabix index: {error}") from error
    chromosomes = tuple(text.decode("latin-1") for text in names)
    return TabixIndex(tuple(columns), bool(form & _FROM_ZERO), chromosomes, end >> _OFFSET_BITS)


def _chunk_ends(content: bytes, position: int, chromosomes: int) -> Iterator[int]:
    """Yields the last virtual offset of every bin."""
    for _ in range(chromosomes):
        (bins,) = _INT.unpack_from(content, position)
        position += _INT.size
        for _ in range(bins):
            number, chunks = _BIN.unpack_from(content, position)
            offsets = struct.unpack_from(f"<{2 * chunks}Q", content, position + _BIN.size)
            position += _BIN.size + 16 * chunks
            # The second pair of the pseudo-bin are counts of lines, not offsets.
            yield max(offsets[1:2] if number == _PSEUDO_BIN else offsets[1::2], default=0)
        (windows,) = _INT.unpack_from(content, position)
        position += _INT.size + 8 * windows
