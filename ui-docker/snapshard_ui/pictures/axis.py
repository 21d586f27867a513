"""The axis: a line with round positions of bases."""

from snapshard_ui.pictures.element import Element, element, group
from snapshard_ui.pictures.scale import Scale

HEIGHT = 24
_SPACING = 120
_CHARACTER = 6.4
"""Typical width of a digit in pixels."""


def draw_axis(scale: Scale, top: float) -> Element:
    """The axis in its band of HEIGHT pixels; labels are 1-based positions."""
    parts = [
        element("line", class_="axis", x1=scale.left, x2=scale.right, y1=top + 0.5, y2=top + 0.5)
    ]
    for base in scale.ticks(_SPACING):
        x, label = (scale.begin(base) + scale.end(base)) / 2, f"{base:,}"
        parts.append(element("line", class_="axis", x1=x, x2=x, y1=top, y2=top + 4))
        half = text_width(label) / 2
        if scale.left <= x - half and x + half <= scale.right:
            parts.append(
                element("text", label, class_="soft", x=x, y=top + 16, text_anchor="middle")
            )
    return group(parts, class_="positions")


def text_width(text: str) -> float:
    """The approximate width of a text in pixels."""
    return len(text) * _CHARACTER
