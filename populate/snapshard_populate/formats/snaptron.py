"""Rows in Snaptron's layout: `junctions.bgz`, `genes.bgz` and `exons.bgz`, 17 tab-separated columns
without a header line.

Layout: https://github.com/ChristopherWilks/snaptron, and as its server reads it. Positions are
1-based and closed.
"""

from collections.abc import Iterable, Iterator

from snapshard.errors import BadSource
from snapshard.rows import Rows, line_count
from snapshard_populate.reading import (
    CHECKS,
    CHUNK_BYTES,
    Chunk,
    ErrorBudget,
    GenomeOrder,
    Stream,
    sift,
    whole_lines,
)

_HEADER = b"snaptron_id\tchromosome\t"


def read_rows(
    stream: Stream,
    name: str,
    *,
    errors: ErrorBudget,
    kind: str = "junction",
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Chunk]:
    """Yields the checked rows of a complete file in its order, a chunk at a time; messages call the
    file by `name`.

    A first line of column names is skipped. Bad rows are left out and spent on the error budget,
    which may raise BadRow. Raises BadSource for an empty file and at the first row out of genome
    order.
    """
    empty = True
    blocks = whole_lines(stream, name, chunk_bytes=chunk_bytes)
    for chunk in check_rows(blocks, name, errors=errors, kind=kind):
        empty = False
        yield chunk
    # If all rows were bad, the error budget has already reported them.
    if empty and not errors.spent:
        raise BadSource(name, "expected rows of 17 tab-separated columns, got an empty file")


def check_rows(
    blocks: Iterable[bytes], name: str, *, errors: ErrorBudget, kind: str = "junction"
) -> Iterator[Chunk]:
    """Yields the checked rows of texts of complete lines, as `read_rows` does; no row at all is not
    an error here.

    For regions of an indexed file (`read_region`), whose lines are counted from the first one of the
    region.
    """
    order, line = GenomeOrder(name), 1
    for block in blocks:
        text = block
        if line == 1 and block.startswith(_HEADER):
            text = block[block.index(b"\n") + 1 :]
            line = 2
        chunk, bad = sift(Rows(text), line, name, CHECKS[kind])
        for row in bad:
            errors.spend(row)
        if len(chunk.rows):
            order.follow(chunk.rows, chunk.lines)
            yield chunk
        line += line_count(text)
