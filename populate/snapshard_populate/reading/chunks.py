"""Sources of rows, a few megabytes of whole lines at a time: the good lines as rows, the others as
errors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from snapshard.errors import BadRow, BadSource
from snapshard.pairs import Integers
from snapshard.rows import Rows, line_count
from snapshard_populate.reading.checks import Check, failures
from snapshard_populate.reading.fields import is_structured, structure_reason

CHUNK_BYTES = 4 << 20  # of text at a time: small enough for its arrays to stay near the processor
LONGEST_LINE = 512 << 20  # the longest known rows have 1.6 MB; past this, it is not a text of rows


class Stream(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most that many bytes; none at the end."""
        ...


@dataclass(frozen=True)
class Chunk:
    """Consecutive good rows of a source, verbatim, and the line number (from 1) that each of them
    had there.
    """

    rows: Rows
    lines: Integers
    source: str

    @property
    def first_line(self) -> int:
        """Line number of the first row."""
        return int(self.lines[0])


def whole_lines(stream: Stream, name: str, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """The stream cut at line ends into texts of about that size, or of one line where that is
    longer.

    A newline that is missing at the very end is added. Raises BadSource for a line longer than any
    row can be.
    """
    parts: list[bytes] = []
    while block := stream.read(chunk_bytes):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield b"".join([*parts, block[:cut]])
            parts = []
        parts.append(block[cut:])
        if sum(map(len, parts)) > LONGEST_LINE:
            raise BadSource(
                name, f"expected lines of text, got {LONGEST_LINE} bytes without a line end"
            )
    if rest := b"".join(parts):
        yield rest + b"\n"


def sift(
    rows: Rows, first_line: int, source: str, checks: Sequence[Check]
) -> tuple[Chunk, list[BadRow]]:
    """The good rows of a text of whole lines, and what is wrong with the others, in the order of
    their lines.
    """
    bad: list[BadRow] = []
    lines = first_line + np.arange(line_count(rows.text))
    if not is_structured(rows):
        rows, lines, bad = _structured(rows, lines, source)
    for good, tried, check in failures(rows, checks):
        for line, text in zip(lines[~good].tolist(), tried.where(~good).lines(), strict=True):
            fields = dict(
                zip(tried.columns, text.decode().removesuffix("\n").split("\t"), strict=True)
            )
            bad.append(BadRow(source, line, check.reason(fields)))
        rows, lines = tried.where(good), lines[good]
    return Chunk(rows, lines, source), sorted(bad, key=lambda row: row.line)


def _structured(rows: Rows, lines: Integers, source: str) -> tuple[Rows, Integers, list[BadRow]]:
    """The lines that have their columns and clean text, and what the others are; slow, for texts
    that have such others.
    """
    texts = rows.text.split(b"\n")[:-1]
    reasons = [structure_reason(line, len(rows.columns)) for line in texts]
    good = np.array([reason is None for reason in reasons])
    bad = [
        BadRow(source, line, reason)
        for line, reason in zip(lines.tolist(), reasons, strict=True)
        if reason is not None
    ]
    kept = b"".join([line + b"\n" for line, keep in zip(texts, good.tolist(), strict=True) if keep])
    return Rows(kept, rows.columns), lines[good], bad
