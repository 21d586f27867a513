"""Transcripts as gene models: exons as boxes, coding parts thicker, introns as lines with the strand."""

from collections.abc import Sequence
from dataclasses import dataclass

from snapshard.transcripts import Transcript
from snapshard_ui.pictures.axis import text_width
from snapshard_ui.pictures.element import Element, element, group
from snapshard_ui.pictures.scale import Scale

ROW_HEIGHT = 31
_NUMBERS_HEIGHT = 12
"""Pixels that the numbers of the main transcript's exons add to its row."""
_CODING, _PLAIN = 13.0, 7.0
"""Heights of coding and of other exon bases."""
_GAP = 14.0
_CHEVRON_SPACE = 36.0
_THINNEST = 1.0
"""Width of the narrowest box: an exon of a large gene is narrower than a pixel."""


@dataclass(frozen=True)
class Model:
    """A transcript to draw, its label, and whether it is the main one, whose exons are numbered."""

    transcript: Transcript
    label: str
    is_main: bool = False


@dataclass(frozen=True)
class Row:
    """Models side by side in one row, and the top of the row in pixels."""

    models: tuple[Model, ...]
    top: float

    @property
    def height(self) -> float:
        """Pixels of the row."""
        return ROW_HEIGHT + _NUMBERS_HEIGHT * any(model.is_main for model in self.models)


def pack_models(scale: Scale, models: Sequence[Model], *, top: float, most: int) -> list[Row]:
    """The models in rows, each in the first row in which it and its label overlap no other; models
    beyond the last of `most` rows are left out.
    """
    rows: list[list[Model]] = []
    ends: list[float] = []
    for model in models:
        begin, end = _extent(scale, model)
        row = next((place for place, right in enumerate(ends) if right + _GAP <= begin), len(rows))
        if row == most:
            continue
        if row == len(rows):
            rows.append([])
            ends.append(0.0)
        rows[row].append(model)
        ends[row] = end
    packed: list[Row] = []
    for content in rows:
        packed.append(Row(tuple(content), top))
        top += packed[-1].height
    return packed


def _extent(scale: Scale, model: Model) -> tuple[float, float]:
    begin, end = scale.visible(model.transcript.start, model.transcript.end)
    return begin, max(end, _label_left(scale, model) + text_width(model.label))


def _label_left(scale: Scale, model: Model) -> float:
    """Where the label begins: at the first base in the window, or before it if there is no room."""
    begin, _ = scale.visible(model.transcript.start, model.transcript.end)
    return max(scale.left, min(begin, scale.right - text_width(model.label)))


def draw_row(scale: Scale, row: Row) -> list[Element]:
    """The models of a row."""
    return [_draw_model(scale, model, row) for model in row.models]


def _draw_model(scale: Scale, model: Model, row: Row) -> Element:
    transcript = model.transcript
    y = row.top + row.height - 10
    begin, end = scale.visible(transcript.start, transcript.end)
    label = element("text", model.label, class_="name", x=_label_left(scale, model), y=row.top + 11)
    parts = [label, element("line", class_="intron", x1=begin, x2=end, y1=y, y2=y)]
    for start, stop in transcript.introns():
        if scale.overlaps(start, stop):
            parts += _chevrons(*scale.visible(start, stop), y, transcript.strand)
    for start, stop in transcript.exons:
        parts += _boxes(scale, transcript, start, stop, y)
    if model.is_main:
        parts += _numbers(scale, transcript, row.top + 23)
    words = "transcript main" if model.is_main else "transcript"
    return group(parts, class_=words, data_name=transcript.transcript_id)


def _boxes(scale: Scale, transcript: Transcript, start: int, end: int, y: float) -> list[Element]:
    """An exon as a box, and its coding part as a thicker one."""
    spans = [(start, end, _PLAIN)]
    if transcript.cds:
        first, last = max(start, transcript.cds[0]), min(end, transcript.cds[1])
        if first <= last:
            spans.append((first, last, _CODING))
    boxes = []
    for first, last, height in spans:
        if scale.overlaps(first, last):
            left, right = scale.visible(first, last)
            width = max(_THINNEST, right - left)
            left = min(left, scale.right - width)
            boxes.append(
                element("rect", class_="exon", x=left, y=y - height / 2, width=width, height=height)
            )
    return boxes


def _chevrons(begin: float, end: float, y: float, strand: str) -> list[Element]:
    """Small arrows along an intron that point in the direction of transcription."""
    room = end - begin
    if strand not in ("+", "-") or room < _CHEVRON_SPACE / 2:
        return []
    count = max(1, int(room // _CHEVRON_SPACE))
    turn = 2.5 if strand == "+" else -2.5
    path = ""
    for place in range(count):
        x = begin + room * (place + 0.5) / count
        path += f"M{x - turn:.1f} {y - 3:.1f}L{x:.1f} {y:.1f}L{x - turn:.1f} {y + 3:.1f}"
    return [element("path", class_="chevron", d=path)]


def _numbers(scale: Scale, transcript: Transcript, y: float) -> list[Element]:
    """The numbers of the exons in the window, 1 at the start of the transcript; one that would touch
    the number before it is left out, and one at the edge is moved into the window.
    """
    exons = transcript.exons
    numbers, right = [], scale.left
    for place, (start, end) in enumerate(exons):
        if not scale.overlaps(start, end):
            continue
        label = str(len(exons) - place if transcript.strand == "-" else place + 1)
        half = text_width(label) / 2
        centre = sum(scale.visible(start, end)) / 2
        x = min(max(centre, scale.left + half), scale.right - half)
        if x - half >= right:
            numbers.append(element("text", label, class_="soft", x=x, y=y, text_anchor="middle"))
            right = x + half + 3
    return numbers
