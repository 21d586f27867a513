"""Motifs and strands of junctions whose files have none: from a genome, and from other files."""

import numpy as np
from numpy.typing import NDArray

from snapshard.genome import Genome
from snapshard.pairs import Integers
from snapshard_populate.merging.records import (
    Keys,
    Records,
    ends_of,
    motif_numbers,
    motif_strands,
    places_of,
    starts_of,
    strands_of,
    with_strands,
)

_WINDOW = 1 << 22
"""Bases of a genome that are read at a time."""


def complete_records(records: Records, chrom: str, genome: Genome | None) -> Records:
    """Records sorted by key, all those of a place with one motif: that of any file, or else of the
    genome. Records of an unknown strand get the strand that their motif shows.

    A sample that has a junction on its strand and on an unknown one gets the reads of both.
    """
    if not len(records):
        return records
    places = places_of(records.key)
    firsts = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
    motifs = np.maximum.reduceat(records.motif, firsts)
    unknown = np.flatnonzero(motifs == 0)
    if genome is not None and len(unknown):
        motifs[unknown] = genome_motifs(places[firsts[unknown]], chrom, genome)
    motif = np.repeat(motifs, np.diff(np.append(firsts, len(records))))
    strands = strands_of(records.key)
    complete_strands = np.where(strands == 0, motif_strands(motif), strands)
    key = with_strands(records.key, complete_strands)
    return _summed(Records(key, records.sample, records.reads, motif))


def genome_motifs(places: Keys, chrom: str, genome: Genome) -> NDArray[np.uint16]:
    """The motif of each place: the first two and the last two bases of its intron."""
    left = _base_pairs(starts_of(places), chrom, genome)
    right = _base_pairs(ends_of(places) - 1, chrom, genome)
    return motif_numbers([first + last for first, last in zip(left, right, strict=True)])


def _base_pairs(firsts: Integers, chrom: str, genome: Genome) -> list[str]:
    """The two bases at each of these positions (1-based), read a window of the genome at a time."""
    pairs = [""] * len(firsts)
    order = np.argsort(firsts, kind="stable")
    windows = firsts[order] // _WINDOW
    for window in np.unique(windows).tolist():
        positions = order[windows == window]
        begin, end = int(firsts[positions[0]]), int(firsts[positions[-1]]) + 1
        bases = genome.bases(chrom, begin, end)
        for position in positions.tolist():
            offset = int(firsts[position]) - begin
            pairs[position] = bases[offset : offset + 2]
    return pairs


def _summed(records: Records) -> Records:
    """The records by key and sample; the reads of a sample's records with one key are added up."""
    key, sample = records.key, records.sample
    is_same_key = key[1:] == key[:-1]
    # Mostly they are in order, and looking is cheap beside sorting.
    if ((key[1:] > key[:-1]) | (is_same_key & (sample[1:] > sample[:-1]))).all():
        return records
    ordered = records.at(np.lexsort((sample, key)))
    same = (ordered.key[1:] == ordered.key[:-1]) & (ordered.sample[1:] == ordered.sample[:-1])
    if not same.any():
        return ordered
    firsts = np.flatnonzero(np.append(True, ~same))
    reads = np.add.reduceat(ordered.reads, firsts)
    return Records(ordered.key[firsts], ordered.sample[firsts], reads, ordered.motif[firsts])
