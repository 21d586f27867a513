"""The introns of a batch by place: their chromosomes in the release's spelling, and the intervals
that can hold what is asked of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.chromosome import chromosome_name
from snapshard.index import Index
from snapshard.junction_files import Introns
from snapshard.pairs import Integers
from snapshard.release import OTHERS, Interval, Release

Mask = NDArray[np.bool_]
_STRAND_CODES = {"+": 1, "-": 2}
UNKNOWN_STRAND = 0


def strand_codes(strands: Sequence[str]) -> Integers:
    """1 for +, 2 for -, 0 for every sign of an unknown strand."""
    return np.array([_STRAND_CODES.get(strand, UNKNOWN_STRAND) for strand in strands], np.int64)


@dataclass(frozen=True)
class Places:
    """Introns, 1-based and closed, with a code for each chromosome: its index in `names`.

    `known`: whether the release has the chromosome.
    """

    names: tuple[str, ...]
    codes: Integers
    starts: Integers
    ends: Integers
    strands: Integers
    known: Mask

    def __len__(self) -> int:
        return len(self.codes)

    def groups(self) -> Iterator[tuple[str, Integers]]:
        """Every chromosome with the indices of its introns."""
        for code, name in enumerate(self.names):
            indices = np.flatnonzero(self.codes == code)
            if len(indices):
                yield name, indices

    def starting_in(self, interval: Interval, release: Release) -> Mask:
        """The introns whose rows the interval holds, if there are any."""
        inside = (self.starts >= interval.first) & (self.starts <= interval.last)
        return self._on_chromosome(interval, release) & inside

    def ending_in(self, interval: Interval, release: Release) -> Mask:
        """The introns at whose last base rows of the interval may end."""
        inside = (self.ends >= interval.first) & (self.ends <= interval.content["junction"].max_end)
        return self._on_chromosome(interval, release) & inside

    def _on_chromosome(self, interval: Interval, release: Release) -> Mask:
        named = release.named_chroms
        of_interval = [interval.holds_chrom(name, named) for name in self.names]
        mask: Mask = np.array(of_interval, np.bool_)[self.codes] & self.known
        return mask


def places_of(introns: Introns, index: Index, release: Release) -> Places:
    """The places of a batch's introns. Raises BadRegion for an accession of another assembly."""
    spellings = list(dict.fromkeys(introns.chroms))
    name_of = {text: chromosome_name(text, release.assembly) for text in spellings}
    names = list(dict.fromkeys(name_of.values()))
    code_of = {text: names.index(name) for text, name in name_of.items()}
    chromosomes = release.named_chroms - {OTHERS} | index.facts.of(release).other_chromosomes
    codes = np.array([code_of[text] for text in introns.chroms], np.int64)
    return Places(
        tuple(names),
        codes,
        introns.starts,
        introns.ends,
        strand_codes(introns.strands),
        np.array([name in chromosomes for name in names], np.bool_)[codes],
    )
