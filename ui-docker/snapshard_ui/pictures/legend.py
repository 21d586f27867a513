"""The texts around a picture: its heading, what it leaves out, and what its marks mean."""

from snapshard_ui.pictures.axis import text_width
from snapshard_ui.pictures.element import Element, element, group
from snapshard_ui.pictures.scale import Scale

_SAMPLE = 26.0
"""Length of the line that shows a mark, in pixels."""


def draw_heading(scale: Scale, heading: str) -> Element:
    """The heading at the top of the picture."""
    text = fitting(heading, scale.right - scale.left)
    return element("text", text, class_="soft heading", x=scale.left, y=16)


def draw_footer(
    scale: Scale, top: float, remarks: str, number: str, *, has_unknown_strand: bool = False
) -> Element:
    """What the picture leaves out, and below it the meaning of lines and numbers."""
    width = scale.right - scale.left
    parts: list[Element] = [
        element("text", fitting(remarks, width), class_="remarks", x=scale.left, y=top + 16)
    ]
    x = scale.left
    for mark, label in (("annotated", "annotated"), ("novel", "not annotated")):
        line = element(
            "line", class_="line", x1=x, x2=x + _SAMPLE, y1=top + 31, y2=top + 31, stroke_width=2.5
        )
        text = element("text", label, class_="soft", x=x + _SAMPLE + 6, y=top + 35)
        parts.append(group([line, text], class_=f"key {mark}"))
        x += _SAMPLE + text_width(label) + 24
    above = "+ and unknown strand" if has_unknown_strand else "+ strand"
    meaning = fitting(f"number and width: {number} · above: {above}, below: −", scale.right - x)
    parts.append(element("text", meaning, class_="soft", x=x, y=top + 35))
    return group(parts, class_="footer")


def fitting(text: str, width: float) -> str:
    """The text, or its start with an ellipsis if it is wider than so many pixels."""
    most = int(width / text_width("0"))
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"
