"""Pictures: pure functions from checked values to drawings, and drawings as SVG and PNG."""

from snapshard_ui.pictures.arc import Arc
from snapshard_ui.pictures.box_figure import (
    MOST_POINTS,
    BoxFigure,
    BoxPanel,
    BoxRow,
    draw_boxes,
    figures,
)
from snapshard_ui.pictures.density_figure import Bin, DensityFigure, draw_density
from snapshard_ui.pictures.element import Drawing
from snapshard_ui.pictures.gene_model import Model
from snapshard_ui.pictures.junction_figure import MARGIN, MOST_ROWS, Figure, draw_junctions
from snapshard_ui.pictures.level_figure import LevelFigure, LevelLine, draw_levels
from snapshard_ui.pictures.png import png
from snapshard_ui.pictures.theme import THEMES, TINTS, stylesheet
from snapshard_ui.pictures.tile_figure import TileFigure, draw_tile

__all__ = [
    "MARGIN",
    "MOST_POINTS",
    "MOST_ROWS",
    "THEMES",
    "TINTS",
    "Arc",
    "Bin",
    "BoxFigure",
    "BoxPanel",
    "BoxRow",
    "DensityFigure",
    "Drawing",
    "Figure",
    "LevelFigure",
    "LevelLine",
    "Model",
    "TileFigure",
    "draw_boxes",
    "draw_density",
    "draw_junctions",
    "draw_levels",
    "draw_tile",
    "figures",
    "png",
    "stylesheet",
]
