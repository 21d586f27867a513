"""Rows in Snaptron's layout: `junctions.bgz`, `genes.bgz` and `exons.bgz`, 17 tab-separated columns without a header line.

Layout: https://github.com/ChristopherWilks/snaptron, and as its server reads it. Positions are 1-based, both ends included.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from snapshard.errors import BadRow, BadSource
from snapshard.pairs import Integers
from snapshard.rows import Rows
from snapshard_populate.budget import ErrorBudget
from snapshard_populate.checks import failures
from snapshard_populate.fields import is_structured, structure_reason
from snapshard_populate.order import GenomeOrder

CHUNK_BYTES = 4 << 20  # of text at a time: small enough for its arrays to stay near the processor
LONGEST_ROW = 512 << 20  # the longest known rows have 1.6 MB; past this, it is not a text of rows
_HEADER = b"snaptron_id\tchromosome\t"


class Stream(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most that many bytes; none at the end."""
        ...


@dataclass(frozen=True)
class Chunk:
    """Consecutive good rows of a source, verbatim, and the line number (from 1) that each of them had there."""

    rows: Rows
    lines: Integers
    source: str

    @property
    def first_line(self) -> int:
        """Line number of the first row."""
        return int(self.lines[0])


def read_rows(
    stream: Stream, name: str, *, errors: ErrorBudget, kind: str = "junction", chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Chunk]:
    """The checked rows of a whole file in its order, a chunk at a time; `name` is what messages call the file.

    A line of column names in front is skipped. Bad rows are spent on the error budget, which may raise BadRow, and left out.
    Raises BadSource for an empty file and at the first row out of genome order.
    """
    empty = True
    for chunk in check_rows(whole_lines(stream, name, chunk_bytes=chunk_bytes), name, errors=errors, kind=kind):
        empty = False
        yield chunk
    if empty and not errors.spent:
        raise BadSource(name, "expected rows of 17 tab-separated columns, got an empty file")


def check_rows(blocks: Iterable[bytes], name: str, *, errors: ErrorBudget, kind: str = "junction") -> Iterator[Chunk]:
    """The checked rows of texts of whole lines, as `read_rows` has them; none at all is no error here."""
    order, line = GenomeOrder(name), 1
    for block in blocks:
        header = len(_line_at(block, 0)) if line == 1 and block.startswith(_HEADER) else 0
        line += header > 0
        text = block[header:]
        chunk, bad = _sift(text, line, name, kind)
        for row in sorted(bad, key=lambda row: row.line):
            errors.spend(row)
        if len(chunk.rows):
            order.follow(chunk.rows, chunk.lines)
            yield chunk
        line += text.count(b"\n")


def whole_lines(stream: Stream, name: str, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """The stream cut at line ends into texts of about that size, or of one line where that is longer.

    A newline that is missing at the very end is added. Raises BadSource for a line longer than any row can be.
    """
    parts: list[bytes] = []
    while block := stream.read(chunk_bytes):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield b"".join([*parts, block[:cut]])
            parts = []
        parts.append(block[cut:])
        if sum(map(len, parts)) > LONGEST_ROW:
            raise BadSource(name, f"expected lines of text, got {LONGEST_ROW} bytes without a line end")
    if rest := b"".join(parts):
        yield rest + b"\n"


def _line_at(text: bytes, start: int) -> bytes:
    return text[start : text.index(b"\n", start) + 1]


def _sift(text: bytes, first_line: int, source: str, kind: str) -> tuple[Chunk, list[BadRow]]:
    """The good rows of a text of whole lines, and what is wrong with the others."""
    bad: list[BadRow] = []
    rows, lines = Rows(text), first_line + np.arange(text.count(b"\n"))
    if not is_structured(rows):
        rows, lines, bad = _structured(text, lines, source)
    for good, tried, check in failures(rows, kind):
        for place in np.flatnonzero(~good).tolist():
            fields = dict(zip(tried.columns, tried.take([place]).text.decode().rstrip("\n").split("\t"), strict=True))
            bad.append(BadRow(source, int(lines[place]), check.reason(fields)))
        rows, lines = tried.where(good), lines[good]
    return Chunk(rows, lines, source), bad


def _structured(text: bytes, lines: Integers, source: str) -> tuple[Rows, Integers, list[BadRow]]:
    """The lines that are 17 columns of clean text, and what the others are; slow, for texts that have such lines."""
    texts = text.split(b"\n")[:-1]
    reasons = [structure_reason(line) for line in texts]
    good = np.array([reason is None for reason in reasons])
    bad = [BadRow(source, line, reason) for line, reason in zip(lines.tolist(), reasons, strict=True) if reason is not None]
    rows = Rows(b"".join([line + b"\n" for line, keep in zip(texts, good.tolist(), strict=True) if keep]))
    return rows, lines[good], bad
