"""The sites that junctions share, and the reads of junctions in the samples to compare."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from snapshard.comparison.samples import ComparedSamples
from snapshard.measures import Junctions, sums_by_group
from snapshard.pairs import Integers, Pairs

Numbers = NDArray[np.float64]


class Side(StrEnum):
    """The base of an intron that junctions share: its first or its last."""

    START = "start"
    END = "end"


_ROLES = {
    (Side.START, "+"): "donor",
    (Side.START, "-"): "acceptor",
    (Side.END, "+"): "acceptor",
    (Side.END, "-"): "donor",
}
"""The role of a base for junctions of a strand. Junctions of unknown strand have neither."""


@dataclass(frozen=True)
class Sites:
    """The sites of junctions on one side. A site is a chromosome, base and strand.

    site_of: the number of each junction's site; -1 for a junction of unknown strand.
    sizes: the number of junctions of each site; a 0 at the end stands for no site.
    roles: donor or acceptor, for each junction.
    """

    site_of: Integers
    sizes: Integers
    roles: list[str]


def junction_sites(junctions: Junctions, side: Side) -> Sites:
    """The sites of these junctions."""
    bases = junctions.starts if side is Side.START else junctions.ends
    forward, reverse = junctions.strands == "+", junctions.strands == "-"
    chroms = np.unique(np.array(junctions.chroms, np.str_), return_inverse=True)[1]
    # Chromosome, base and strand in one integer, the strand in the last bit.
    keys = (chroms << 34) | (bases << 1) | forward
    keys[~forward & ~reverse] = -1
    unique, site_of, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    if len(unique) and unique[0] == -1:
        site_of, sizes = site_of - 1, sizes[1:]
    roles = [_ROLES.get((side, strand), "") for strand in junctions.strands.tolist()]
    return Sites(site_of, np.append(sizes, 0), roles)


@dataclass(frozen=True)
class Cells:
    """Reads of junctions in compared samples: the row of the junction, the column of the sample, and
    the reads.
    """

    row: Integers
    column: Integers
    reads: Integers

    def of_rows(self, mask: NDArray[np.bool_]) -> "Cells":
        """The reads of the junctions for which the mask is true."""
        cells = mask[self.row]
        return Cells(self.row[cells], self.column[cells], self.reads[cells])

    def matrix(self, line_of: Integers, height: int, width: int) -> Numbers:
        """The reads as a matrix with a line for each value of `line_of`, which has the line of each
        junction, and a column for each sample. Reads of the same cell are added up.
        """
        keys = line_of[self.row] * width + self.column
        return sums_by_group(self.reads, keys, height * width).reshape(height, width)


def read_cells(pairs: Pairs, samples: ComparedSamples) -> Cells:
    """The reads of all rows in the samples to compare."""
    columns = samples.columns(pairs.samples)
    index = np.flatnonzero(columns >= 0)
    # The coverages of other samples are not parsed.
    return Cells(pairs.row_of[index], columns[index], pairs.coverages_at(index))
