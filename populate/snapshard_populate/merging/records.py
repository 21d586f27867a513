"""Records: one junction of one sample each, as arrays that sort by a single number.

A key packs a junction's place and strand within its chromosome: 31 bits of the first base, 31 bits of
the length and 2 bits of the strand. Keys therefore sort by start, end and strand. A motif packs its
four bases; 0 is unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers

Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]

STRANDS = "?+-"
MOST_READS = (1 << 32) - 1
FIELDS = {"key": np.uint64, "sample": np.uint32, "reads": np.uint32, "motif": np.uint16}
"""The arrays of records and their types."""
_START_SHIFT, _LENGTH_SHIFT = np.uint64(33), np.uint64(2)
_LENGTH, _STRAND = np.uint64((1 << 31) - 1), np.uint64(3)
_BASES = "ACGTN"
MOTIFS = ("", *("".join(bases) for bases in product(_BASES, repeat=4)))
"""The four bases of every motif: two at the left end and two at the right end, on the plus strand."""
_NUMBERS = {motif: number for number, motif in enumerate(MOTIFS)}
_PLUS, _MINUS = (
    [_NUMBERS[motif] for motif in motifs]
    for motifs in (("GTAG", "GCAG", "ATAC"), ("CTAC", "CTGC", "GTAT"))
)
"""The motifs of introns on each strand: those that STAR calls canonical and semi-canonical."""


@dataclass(frozen=True)
class Records:
    """Junctions of samples on one chromosome. sample: the number of a file in its list."""

    key: Keys
    sample: NDArray[np.uint32]
    reads: NDArray[np.uint32]
    motif: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.key)

    def at(self, positions: Integers | Flags) -> "Records":
        """The records at these positions, or where a mask is true."""
        return Records(
            self.key[positions],
            self.sample[positions],
            self.reads[positions],
            self.motif[positions],
        )

    def with_samples(self, numbers: NDArray[np.uint32]) -> "Records":
        """The records with other numbers of samples, by those that they have."""
        return replace(self, sample=numbers[self.sample])

    def ordered(self) -> "Records":
        """The records by key; those of one key stay in their order."""
        if (self.key[1:] >= self.key[:-1]).all():
            return self
        order: Integers = np.argsort(self.key, kind="stable")
        return self.at(order)


def joined(parts: Sequence[Records]) -> Records:
    """The records of all parts, one part after the other."""
    return Records(
        *(
            np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, dtype)])
            for name, dtype in FIELDS.items()
        )
    )


def pack_keys(starts: Integers, ends: Integers, strands: Integers) -> Keys:
    """The keys of introns (1-based, closed); strands are indices into STRANDS."""
    firsts: Keys = starts.astype(np.uint64) << _START_SHIFT
    lengths: Keys = (ends - starts + 1).astype(np.uint64) << _LENGTH_SHIFT
    return firsts + lengths + strands.astype(np.uint64)


def starts_of(keys: Keys) -> Integers:
    """The first base of each junction's intron, 1-based."""
    return (keys >> _START_SHIFT).astype(np.int64)


def ends_of(keys: Keys) -> Integers:
    """The last base of each junction's intron, 1-based."""
    return starts_of(keys) + ((keys >> _LENGTH_SHIFT) & _LENGTH).astype(np.int64) - 1


def strands_of(keys: Keys) -> Integers:
    """The strand of each junction, as an index into STRANDS."""
    return (keys & _STRAND).astype(np.int64)


def places_of(keys: Keys) -> Keys:
    """The keys without their strands: those of an unknown strand at the same place."""
    places: Keys = keys & ~_STRAND
    return places


def with_strands(keys: Keys, strands: Integers) -> Keys:
    """The keys with other strands."""
    return places_of(keys) | strands.astype(np.uint64)


def motif_numbers(motifs: Sequence[str]) -> NDArray[np.uint16]:
    """The numbers of motifs such as `GT/AG`; letters other than A, C, G and T count as N."""
    numbers = {motif: _motif_number(motif) for motif in set(motifs)}
    return np.array([numbers[motif] for motif in motifs], np.uint16)


def _motif_number(motif: str) -> int:
    letters = motif.upper().replace("/", "")
    if len(letters) != 4:
        return 0
    return _NUMBERS["".join(letter if letter in _BASES else "N" for letter in letters)]


def motif_strands(motifs: NDArray[np.uint16]) -> Integers:
    """The strand that each motif shows, as an index into STRANDS; 0 if it shows none."""
    strands = np.zeros(len(MOTIFS), np.int64)
    strands[_PLUS], strands[_MINUS] = STRANDS.index("+"), STRANDS.index("-")
    return strands[motifs]
