"""The row of a release that each intron of a batch is: at most one per intron.

An intron with a strand is the row on that strand, else the row whose strand the release does not
know; never the row on the other strand. An intron without a strand is the row at its place that
most samples have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from snapshard.background.places import UNKNOWN_STRAND, Places, strand_codes
from snapshard.connections import fanout
from snapshard.index import Index
from snapshard.pairs import Integers
from snapshard.region import Region
from snapshard.release import Interval, Release
from snapshard.rows import Rows

_COLUMNS = (
    "block",
    "position",
    "samples_count",
    "coverage_sum",
    "coverage_median",
    "strand",
    "class",
)


@dataclass(frozen=True)
class ExactRows:
    """Rows, each with the index of its intron, ascending and each once."""

    introns: Integers
    intervals: Integers
    blocks: Integers
    positions: Integers
    samples: Integers
    reads: Integers
    strands: Integers
    medians: NDArray[np.bytes_]
    classes: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.introns)


def find_exact_rows(index: Index, release: Release, places: Places) -> ExactRows:
    """The rows of a batch's introns; all shards are queried at once."""
    intervals = [interval for interval in release.intervals if "junction" in interval.content]
    searches = [
        (interval, np.flatnonzero(places.starting_in(interval, release))) for interval in intervals
    ]
    searches = [(interval, indices) for interval, indices in searches if len(indices)]

    def search(task: tuple[Interval, Integers]) -> Rows:
        interval, indices = task
        spans = list(zip(indices.tolist(), _regions(places, indices), strict=True))
        return index.lookup(release, interval).junctions(spans, _COLUMNS)

    batches = fanout.gather_by(lambda task: task[0].shard, search, searches)
    parts = [
        _parsed(interval, rows)
        for (interval, _), rows in zip(searches, batches, strict=True)
        if rows.text
    ]
    return _one_per_intron(_joined(parts), places) if parts else _no_rows()


def _regions(places: Places, indices: Integers) -> list[Region]:
    columns = (places.codes[indices], places.starts[indices], places.ends[indices])
    return [
        Region(places.names[code], start, end)
        for code, start, end in zip(*[column.tolist() for column in columns], strict=True)
    ]


def _parsed(interval: Interval, rows: Rows) -> ExactRows:
    introns = rows.integers("number")
    return ExactRows(
        introns=introns,
        intervals=np.full(len(introns), interval.number, np.int64),
        blocks=rows.integers("block"),
        positions=rows.integers("position"),
        samples=rows.integers("samples_count"),
        reads=rows.integers("coverage_sum"),
        strands=strand_codes([text.decode() for text in rows.texts("strand")]),
        medians=np.array(rows.texts("coverage_median"), np.bytes_),
        classes=np.array(rows.texts("class"), np.bytes_),
    )


def _joined(parts: Sequence[ExactRows]) -> ExactRows:
    names = [field.name for field in fields(ExactRows)]
    columns = {name: [getattr(part, name) for part in parts] for name in names}
    return ExactRows(**{name: np.concatenate(column) for name, column in columns.items()})


def _one_per_intron(rows: ExactRows, places: Places) -> ExactRows:
    strands = places.strands[rows.introns]
    same = (rows.strands == strands) | (strands == UNKNOWN_STRAND)
    usable = np.flatnonzero(same | (rows.strands == UNKNOWN_STRAND))
    order = usable[np.lexsort((rows.samples[usable], same[usable], rows.introns[usable]))]
    introns = rows.introns[order]
    # The last row of each intron is the best one.
    best = order[np.append(introns[1:] != introns[:-1], True)] if len(order) else order
    return ExactRows(**{field.name: getattr(rows, field.name)[best] for field in fields(ExactRows)})


def _no_rows() -> ExactRows:
    numbers, texts = np.empty(0, np.int64), np.empty(0, np.bytes_)
    return ExactRows(
        introns=numbers,
        intervals=numbers,
        blocks=numbers,
        positions=numbers,
        samples=numbers,
        reads=numbers,
        strands=numbers,
        medians=texts,
        classes=texts,
    )
