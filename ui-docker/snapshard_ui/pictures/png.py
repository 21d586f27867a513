"""A drawing as PNG."""

from snapshard.errors import MissingExtra
from snapshard_ui.pictures.element import Drawing

_SCALE = 2
"""Pixels of the image for each pixel of the drawing, for sharp text on paper and dense screens."""


def png(drawing: Drawing, theme: str) -> bytes:
    """The drawing as PNG, with two pixels for each of its own; `auto` is light.

    Raises MissingExtra without the extra `pictures`.
    """
    try:
        import resvg_py
    except ModuleNotFoundError as exc:
        raise MissingExtra("a PNG", exc.name, "pictures") from exc
    svg = drawing.svg("dark" if theme == "dark" else "light")
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_SCALE))
