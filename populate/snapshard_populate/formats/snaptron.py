"""Rows in Snaptron's layout: `junctions.bgz`, `genes.bgz` and `exons.bgz`, 17 tab-separated columns
without a header line.

Layout: https://github.com/ChristopherWilks/snaptron, and as its server reads it. Positions are
1-based and closed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from snapshard.errors import BadSource
from snapshard.pairs import SampleSet
from snapshard.rows import Rows, line_count
from snapshard_populate.reading import (
    CHUNK_BYTES,
    Chunk,
    ErrorBudget,
    GenomeOrder,
    Spellings,
    Stream,
    UniquePositions,
    has_samples_without_reads,
    no_lines,
    row_checks,
    sift,
    whole_lines,
)

WITHOUT_READS = (
    "samples that are listed with 0 reads do not have the junction: evidence and summaries leave "
    "them out of n"
)
_HEADER = b"snaptron_id\tchromosome\t"


def read_rows(
    stream: Stream,
    name: str,
    *,
    errors: ErrorBudget,
    kind: str = "junction",
    samples: SampleSet | None = None,
    spellings: Spellings | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Chunk]:
    """Yields the checked rows of a complete file in its order, a chunk at a time; messages call the
    file by `name`.

    A first line of column names is skipped. `samples` are the samples that rows may list; None
    allows any. Chromosomes get the one name that they have in the assembly of `spellings`; without
    it the assembly is unknown. Bad rows are left out and spent on the error budget, which may raise
    BadRow. Raises BadSource for an empty file and at the first row out of genome order.
    """
    empty = True
    blocks = whole_lines(stream, name, chunk_bytes=chunk_bytes)
    for chunk in check_rows(
        blocks, name, errors=errors, kind=kind, samples=samples, spellings=spellings
    ):
        empty = False
        yield chunk
    # If all rows were bad, the error budget has already reported them.
    if empty and not errors.spent:
        raise BadSource(name, "expected rows of 17 tab-separated columns, got an empty file")


@dataclass(frozen=True)
class FileCount:
    """The rows of a file, and the bytes of their text with newlines."""

    row_count: int
    text_bytes: int


def count_rows(stream: Stream, name: str) -> FileCount:
    """The rows of a complete file, good or bad, without a first line of column names."""
    rows = text_bytes = 0
    for number, block in enumerate(whole_lines(stream, name)):
        text = _without_names(block) if number == 0 else block
        rows += line_count(text)
        text_bytes += len(text)
    return FileCount(rows, text_bytes)


def _without_names(text: bytes) -> bytes:
    return text[text.index(b"\n") + 1 :] if text.startswith(_HEADER) else text


def check_rows(
    blocks: Iterable[bytes],
    name: str,
    *,
    errors: ErrorBudget,
    kind: str = "junction",
    samples: SampleSet | None = None,
    spellings: Spellings | None = None,
    lines_before: Callable[[], int] = no_lines,
) -> Iterator[Chunk]:
    """Yields the checked rows of texts of complete lines, as `read_rows` does; no row at all is not
    an error here.

    For regions of an indexed file (`read_region`). `lines_before` gives the number of lines of the
    file before the region; it is called for messages only. The lines of chunks count from the first
    one of the region.
    """
    spellings = spellings or Spellings(None)
    order = GenomeOrder(name, spellings, lines_before=lines_before)
    positions, line = UniquePositions(lines_before), 1
    checks = row_checks(kind, samples)
    for block in blocks:
        text = _without_names(block) if line == 1 else block
        line += line_count(block) - line_count(text)
        chunk, bad = sift(Rows(text), line, name, checks, spellings)
        for row in bad:
            errors.spend(row.after(lines_before()))
        if len(chunk.rows):
            same = order.follow(chunk.rows, chunk.lines)
            if kind == "junction":
                chunk, repeated = positions.sift(chunk, same)
                for row in repeated:
                    errors.spend(row.after(lines_before()))
                if has_samples_without_reads(chunk.rows):
                    errors.note(name, WITHOUT_READS)
            if len(chunk.rows):
                yield chunk
        line += line_count(text)
