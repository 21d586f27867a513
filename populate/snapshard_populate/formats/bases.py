"""Coverage base by base: `bases.tsv`, with one value per sample in every interval, and bedGraph, which
has one sample.

Columns: chromosome, 0-based start, exclusive end, values. Rows are stored verbatim, so their
positions are 0-based and half-open; `snapshard` converts them when it compares them with a region.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadSource
from snapshard.junction import parse_id
from snapshard.pairs import Integers, are_digits
from snapshard.region import LAST_BASE
from snapshard.row_kinds import BASE
from snapshard.rows import Rows, line_count
from snapshard_populate.reading import (
    CHROMOSOME,
    CHUNK_BYTES,
    Check,
    Chunk,
    ErrorBudget,
    Fields,
    GenomeOrder,
    Mask,
    Source,
    Spellings,
    Stream,
    chromosomes,
    quoted,
    run_starts,
    sift,
    whole_lines,
    whole_number,
)

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
_NOT_ROWS = (b"track", b"browser", b"#")


def read_bases_header(source: Source) -> tuple[int, ...]:
    """The rail_ids of the value columns, of a file with one line of column names. Raises BadSource."""
    lines = [line for _, line in source.lines()]
    names = lines[0].split("\t") if lines else []
    samples = names[len(BASE.columns) :]
    if (
        len(lines) != 1
        or tuple(names[: len(BASE.columns)]) != BASE.columns
        or None in map(parse_id, samples)
    ):
        expected = f"one line: {', '.join(BASE.columns)} and rail_ids"
        raise BadSource(source.name, f"expected {expected}, got {quoted(chr(10).join(lines))}")
    numbers = [int(name) for name in samples]
    if repeated := [rail_id for rail_id, count in Counter(numbers).items() if count > 1]:
        raise BadSource(source.name, f"expected every sample once, got {repeated[0]} again")
    return tuple(numbers)


def read_bases(
    stream: Stream,
    name: str,
    *,
    samples: Iterable[int],
    errors: ErrorBudget,
    spellings: Spellings | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Chunk]:
    """Yields the checked rows of a bases file in its order, a chunk at a time; their columns are
    BASE.columns and one per sample.

    Chromosomes get the one name that they have in the assembly of `spellings`; without it the
    assembly is unknown. Bad rows are spent on the error budget. Raises BadSource for an empty file,
    and at the first row that is not sorted or that overlaps the row before it.
    """
    columns = (*BASE.columns, *map(str, samples))
    blocks = whole_lines(stream, name, chunk_bytes=chunk_bytes)
    return _checked(blocks, name, columns, errors, spellings or Spellings(None))


def read_bedgraph(
    stream: Stream,
    name: str,
    *,
    errors: ErrorBudget,
    spellings: Spellings | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Chunk]:
    """Yields the checked rows of a bedGraph file in the same way; its one value is the column
    `value`.

    Lines for genome browsers at the start of the file are skipped.
    """
    blocks = whole_lines(stream, name, chunk_bytes=chunk_bytes)
    return _checked(blocks, name, (*BASE.columns, "value"), errors, spellings or Spellings(None))


def _checked(
    blocks: Iterable[bytes],
    name: str,
    columns: tuple[str, ...],
    errors: ErrorBudget,
    spellings: Spellings,
) -> Iterator[Chunk]:
    checks = (*_POSITION_CHECKS, *_value_checks(columns[len(BASE.columns) :]))
    order, interval = GenomeOrder(name, spellings, first_column=1), _LastInterval(name)
    line, empty = 1, True
    for block in blocks:
        text = _without_head(block) if line == 1 else block
        line += line_count(block) - line_count(text)
        chunk, bad = sift(Rows(text, columns), line, name, checks, spellings)
        for row in bad:
            errors.spend(row)
        if len(chunk.rows):
            order.follow(chunk.rows, chunk.lines)
            interval.follow(chunk)
            yield chunk
            empty = False
        line += line_count(text)
    if empty and not errors.spent:
        raise BadSource(
            name, f"expected rows of {len(columns)} tab-separated columns, got an empty file"
        )


def _without_head(text: bytes) -> bytes:
    while text.startswith(_NOT_ROWS):
        text = text[text.index(b"\n") + 1 :]
    return text


class _LastInterval:
    """The end of the last row, kept between chunks to find rows that overlap."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._chrom = b""
        self._end = 0

    def follow(self, chunk: Chunk) -> None:
        """Checks the next rows, which are sorted. Raises BadSource."""
        names = chromosomes(chunk.rows)
        starts, ends = chunk.rows.integers("start"), chunk.rows.integers("end")
        before = np.append(self._end if names[0] == self._chrom else 0, ends[:-1])
        # Positions on different chromosomes cannot overlap.
        before[run_starts(names)[1:]] = 0
        overlapping = starts < before
        if overlapping.any():
            i = int(overlapping.argmax())
            reason = (
                f"expected intervals that do not overlap, got {starts[i]}-{ends[i]} "
                f"after one that ends at {before[i]}"
            )
            raise BadSource(
                self._source, f"line {chunk.lines[i]}: {reason} (0-based, end excluded)"
            )
        self._chrom, self._end = names[-1], int(ends[-1])


def _ends_fit(rows: Rows) -> Mask:
    starts, ends = rows.integers("start"), rows.integers("end")
    fits: Mask = (starts < ends) & (ends <= LAST_BASE)
    return fits


def _ends_reason(fields: Fields) -> str:
    interval = f"{fields['start']}-{fields['end']}"
    return f"expected 0 <= start < end (0-based, end excluded), got {interval}"


_POSITION_CHECKS = (
    CHROMOSOME,
    whole_number("start"),
    whole_number("end"),
    Check(_ends_fit, _ends_reason),
)


def _value_checks(columns: tuple[str, ...]) -> tuple[Check, ...]:
    """One check for all values of a row; none if there are no value columns."""

    def reason(fields: Fields) -> str:
        name = next(name for name in columns if not _NUMBER.fullmatch(fields[name]))
        return f"value of {name}: expected a number such as 8.0, got {quoted(fields[name])}"

    return (Check(lambda rows: _are_numbers(rows, columns), reason),) if columns else ()


def _are_numbers(rows: Rows, columns: tuple[str, ...]) -> Mask:
    spans = [rows.spans(name) for name in columns]
    text = spans[0][0]
    starts = np.stack([starts for _, starts, _ in spans], axis=1).ravel()
    ends = np.stack([ends for _, _, ends in spans], axis=1).ravel()
    good = _are_plain(text, starts, ends)
    # Almost all values are plain; exponents and errors are matched one by one.
    for field in np.flatnonzero(~good).tolist():
        good[field] = bool(_NUMBER.fullmatch(text[starts[field] : ends[field]].tobytes().decode()))
    numbers: Mask = np.logical_and.reduce(good.reshape(-1, len(columns)), axis=1)
    return numbers


def _are_plain(text: NDArray[np.uint8], starts: Integers, ends: Integers) -> Mask:
    """Mask of the fields that are digits, with or without a point and more digits."""
    # The end of the text serves as the point of fields after the last point.
    points = np.append(np.flatnonzero(text == ord(".")), len(text))
    point = np.minimum(points[np.searchsorted(points, starts)], ends)
    fraction = np.minimum(point + 1, ends)
    plain: Mask = are_digits(text, starts, point) & are_digits(text, fraction, ends)
    # `are_digits` accepts empty text, so `.5` and an empty field must be excluded here.
    plain &= point > starts
    return plain
