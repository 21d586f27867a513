"""Expression: the level of each sample group in a window, from memory-mapped arrays."""

from dataclasses import dataclass, replace

import numpy as np
from flask import Response
from numpy.typing import NDArray

from snapshard.arrays import SOURCES, STRANDS, ArrayFolder, Source, array_folder
from snapshard.chromosome import chromosome_length
from snapshard.errors import BadQuery, NotFound
from snapshard.region import LAST_BASE, Region
from snapshard_ui.api.models.expression import (
    ExpressionAnswer,
    ExpressionParams,
)
from snapshard_ui.api.models.pictures import Picture
from snapshard_ui.api.queries import find_region
from snapshard_ui.api.responses import picture_response, release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.pictures import TINTS, Drawing, LevelFigure, LevelLine, draw_levels, png
from snapshard_ui.runtime import current_settings

_WIDTH = 1_000
_PER_BASES = {Source.JUNCTIONS: 1_000, Source.BASES: 1}
"""Bases that a level of a picture counts."""
_LEVELS = {
    Source.JUNCTIONS: "junction reads per 1,000 bases and sample",
    Source.BASES: "reads per base and sample",
}
Means = NDArray[np.float64]


@dataclass(frozen=True)
class Expression:
    """A window, the arrays of its release, and the groups of the request as columns of them."""

    arrays: ArrayFolder
    source: Source
    window: Region
    columns: list[int]

    @property
    def groups(self) -> list[str]:
        """The names of the groups."""
        return [self.arrays.groups[column] for column in self.columns]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The samples of each group that have data of the source."""
        return np.array(self.arrays.sizes[self.source], np.int64)[self.columns]

    def means(self) -> dict[str, Means]:
        """The level of each group in the whole window, by strand; NaN for a group without samples."""
        bases = self.window.end - self.window.start + 1
        divisors = self._divisors(bases if self.source is Source.BASES else 1)
        tracks = self.arrays.tracks(self.source, self.window.chrom)
        return {
            strand: tracks[strand].sums(self.window.start, self.window.end)[self.columns] / divisors
            for strand in STRANDS
            if strand in tracks
        }

    def profiles(self, columns: int) -> dict[str, Means]:
        """The level of each group in columns of equal width, by strand: a row per column."""
        start, end = self.window.start, self.window.end
        bases = end - start + 1
        number = min(columns, bases)
        widths = np.diff(np.arange(number + 1) * bases // number)[:, None]
        divisors = widths * self._divisors(1 / _PER_BASES[self.source])
        tracks = self.arrays.tracks(self.source, self.window.chrom)
        return {
            strand: np.nan_to_num(track.profile(start, end, number)[:, self.columns] / divisors)
            for strand, track in tracks.items()
        }

    def _divisors(self, factor: float) -> Means:
        sizes = self.sizes.astype(np.float64)
        sizes[sizes == 0] = np.nan
        return sizes * factor


@on_release(
    "/expression",
    params=ExpressionParams,
    model=ExpressionAnswer,
    other_media_types=("image/svg+xml",),
)
def expression(request: ReleaseRequest[ExpressionParams]) -> Response:
    """The level of each sample group in a window, by strand, from memory-mapped arrays.

    From base coverage it is the mean over the bases of the window and the samples of the group; from
    junctions it is the reads of the junctions that start in the window, per sample. With `width`, the
    response is the picture. The arrays are those of `snapshard build-arrays`.
    """
    if request.params.width is not None:
        return expression_svg(request)
    found = find_expression(request)
    means = found.means()
    return release_response(
        request.release,
        region=str(found.window),
        source=found.source,
        unit=SOURCES[found.source],
        groups=[
            {"group": name, "samples": int(size)}
            for name, size in zip(found.groups, found.sizes, strict=True)
        ],
        means={strand: _numbers(values) for strand, values in means.items()},
        missing_strands=[strand for strand in "+-" if strand not in means],
    )


@on_release("/expression.svg", params=ExpressionParams, model=Picture, media_type="image/svg+xml")
def expression_svg(request: ReleaseRequest[ExpressionParams]) -> Response:
    """The levels of sample groups along a window as a picture, SVG.

    Lines of the forward strand and of unknown strand go upward, those of the reverse strand downward.
    Without `tissue`, the eight groups of the highest means are drawn.
    """
    drawing = draw_expression(find_expression(request), request)
    return picture_response(request, drawing.svg(request.params.theme).encode() + b"\n", "svg")


@on_release(
    "/expression.png",
    params=ExpressionParams,
    model=Picture,
    media_type="image/png",
    also=(501,),
)
def expression_png(request: ReleaseRequest[ExpressionParams]) -> Response:
    """The levels of sample groups along a window as a picture, PNG with two pixels for each of the SVG."""
    drawing = draw_expression(find_expression(request), request)
    return picture_response(request, png(drawing, request.params.theme), "png")


def find_expression(request: ReleaseRequest[ExpressionParams]) -> Expression:
    """The window and groups of a request. Raises NotFound for a release without arrays, an unknown
    chromosome, group or source, and BadQuery without a window.
    """
    params, release = request.params, request.release
    window = find_region(request.index, release, _window_text(params))
    length = chromosome_length(window.chrom, release.assembly) or LAST_BASE
    window = replace(window, end=max(window.start, min(window.end, length)))
    arrays = array_folder(current_settings().array_folder, release)
    source = params.source or arrays.sources[-1]
    if source not in arrays.sources:
        raise NotFound("source of expression", source.value, ", ".join(arrays.sources))
    return Expression(arrays, source, window, _columns(arrays, params.tissue))


def draw_expression(found: Expression, request: ReleaseRequest[ExpressionParams]) -> Drawing:
    """The picture of the groups with the highest levels."""
    width = request.params.width or _WIDTH
    profiles = found.profiles(width)
    totals = sum(
        (profile.sum(axis=0) for profile in profiles.values()), np.zeros(len(found.groups))
    )
    order = np.argsort(-totals, kind="stable")[: len(TINTS)].tolist()
    lines = tuple(
        LevelLine(found.groups[number], strand, profile[:, number])
        for strand, profile in profiles.items()
        for number in order
    )
    names = tuple(found.groups[number] for number in order)
    heading = f"{found.window} · {request.release.compilation} {request.release.name}"
    unit, remarks = _LEVELS[found.source], _remarks(found, profiles, len(names))
    return draw_levels(
        LevelFigure(found.window, heading, names, lines, unit, remarks, float(width))
    )


def _remarks(found: Expression, profiles: dict[str, Means], drawn: int) -> str:
    """What the picture leaves out."""
    remarks = [f"{drawn} of {len(found.groups)} groups drawn"]
    if found.source is Source.BASES:
        remarks.append("base coverage has no strand")
    else:
        missing = [strand for strand in "+-" if strand not in profiles]
        remarks += [f"no data of strand {strand} on this chromosome" for strand in missing]
    return "; ".join(remarks) + "."


def _window_text(params: ExpressionParams) -> str:
    parts = (params.seqid, params.xmin, params.xmax)
    if params.region is not None and not any(parts):
        return params.region
    if params.region is not None or None in parts:
        given = {"region": params.region, "seqid": params.seqid}
        text = ", ".join(f"{name}={value}" for name, value in given.items() if value)
        raise BadQuery(
            "region", text or None, "region=chr2:29,193,000-29,920,000, or seqid, xmin and xmax"
        )
    return f"{params.seqid}:{params.xmin}-{params.xmax}"


def _columns(arrays: ArrayFolder, names: list[str]) -> list[int]:
    places = {name: number for number, name in enumerate(arrays.groups)}
    for name in names:
        if name not in places:
            raise NotFound("sample group", name, ", ".join(arrays.groups))
    return [places[name] for name in dict.fromkeys(names)] or list(places.values())


def _numbers(values: Means) -> list[float | None]:
    return [None if np.isnan(value) else round(value, 6) for value in values.tolist()]
