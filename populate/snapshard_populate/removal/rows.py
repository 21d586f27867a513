"""The rows of a release without the removed samples, as text."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count

import numpy as np

from snapshard.pairs import SampleSet
from snapshard.row_kinds import BASE
from snapshard.rows import Rows


def remaining_rows(
    batches: Iterable[Rows], remaining: SampleSet, *, renumbered: bool
) -> Iterator[bytes]:
    """Yields the lines of junctions, genes or exons with the reads of the remaining samples, and without
    rows that no remaining sample has. Rows that have none of the removed samples stay as they are.

    renumbered: the rows get numbers from 1, because a missing number would tell of a row that is gone.
    """
    numbers = count(1)
    for rows in batches:
        lines = _lines(rows, remaining)
        if renumbered:
            lines = [b"%d\t%b" % (next(numbers), line.partition(b"\t")[2]) for line in lines]
        yield b"".join(lines)


def _lines(rows: Rows, remaining: SampleSet) -> list[bytes]:
    lines = rows.lines()
    counts = rows.pairs.restrict(remaining).counts()
    positions = np.flatnonzero(counts != rows.pairs.counts()).tolist()
    changed_rows = rows.take(positions)
    new_pairs = changed_rows.pairs.restrict(remaining)
    new_lines = iter(changed_rows.with_pairs(new_pairs, statistics=_statistics).lines())
    for position in positions:
        lines[position] = next(new_lines) if counts[position] else b""
    return [line for line in lines if line]


@lru_cache(1 << 16)
def _statistics(samples_count: int, total: int, median: float) -> bytes:
    """The columns from samples_count to coverage_median, each after a tab; mean and median with three
    decimals, rounded half up, as a merge of junction files writes them.
    """
    mean = (2000 * total + samples_count) // (2 * samples_count)
    numbers = f"\t{samples_count}\t{total}\t{mean // 1000}.{mean % 1000:03}\t{median:.3f}"
    return numbers.encode()


def remaining_bases(batches: Iterable[Rows], remaining: Iterable[int]) -> Iterator[bytes]:
    """Yields the lines of base coverage with the columns of the remaining samples.

    Stretches that only a removed sample told apart become one, and those without reads are left out.
    """
    columns = (*BASE.columns, *map(str, remaining))
    last: list[bytes] = []
    for rows in batches:
        for line in rows.select(columns).lines():
            cells = line.rstrip(b"\n").split(b"\t")
            if last and [cells[0], cells[1], *cells[3:]] == [last[0], last[2], *last[3:]]:
                last[2] = cells[2]
                continue
            yield from _with_reads(last)
            last = cells
    yield from _with_reads(last)


def _with_reads(cells: list[bytes]) -> Iterator[bytes]:
    if any(cell.strip(b"0.") for cell in cells[len(BASE.columns) :]):
        yield b"\t".join(cells) + b"\n"
