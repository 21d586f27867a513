"""Models of tiles: the density of junctions in windows of power-of-two sizes."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard_ui.api.models.responses import About, Answer
from snapshard_ui.api.params import Params


class TileParams(Params):
    """How a tile is drawn."""

    theme: Annotated[
        Literal["auto", "light", "dark"],
        Field(description="colours; auto follows the reader's preference, in a PNG it is light"),
    ] = "auto"


class TileBin(Answer):
    """The junctions that start in a bin."""

    start: int = Field(description="first base, 1-based")
    end: int = Field(description="last base")
    junctions: int = Field(description="junctions whose intron starts in the bin")
    annotated: int = Field(description="those of them that are annotated")


class TileAnswer(Answer):
    """A tile: its bases, and its bins that have junctions. A bin at an edge belongs to both tiles."""

    about: About
    chromosome: str
    zoom: int
    x: int
    start: int = Field(description="first base of the tile, 1-based")
    end: int = Field(description="last base of the tile")
    bin_size: int = Field(description="bases of a bin")
    highest: int = Field(
        description="the most junctions of a bin of this size on the chromosome: a bar of full height"
    )
    bins: list[TileBin]
