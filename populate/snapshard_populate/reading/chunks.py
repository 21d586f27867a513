"""Sources of rows, a few megabytes of complete lines at a time.

A stream is read in blocks of a fixed size, which end anywhere in a line. `whole_lines` moves the
incomplete end of each block to the front of the next text, so that every text starts and ends at a
line boundary and no line is ever divided. `sift` then turns a text into a chunk of good rows and a
list of errors; line numbers are counted over the whole source, bad lines included.
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
from snapshard_populate.reading.spellings import Spellings

# Bytes of text at a time: small enough for its arrays to stay in the processor's caches.
CHUNK_BYTES = 4 << 20
# Real rows have up to 1.6 MB. A file without newlines must end in an error, not in full memory.
LONGEST_LINE = 512 << 20


class Stream(Protocol):
    """An object that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Returns at most that many bytes; none at the end."""
        ...


def no_lines() -> int:
    """0: the number of lines before a source that is read from its front."""
    return 0


@dataclass(frozen=True)
class Chunk:
    """Consecutive good rows of a source, verbatim, with their line numbers there (from 1)."""

    rows: Rows
    lines: Integers
    source: str

    @property
    def first_line(self) -> int:
        """Line number of the first row."""
        return int(self.lines[0])


def whole_lines(stream: Stream, name: str, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yields the stream as texts of complete lines of about that size; a longer line is a text of
    its own.

    A missing newline at the very end is added. Raises BadSource for a line that is longer than any
    row can be.
    """
    parts: list[bytes] = []
    while block := stream.read(chunk_bytes):
        line_end = block.rfind(b"\n") + 1
        if line_end:
            yield b"".join([*parts, block[:line_end]])
            parts = []
        parts.append(block[line_end:])
        if sum(map(len, parts)) > LONGEST_LINE:
            raise BadSource(
                name, f"expected lines of text, got {LONGEST_LINE} bytes without a line end"
            )
    if last_line := b"".join(parts):
        yield last_line + b"\n"


def sift(
    rows: Rows, first_line: int, source: str, checks: Sequence[Check], spellings: Spellings
) -> tuple[Chunk, list[BadRow]]:
    """The good rows of a text of complete lines, on the one name of their chromosomes, and the errors
    of the others in the order of their lines.
    """
    bad: list[BadRow] = []
    lines = first_line + np.arange(line_count(rows.text))
    if not is_structured(rows):
        rows, lines, bad = _structured(rows, lines, source)
    rows, good = spellings.unify(rows)
    if not good.all():
        refused = zip(lines[~good].tolist(), rows.where(~good).texts("chromosome"), strict=True)
        bad += [BadRow(source, line, spellings.reason(name.decode())) for line, name in refused]
        rows, lines = rows.where(good), lines[good]
    for good, checked, check in failures(rows, checks):
        for line, text in zip(lines[~good].tolist(), checked.where(~good).lines(), strict=True):
            values = text.decode().removesuffix("\n").split("\t")
            fields = dict(zip(checked.columns, values, strict=True))
            bad.append(BadRow(source, line, check.reason(fields)))
        rows, lines = checked.where(good), lines[good]
    return Chunk(rows, lines, source), sorted(bad, key=lambda row: row.line)


def _structured(rows: Rows, lines: Integers, source: str) -> tuple[Rows, Integers, list[BadRow]]:
    """The lines that have their columns and clean text, and the errors of the others.

    Looks at every line in Python, so it is called only for texts that have a bad line.
    """
    texts = rows.text.split(b"\n")[:-1]
    reasons = [structure_reason(line, len(rows.columns)) for line in texts]
    good = np.array([reason is None for reason in reasons])
    bad = [
        BadRow(source, line, reason)
        for line, reason in zip(lines.tolist(), reasons, strict=True)
        if reason is not None
    ]
    clean = [line + b"\n" for line, keep in zip(texts, good.tolist(), strict=True) if keep]
    return Rows(b"".join(clean), rows.columns), lines[good], bad
