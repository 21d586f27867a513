"""The picture of a tile: bars without margins or texts, so that a map can join tiles."""

from dataclasses import dataclass

from snapshard.region import Region
from snapshard_ui.pictures.density_figure import Bin, bar_details
from snapshard_ui.pictures.element import Drawing, Element, element, group
from snapshard_ui.pictures.scale import Scale

TILE_WIDTH, TILE_HEIGHT = 256, 128
"""Pixels of a tile."""


@dataclass(frozen=True)
class TileFigure:
    """A tile's bases and bins. `highest` is the number of junctions of a bar of full height; it is
    the same for all tiles of a level, so that their bars can be compared.
    """

    window: Region
    bins: tuple[Bin, ...]
    highest: int
    title: str
    description: str


def draw_tile(figure: TileFigure) -> Drawing:
    """The drawing of a tile: a bar per bin from the lower edge, of which the lower part is
    annotated. A bin that reaches beyond the tile is cut at its edge.
    """
    scale = Scale(figure.window, 0, TILE_WIDTH)
    bins = [bin for bin in figure.bins if scale.overlaps(bin.start, bin.end)]
    bars = group([_bar(scale, bin, figure.highest) for bin in bins], class_="bars")
    size = (float(TILE_WIDTH), float(TILE_HEIGHT))
    return Drawing(*size, (bars,), figure.title, figure.description)


def _bar(scale: Scale, bin: Bin, highest: int) -> Element:
    left, right = scale.visible(bin.start, bin.end)
    parts: list[Element] = [element("title", bar_details(bin))]
    for number, words in ((bin.junctions, "bar"), (bin.annotated, "bar annotated")):
        height = TILE_HEIGHT * min(1, number / max(1, highest))
        top = TILE_HEIGHT - height
        parts.append(
            element("rect", class_=words, x=left, y=top, width=right - left, height=height)
        )
    return group(parts, class_="bin", data_start=str(bin.start))
