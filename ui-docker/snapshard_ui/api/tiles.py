"""Tiles of a chromosome for maps of the genome: the density of junctions as numbers and pictures."""

from dataclasses import asdict, dataclass

from flask import Response

from snapshard.index import BIN_SIZES, DensityBin, highest_bin, read_density
from snapshard.region import Region
from snapshard.tile import Tile, read_number
from snapshard_ui.api.models.pictures import Picture
from snapshard_ui.api.models.tiles import TileAnswer, TileParams
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.responses import picture_response, release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.pictures import Bin, Drawing, TileFigure, draw_tile, png

_MOST_BINS = 512
"""Bins of a tile: two for each of its pixels."""
_PATH = "/tiles/<chromosome>/<zoom>/<x>"


@dataclass(frozen=True)
class TileDensity:
    """A tile with its bins; `highest` is the largest bin of this size on the chromosome."""

    tile: Tile
    bin_size: int
    highest: int
    bins: tuple[DensityBin, ...]


@on_release(f"{_PATH}.json", params=TileParams, model=TileAnswer)
def tile_json(request: ReleaseRequest[TileParams], chromosome: str, zoom: str, x: str) -> Response:
    """The junctions per bin of a tile, as numbers.

    At zoom 0 a tile has 268,435,456 bases, and each level halves it up to zoom 11; tile x covers the
    bases x * size + 1 to (x + 1) * size. All samples count; a junction counts where it starts.
    """
    density = find_tile(request, chromosome, zoom, x)
    tile = density.tile
    return release_response(
        request.release,
        chromosome=tile.chrom,
        zoom=tile.zoom,
        x=tile.x,
        start=tile.region.start,
        end=tile.region.end,
        bin_size=density.bin_size,
        highest=density.highest,
        bins=[asdict(bin) for bin in density.bins],
    )


@on_release(f"{_PATH}.svg", params=TileParams, model=Picture, media_type="image/svg+xml")
def tile_svg(request: ReleaseRequest[TileParams], chromosome: str, zoom: str, x: str) -> Response:
    """The junctions per bin of a tile as a picture of 256 x 128 pixels without margins, SVG."""
    drawing = _drawing(request, chromosome, zoom, x)
    return picture_response(request, drawing.svg(request.params.theme).encode() + b"\n", "svg")


@on_release(f"{_PATH}.png", params=TileParams, model=Picture, media_type="image/png", also=(501,))
def tile_png(request: ReleaseRequest[TileParams], chromosome: str, zoom: str, x: str) -> Response:
    """The junctions per bin of a tile as a picture, PNG with two pixels for each of the SVG."""
    drawing = _drawing(request, chromosome, zoom, x)
    return picture_response(request, png(drawing, request.params.theme), "png")


def find_tile(
    request: ReleaseRequest[TileParams], chromosome: str, zoom: str, x: str
) -> TileDensity:
    """The tile that an address names. Raises BadQuery, and NotFound for an unknown chromosome."""
    index, release = request.index, request.release
    chrom = check_chromosome(index, release, Region(chromosome)).chrom
    tile = Tile(chrom, read_number("zoom", zoom), read_number("x", x))
    bin_size = next(size for size in BIN_SIZES if tile.bases / size <= _MOST_BINS)
    return TileDensity(
        tile,
        bin_size,
        highest_bin(index, release, chrom, bin_size=bin_size),
        tuple(read_density(index, release, tile.region, bin_size=bin_size)),
    )


def _drawing(request: ReleaseRequest[TileParams], chromosome: str, zoom: str, x: str) -> Drawing:
    density = find_tile(request, chromosome, zoom, x)
    region = density.tile.region
    return draw_tile(
        TileFigure(
            region,
            tuple(Bin(**asdict(bin)) for bin in density.bins),
            density.highest,
            f"{region}, junctions per {density.bin_size:,} bases",
            f"A bar of full height is {density.highest:,} junctions.",
        )
    )
