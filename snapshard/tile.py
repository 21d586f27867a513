"""Tiles: the windows of a chromosome that a map of the genome fetches one by one.

At zoom 0 a tile has 2^28 bases, more than any human chromosome; each further level halves it.
Tile x of a level covers the bases x * size + 1 to (x + 1) * size (1-based, both included), so that
two neighbours of one level are one tile of the level above.
"""

from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.region import LAST_BASE, Region

BASES = 2**28
"""Bases of a tile at zoom 0."""
MOST_ZOOM = 11
"""The last level: tiles of 131,072 bases, which hold 13 of the smallest bins that are stored."""


@dataclass(frozen=True)
class Tile:
    """A tile of a chromosome. Raises BadQuery for a level or number that does not exist."""

    chrom: str
    zoom: int
    x: int

    def __post_init__(self) -> None:
        if not 0 <= self.zoom <= MOST_ZOOM:
            raise BadQuery("zoom", str(self.zoom), f"a level from 0 to {MOST_ZOOM}")
        last = (LAST_BASE - 1) // self.bases
        if not 0 <= self.x <= last:
            raise BadQuery("x", str(self.x), f"the number of a tile from 0 to {last}")

    @property
    def bases(self) -> int:
        """The size of the tile in bases."""
        return BASES >> self.zoom

    @property
    def region(self) -> Region:
        """The bases of the tile, also those beyond the end of the chromosome."""
        start = self.x * self.bases + 1
        return Region(self.chrom, start, min(start + self.bases - 1, LAST_BASE))


def read_number(name: str, text: str) -> int:
    """A number of an address: digits only. Raises BadQuery with the name of the part."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuery(name, text, "a number without sign")
    return int(text)
