"""Tables of rMATS: an event per line, whose columns are the ends of exons.

Starts (`…ES`, `…Start_0base`) are 0-based, so that they are the last base of the intron before,
1-based; ends (`…EE`, `…End`) are the last base of the exon. The intron from an exon that ends at E to
one that starts at S is therefore E + 1 to S, on both strands: rMATS calls the exon with the smaller
positions upstream, except in A3SS and A5SS, where the flanking exon may lie on either side. Source:
rMATS turbo, README, output; https://github.com/Xinglab/rmats-turbo/issues/432.
"""

import numpy as np

from snapshard.junction_files.cells import chromosomes, strands, whole_numbers
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions, own_names
from snapshard.junction_files.introns import NO_READS, Introns
from snapshard.junction_files.table import Head
from snapshard.pairs import Integers
from snapshard.rows import Rows

Exon = tuple[str, str]
_UPSTREAM, _DOWNSTREAM = ("upstreamES", "upstreamEE"), ("downstreamES", "downstreamEE")
_SKIPPED = ("exonStart_0base", "exonEnd")
_FIRST, _SECOND = ("1stExonStart_0base", "1stExonEnd"), ("2ndExonStart_0base", "2ndExonEnd")
_RETAINED = ("riExonStart_0base", "riExonEnd")
_LONG, _SHORT = ("longExonStart_0base", "longExonEnd"), ("shortES", "shortEE")
_FLANKING = ("flankingES", "flankingEE")
_EVENTS: dict[Exon, tuple[tuple[Exon, Exon], ...]] = {
    _SKIPPED: ((_UPSTREAM, _SKIPPED), (_SKIPPED, _DOWNSTREAM), (_UPSTREAM, _DOWNSTREAM)),
    _FIRST: (
        (_UPSTREAM, _FIRST),
        (_FIRST, _DOWNSTREAM),
        (_UPSTREAM, _SECOND),
        (_SECOND, _DOWNSTREAM),
    ),
    _RETAINED: ((_UPSTREAM, _DOWNSTREAM),),
    _LONG: ((_LONG, _FLANKING), (_SHORT, _FLANKING)),
}
"""By the exon that only this kind of event has: the pairs of exons that its junctions join."""


def _kind(columns: tuple[str, ...]) -> Exon | None:
    """The exon that tells the kind of event; None for another table."""
    return next((exon for exon in _EVENTS if set(exon) <= set(_names(columns))), None)


def _names(columns: tuple[str, ...]) -> tuple[str, ...]:
    # R puts an X before names that start with a digit.
    return tuple(name.removeprefix("X") if name[:2] in ("X1", "X2") else name for name in columns)


def _fits(head: Head) -> bool:
    return _kind(head.columns) is not None


def _columns(head: Head) -> tuple[str, ...]:
    return _names(own_names(head))


def _read(rows: Rows, options: ReadOptions) -> Introns:
    kind = _kind(rows.columns)
    pairs = _EVENTS[kind] if kind else ()
    spans = [_between(rows, first, second) for first, second in pairs]
    order = np.repeat(np.arange(len(rows)), len(pairs))
    chroms, signs = chromosomes(rows, "chr"), strands(rows, "strand")
    return Introns(
        order,
        [chroms[row] for row in order.tolist()],
        np.stack([starts for starts, _ in spans], axis=1).ravel(),
        np.stack([ends for _, ends in spans], axis=1).ravel(),
        [signs[row] for row in order.tolist()],
        np.full(len(order), NO_READS, np.int64),
    )


def _between(rows: Rows, first: Exon, second: Exon) -> tuple[Integers, Integers]:
    """First and last base of the intron between two exons, whichever of them lies before."""
    first_start, first_end = (whole_numbers(rows, name) for name in first)
    second_start, second_end = (whole_numbers(rows, name) for name in second)
    ascending = first_end <= second_start
    return (
        np.where(ascending, first_end, second_end) + CONVENTIONS["bed"].start,
        np.where(ascending, second_start, first_start) + CONVENTIONS["bed"].end,
    )


RMATS = JunctionFormat(
    "rmats",
    "rMATS tables of SE, MXE, RI, A3SS and A5SS events: two to four junctions per line",
    "ends of exons: starts 0-based, ends 1-based",
    "rMATS turbo, README; rmats-turbo issue 432",
    _fits,
    _columns,
    _read,
    needs_names=True,
)
