"""Compares junctions as they are read, so that a comparison of a chromosome or a whole release needs
little memory.

Rows arrive in genome order, by start. A site can be measured when all its junctions have arrived:

- junctions with a common first base are neighbours, and complete as soon as a later base starts one;
- junctions with a common last base start before it, and are complete as soon as a junction starts
  beyond it.

Rows whose site is incomplete wait for the next rows, for each side of the intron on their own.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from snapshard.comparison.measure import ComparisonRequest, Measure, compare_junctions, compare_side
from snapshard.comparison.read import Batch, inside
from snapshard.comparison.sites import Side
from snapshard.comparison.table import ComparisonTable
from snapshard.measures import Junctions
from snapshard.region import Region
from snapshard.rows import Rows

_BATCH_BYTES = 8 << 20
"""Bytes of text that are measured at a time."""


class _WaitingRows:
    """The rows whose site on one side may be incomplete."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._text = b""

    def completed_by(self, text: bytes) -> Rows:
        """The rows whose sites are complete now that these rows have arrived, in their order."""
        rows = Rows(self._text + text)
        mask = self._complete(rows)
        self._text = rows.where(~mask).text
        return rows.where(mask)

    def _complete(self, rows: Rows) -> NDArray[np.bool_]:
        chroms = np.array(rows.texts("chromosome"), np.bytes_)
        last_start = rows.integers("start")[-1]
        bases = rows.integers(self._side.value)
        return np.asarray((chroms != chroms[-1]) | (bases < last_start))

    def rest(self) -> Rows:
        """The rows that still wait, after the last have arrived."""
        return Rows(self._text)


def compare_rows(
    parts: Iterable[Rows],
    regions: tuple[Region, ...],
    assembly: str | None,
    request: ComparisonRequest,
) -> Iterator[ComparisonTable]:
    """The comparison of the junctions that lie inside one of the regions, or of all without regions,
    from all rows that overlap a region, in genome order. Tables are yielded in about this order.
    """

    def batch(rows: Rows) -> Batch:
        junctions = Junctions(rows, assembly)
        everything = np.ones(len(junctions.starts), np.bool_)
        return Batch(junctions, inside(junctions, regions) if regions else everything)

    if request.measure is Measure.PREVALENCE:
        for text in _texts(parts):
            yield compare_junctions(batch(Rows(text)), request)
        return
    waiting = {side: _WaitingRows(side) for side in Side}
    for text in _texts(parts):
        for side, rows in waiting.items():
            yield compare_side(batch(rows.completed_by(text)), side, request)
    for side, rows in waiting.items():
        yield compare_side(batch(rows.rest()), side, request)


def _texts(parts: Iterable[Rows]) -> Iterator[bytes]:
    """The text of several parts together."""
    texts: list[bytes] = []
    size = 0
    for rows in parts:
        texts.append(rows.text)
        size += len(rows.text)
        if size >= _BATCH_BYTES:
            yield b"".join(texts)
            texts, size = [], 0
    if size:
        yield b"".join(texts)
