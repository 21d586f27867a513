"""Junctions as arcs: above the axis on the forward strand or on an unknown one, below on the reverse
strand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from snapshard.junction import AnnotationClass
from snapshard_ui.pictures.axis import text_width
from snapshard_ui.pictures.element import Element, decimal, element, group
from snapshard_ui.pictures.scale import Scale

_LOWEST, _HIGHEST = 0.2, 0.98
"""Heights of the shortest and the longest arc, as shares of their zone."""
_THINNEST, _THICKEST, _PER_TENFOLD = 1.0, 6.0, 1.25
_TURN = 28.0
"""Pixels in which an arc that leaves the window turns to the window's edge."""
_TIP = 4.0
_EMPTY_ZONE, _LOW_ZONE, _HIGH_ZONE = 8.0, 90.0, 170.0
"""Heights of a side without arcs, with short ones only, and with others."""
_SHORT = 0.1
"""Width of a short arc at most, as a share of the window."""


@dataclass(frozen=True)
class Arc:
    """A junction to draw: first and last base of the intron (1-based, both included), and its counts.

    `number` is written on the arc and sets its width; `details` is the text for a pointer.
    """

    name: str
    start: int
    end: int
    strand: str
    number: int
    junction_class: str
    details: str
    href: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.start <= self.end:
            raise ValueError(f"expected 1 <= start <= end, got {self.start}-{self.end}")

    @property
    def is_below(self) -> bool:
        """Whether the arc is drawn below the axis."""
        return self.strand == "-"

    @property
    def is_annotated(self) -> bool:
        """Whether the annotation has this junction."""
        return self.junction_class == AnnotationClass.DA


@dataclass(frozen=True)
class Zone:
    """The band in which the arcs of one side are drawn: the line on which they stand, and the height
    of the highest, negative below the axis.
    """

    baseline: float
    height: float


@dataclass(frozen=True)
class _Curve:
    """The path of an arc, its highest point, and the places where it leaves the window."""

    path: str
    peak: tuple[float, float]
    tips: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Box:
    """The centre of a number, and half of its width."""

    x: float
    y: float
    half: float

    def fits(self, scale: Scale, boxes: Sequence["_Box"]) -> bool:
        """Whether the number is inside the scale and touches none of the others."""
        if self.x - self.half < scale.left or self.x + self.half > scale.right:
            return False
        return all(
            abs(self.x - other.x) > self.half + other.half + 3 or abs(self.y - other.y) > 12
            for other in boxes
        )


def line_width(number: int) -> float:
    """Pixels: 1 for one sample or read, and 1.25 more for each factor of ten, up to 6."""
    return min(_THICKEST, _THINNEST + _PER_TENFOLD * math.log10(max(1, number)))


def draw_arcs(
    scale: Scale, arcs: Sequence[Arc], zone: Zone, *, chosen: str | None = None
) -> list[Element]:
    """The arcs of one side, the strongest on top, and over them the numbers. A number that would cover
    that of a stronger arc is left out.
    """
    ordered = sorted(arcs, key=lambda arc: (arc.name == chosen, arc.number), reverse=True)
    leaving = [arc for arc in ordered if not _is_inside(scale, arc)]
    levels = {arc.name: place / max(1, len(leaving)) for place, arc in enumerate(leaving)}
    boxes: list[_Box] = []
    lines, counts = [], []
    for arc in ordered:
        curve = _curve(scale, arc, zone, levels.get(arc.name, 0.0))
        lines.append(_draw_line(arc, curve, is_chosen=arc.name == chosen))
        box = _Box(*curve.peak, text_width(f"{arc.number:,}") / 2)
        if box.fits(scale, boxes):
            boxes.append(box)
            counts.append(_draw_count(arc, box, is_chosen=arc.name == chosen))
    return [*lines[::-1], *counts[::-1]]


