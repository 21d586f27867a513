"""The reads of all junctions that share an end with each intron of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.background.places import UNKNOWN_STRAND, Places, strand_codes
from snapshard.connections import fanout
from snapshard.index import End, Index
from snapshard.pairs import Integers
from snapshard.release import Interval, Release
from snapshard.rows import Rows

_STRAND_BITS, _POSITION_BITS = 2, 32
_STRANDS = (0, 1, 2)


@dataclass(frozen=True)
class SiteReads:
    """For each intron: the reads of the junctions at that end, and whether the release annotates it."""

    reads: Integers
    annotated: NDArray[np.bool_]


def read_sites(
    index: Index, release: Release, places: Places, strands: Integers
) -> dict[End, SiteReads]:
    """The junctions at the left and the right end of each intron, on its strand or without one.

    `strands` are codes; for an unknown one the junctions of all strands are taken together.
    """
    intervals = [interval for interval in release.intervals if "junction" in interval.content]
    tasks: list[tuple[Interval, End, Integers]] = []
    for interval in intervals:
        start_positions = places.starts[places.starting_in(interval, release)]
        right = places.ends[places.ending_in(interval, release)]
        tasks += [(interval, End.LEFT, start_positions)] if len(start_positions) else []
        tasks += [(interval, End.RIGHT, right)] if len(right) else []

    def read(task: tuple[Interval, End, Integers]) -> Rows:
        interval, end, positions = task
        return index.lookup(release, interval).sites(end, positions)

    batches = fanout.gather_by(lambda task: task[0].shard, read, tasks)
    parts: dict[End, list[Rows]] = {End.LEFT: [], End.RIGHT: []}
    for (_, end, _), rows in zip(tasks, batches, strict=True):
        parts[end] += [rows] if rows.text else []
    return {
        End.LEFT: _at_ends(parts[End.LEFT], places, places.starts, strands),
        End.RIGHT: _at_ends(parts[End.RIGHT], places, places.ends, strands),
    }


def _at_ends(
    parts: Sequence[Rows], places: Places, positions: Integers, strands: Integers
) -> SiteReads:
    code_of = {name.encode(): code for code, name in enumerate(places.names)}
    keys: list[Integers] = []
    for rows in parts:
        codes = [code_of.get(name, len(code_of)) for name in rows.texts("chromosome")]
        signs = strand_codes([text.decode() for text in rows.texts("strand")])
        keys.append(_keys(np.array(codes, np.int64), rows.integers("position"), signs))
    reads, annotated = np.zeros(len(places), np.int64), np.zeros(len(places), np.bool_)
    if not keys:
        return SiteReads(reads, annotated)
    # Junctions that end at one base may start in several intervals.
    unique_keys, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    values = np.concatenate([rows.integers("reads") for rows in parts])
    flags = np.concatenate([rows.integers("annotated") for rows in parts])
    sums, any_flags = np.zeros(len(unique_keys), np.int64), np.zeros(len(unique_keys), np.bool_)
    np.add.at(sums, inverse, values)
    np.logical_or.at(any_flags, inverse, flags > 0)
    for strand in _STRANDS:
        counts = (strands == strand) | (strands == UNKNOWN_STRAND) | (strand == UNKNOWN_STRAND)
        place_keys = _keys(places.codes, positions, np.full(len(places), strand))
        numbers = np.minimum(np.searchsorted(unique_keys, place_keys), len(unique_keys) - 1)
        hits = counts & (unique_keys[numbers] == place_keys)
        reads[hits] += sums[numbers[hits]]
        annotated[hits] |= any_flags[numbers[hits]]
    return SiteReads(reads, annotated)


def _keys(codes: Integers, positions: Integers, strands: Integers) -> Integers:
    """Chromosome, position and strand in one number."""
    keys: Integers = (((codes << _POSITION_BITS) | positions) << _STRAND_BITS) | strands
    return keys
