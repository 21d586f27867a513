"""Pictures of a window of the genome: gene models and junctions as arcs, or their density."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from flask import Response

from snapshard.catalog import gene_regions
from snapshard.chromosome import chromosome_length
from snapshard.errors import BadQuery
from snapshard.index import BIN_SIZES, Index, read_density
from snapshard.junction import NAME, AnnotationClass
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.wire import JUNCTIONS_HEADER, ROWS_HEADER, TRUNCATED_HEADER
from snapshard_ui.api.models.pictures import Picture, PictureParams
from snapshard_ui.api.params import SelectionParams
from snapshard_ui.api.queries import build_query, find_region, find_rows
from snapshard_ui.api.responses import picture_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.api.window_models import WindowModels, find_models
from snapshard_ui.columns import Projection, with_columns
from snapshard_ui.http import current_record
from snapshard_ui.pictures import (
    Arc,
    Bin,
    DensityFigure,
    Drawing,
    Figure,
    Model,
    draw_density,
    draw_junctions,
    png,
)

MOST_BASES = 10_000_000
"""Bases of a window from which on the picture shows densities: arcs would be too narrow to see."""
MOST_ROWS = 20_000
"""Junctions of a window above which the picture shows densities: they are read in a few tens of ms."""
_MOST_BINS = 1_000
_COLUMNS = (
    *("start", "end", "strand", "samples_count", "coverage_sum"),
    *("left_motif", "right_motif", "class", NAME),
)
CLASS_WORDS = {
    AnnotationClass.DA: "annotated",
    AnnotationClass.NDA: "new pair of annotated sites",
    AnnotationClass.D: "only the donor is annotated",
    AnnotationClass.A: "only the acceptor is annotated",
    AnnotationClass.N: "not annotated",
    AnnotationClass.UNKNOWN: "one end is annotated",
}


@dataclass(frozen=True)
class Addresses:
    """The URLs to which the marks of a picture link; without them a picture has no links."""

    of_junction: Callable[[str], str] | None = None
    of_region: Callable[[Region], str] | None = None


@dataclass(frozen=True)
class WindowPicture:
    """A drawing of a window, and the junctions that it counts: all that match, those hidden for
    their few samples, those drawn. A picture of densities draws none.
    """

    drawing: Drawing
    window: Region
    matching: int
    hidden: int = 0
    drawn: int = 0
    transcripts: tuple[Model, ...] = ()
    """The transcripts of which one can be the main one, that one first."""
    shows_density: bool = field(default=False, kw_only=True)

    @property
    def left_out(self) -> int:
        """Junctions that are not drawn because there are too many."""
        return 0 if self.shows_density else self.matching - self.hidden - self.drawn


@on_release(
    "/junctions.svg", params=PictureParams, model=Picture, media_type="image/svg+xml", also=(300,)
)
def junctions_svg(request: ReleaseRequest[PictureParams]) -> Response:
    """The junctions of a region or gene as a picture, SVG.

    Gene models are on top; arcs above the axis are junctions of the forward strand, arcs below it those
    of the reverse strand. Solid arcs are annotated, dashed ones are not. A window of 10 Mb or more, or
    of more than 20,000 junctions, is drawn as the number of junctions per bin.
    """
    picture = draw_window(request.index, request.release, request.params)
    body = picture.drawing.svg(request.params.theme)
    return _response(request, picture, body.encode() + b"\n", "svg")


@on_release(
    "/junctions.png", params=PictureParams, model=Picture, media_type="image/png", also=(300, 501)
)
def junctions_png(request: ReleaseRequest[PictureParams]) -> Response:
    """The junctions of a region or gene as a picture, PNG with two pixels for each of the SVG."""
    picture = draw_window(request.index, request.release, request.params)
    return _response(request, picture, png(picture.drawing, request.params.theme), "png")


def draw_window(
    index: Index, release: Release, params: PictureParams, addresses: Addresses | None = None
) -> WindowPicture:
    """The picture of the window that the parameters choose.

    Raises BadQuery without region and gene; NotFound and Ambiguous as the rows do.
    """
    window = find_window(index, release, params)
    links = addresses or Addresses()
    if window.end - window.start + 1 >= MOST_BASES:
        return _density(index, release, params, window, links)
    rows = _read_rows(index, release, params, window)
    if len(rows) > MOST_ROWS:
        return _density(index, release, params, window, links)
    return _arcs(index, release, params, window, rows, links)


def find_window(index: Index, release: Release, params: PictureParams) -> Region:
    """The region of the request, or that of its gene, from its first part to its last; it ends where
    the chromosome ends.
    """
    if params.region is not None:
        region = find_region(index, release, params.region)
        length = chromosome_length(region.chrom, release.assembly)
        end = region.end if length is None else min(region.end, length)
        return replace(region, end=max(region.start, end))
    if params.gene is None:
        raise BadQuery("region", None, "a region such as chr2:29,193,000-29,920,000, or a gene")
    parts = gene_regions(index.catalog, release, params.gene)
    return Region(parts[0].chrom, parts[0].start, max(part.end for part in parts))


def _read_rows(index: Index, release: Release, params: PictureParams, window: Region) -> Rows:
    """The matching junctions, one more than MOST_ROWS at most."""
    conditions = ("match", "filter", "sample_ids", "group")
    # A copy, because the values have been checked: the model would read its own lists as texts.
    selection = SelectionParams().model_copy(
        update={"region": [str(window)], **{name: getattr(params, name) for name in conditions}}
    )
    query = build_query(index, release, selection)
    projection = Projection(_COLUMNS)
    parts = find_rows(index, release, query, projection, limit=MOST_ROWS + 1)
    texts = [with_columns(rows, _COLUMNS, release).text for rows in parts]
    return Rows(b"".join(texts), _COLUMNS)


def _arcs(
    index: Index,
    release: Release,
    params: PictureParams,
    window: Region,
    rows: Rows,
    links: Addresses,
) -> WindowPicture:
    samples = rows.integers("samples_count")
    candidates = np.flatnonzero(samples >= params.min_samples)
    order = np.lexsort((candidates, -samples[candidates]))
    positions = candidates[order][: params.limit]
    arcs = tuple(_arc(line, params, links) for line in rows.take(positions.tolist()).lines())
    models = find_models(index, release, params, window)
    hidden = len(rows) - len(candidates)
    left_out = len(candidates) - len(arcs)
    remarks = [_drawn(len(arcs), len(rows)), _hidden(hidden, params.min_samples)]
    if left_out:
        remarks.append(f"{left_out:,} with fewer samples not drawn")
    figure = Figure(
        window,
        _heading(release, params, window),
        arcs,
        models.drawn,
        "; ".join(filter(None, [*remarks, models.remark])) + ".",
        params.number,
        params.junction,
        float(params.width),
    )
    drawing = draw_junctions(figure)
    return WindowPicture(drawing, window, len(rows), hidden, len(arcs), models.transcripts)


def _arc(line: bytes, params: PictureParams, links: Addresses) -> Arc:
    start, end, strand, samples, reads, left, right, junction_class, name = (
        line.decode("utf-8", "replace").rstrip("\n").split("\t")
    )
    counts = {"samples": int(samples), "reads": int(reads)}
    details = (
        f"{name}\n{counts['samples']:,} samples, {counts['reads']:,} reads\n"
        f"{CLASS_WORDS[AnnotationClass(junction_class)]}, {left}–{right},"
        f" {int(end) - int(start) + 1:,} bases"
    )
    href = links.of_junction(name) if links.of_junction else None
    return Arc(
        name,
        int(start),
        int(end),
        strand,
        counts[params.number],
        junction_class,
        details,
        href,
    )


def _drawn(drawn: int, matching: int) -> str:
    if not matching:
        return "No junction matches"
    return f"{drawn:,} of {matching:,} {'junction' if matching == 1 else 'junctions'} drawn"


def _hidden(hidden: int, min_samples: int) -> str:
    if not hidden:
        return ""
    samples = "one sample" if min_samples == 2 else f"fewer than {min_samples:,} samples"
    if hidden == 1:
        return f"1 junction of {samples} is hidden"
    return f"{hidden:,} junctions of {samples} are hidden"


def _density(
    index: Index, release: Release, params: PictureParams, window: Region, links: Addresses
) -> WindowPicture:
    bases = window.end - window.start + 1
    bin_size = next((size for size in BIN_SIZES if bases / size <= _MOST_BINS), BIN_SIZES[-1])
    stored = read_density(index, release, window, bin_size=bin_size)
    bins = tuple(
        Bin(
            item.start,
            item.end,
            item.junctions,
            item.annotated,
            _bin_href(links, window, item.start, item.end),
        )
        for item in stored
    )
    remarks = f"Junctions per {bin_size:,} bases; zoom in to see them one by one"
    if params.filter or params.group or params.sample_ids:
        remarks += "; filters and samples are not applied here"
    models = find_models(index, release, params, window) if bases < MOST_BASES else WindowModels()
    heading = _heading(release, params, window)
    figure = DensityFigure(
        window, heading, bins, remarks + ".", float(params.width), models=models.drawn
    )
    return WindowPicture(
        draw_density(figure),
        window,
        sum(item.junctions for item in bins),
        transcripts=models.transcripts,
        shows_density=True,
    )


def _bin_href(links: Addresses, window: Region, start: int, end: int) -> str | None:
    return links.of_region(Region(window.chrom, start, end)) if links.of_region else None


def _heading(release: Release, params: PictureParams, window: Region) -> str:
    gene = f"{params.gene} · " if params.gene else ""
    of = " ".join(filter(None, (release.compilation, release.name, release.assembly)))
    simulated = " · simulated" if release.simulated else ""
    return (
        f"{gene}{window.chrom}:{window.start:,}-{window.end:,} · {of}, positions 1-based{simulated}"
    )


def _response(
    request: ReleaseRequest[PictureParams], picture: WindowPicture, body: bytes, suffix: str
) -> Response:
    record = current_record()
    record.rows, record.truncated = picture.drawn, bool(picture.left_out)
    response = picture_response(request, body, suffix)
    response.headers[ROWS_HEADER] = str(picture.drawn)
    response.headers[JUNCTIONS_HEADER] = str(picture.matching)
    response.headers[TRUNCATED_HEADER] = str(bool(picture.left_out)).lower()
    return response