def zone_height(scale: Scale, arcs: Sequence[Arc]) -> float:
    """Pixels that the arcs of one side need: few if all of them are short."""
    if not arcs:
        return _EMPTY_ZONE
    widest = max((arc.end - arc.start + 1) * scale.base_width for arc in arcs)
    is_low = widest < _SHORT * (scale.right - scale.left)
    return _LOW_ZONE if is_low and all(_is_inside(scale, arc) for arc in arcs) else _HIGH_ZONE


def _is_inside(scale: Scale, arc: Arc) -> bool:
    return scale.window.start <= arc.start and arc.end <= scale.window.end


def _curve(scale: Scale, arc: Arc, zone: Zone, level: float) -> _Curve:
    """The curve of an arc. `level` from 0 to 1 separates arcs that leave the window."""
    first, last = scale.begin(arc.start), scale.end(arc.end)
    if _is_inside(scale, arc):
        share = math.sqrt((last - first) / (scale.right - scale.left))
        rise = zone.height * (_LOWEST + (_HIGHEST - _LOWEST) * share)
        # A cubic curve reaches three quarters of the height of its control points.
        control = zone.baseline - rise * 4 / 3
        base = zone.baseline
        points = ((first, control), (last, control), (last, base))
        path = f"M{_point(first, base)}C{' '.join(_point(x, y) for x, y in points)}"
        return _Curve(path, ((first + last) / 2, zone.baseline - rise))
    return _leaving_curve(scale, arc, zone, zone.baseline - zone.height * (0.9 - 0.6 * level))


def _leaving_curve(scale: Scale, arc: Arc, zone: Zone, y: float) -> _Curve:
    """An arc of which one end or both are outside: it runs to the window's edge, and ends in a tip."""
    left, right = scale.left, scale.right
    first, last = scale.begin(arc.start), scale.end(arc.end)
    tips = []
    if arc.start < scale.window.start:
        path = f"M{_point(left + _TIP, y)}"
        tips.append(_tip(left, left + _TIP, y))
        begin = left
    else:
        turn = min(first + _TURN, (first + right) / 2)
        path = f"M{_point(first, zone.baseline)}Q{_point(first, y)} {_point(turn, y)}"
        begin = first
    if arc.end > scale.window.end:
        path += f"L{_point(right - _TIP, y)}"
        tips.append(_tip(right, right - _TIP, y))
        end = right
    else:
        turn = max(last - _TURN, (last + left) / 2)
        path += f"L{_point(turn, y)}Q{_point(last, y)} {_point(last, zone.baseline)}"
        end = last
    return _Curve(path, ((begin + end) / 2, y), tuple(tips))


def _tip(point: float, base: float, y: float) -> str:
    """The path of an arrowhead at the window's edge."""
    return f"M{_point(point, y)}L{_point(base, y - _TIP)}L{_point(base, y + _TIP)}Z"


def _draw_line(arc: Arc, curve: _Curve, *, is_chosen: bool) -> Element:
    content = group(
        [
            element("title", arc.details),
            element("path", class_="hit", d=curve.path),
            element("path", class_="line", d=curve.path, stroke_width=line_width(arc.number)),
            *[element("path", class_="tip", d=tip) for tip in curve.tips],
        ],
        class_=_words("arc", arc, is_chosen=is_chosen),
        data_name=arc.name,
    )
    return content if arc.href is None else element("a", content, href=arc.href, tabindex=-1)


def _draw_count(arc: Arc, box: _Box, *, is_chosen: bool) -> Element:
    words = _words("count", arc, is_chosen=is_chosen)
    label = f"{arc.number:,}"
    return element("text", label, class_=words, x=box.x, y=box.y + 4, data_count_of=arc.name)


def _words(kind: str, arc: Arc, *, is_chosen: bool) -> str:
    """The classes of a mark."""
    annotation = "annotated" if arc.is_annotated else "novel"
    return f"{kind} {annotation} chosen" if is_chosen else f"{kind} {annotation}"


def _point(x: float, y: float) -> str:
    return f"{decimal(x)} {decimal(y)}"
