"""The picture of a search: the drawing of the API, with links to the page's own states."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from snapshard.chromosome import chromosome_length
from snapshard.errors import SnapshardError
from snapshard.region import LAST_BASE, Region, parse_region
from snapshard.release import Release
from snapshard_ui.api import Addresses, PictureParams, draw_window
from snapshard_ui.pictures import MARGIN, Model
from snapshard_ui.runtime import current_index
from snapshard_ui.web.links import Link, base_url
from snapshard_ui.web.search_text import Pairs
from snapshard_ui.web.state import State

_WIDTH = 1_200
_AROUND = 5_000
"""Bases that the picture of a single base shows on both sides."""
_LEAST_BASES = 20
"""Bases of the smallest window to which the picture can be moved."""
_DRAWN = ("region", "gene", "match", "filter", "group", "sample_ids")
"""The parameters of rows that a picture has, too."""


@dataclass(frozen=True)
class TranscriptChoice:
    """A transcript that can be the main one of the picture: its id, and its label."""

    name: str
    label: str


@dataclass(frozen=True)
class PagePicture:
    """A picture as SVG in the page, its neighbouring windows and its downloads, or the reason why it
    could not be drawn.
    """

    svg: Markup = Markup()
    hidden: int = 0
    """Junctions that the picture hides because only one sample has them."""
    window: Region | None = None
    chromosome_bases: int = LAST_BASE
    margin: float = MARGIN
    """Pixels of the SVG to the left and to the right of the window."""
    moves: Sequence[Link] = ()
    downloads: Sequence[Link] = ()
    transcripts: Sequence[TranscriptChoice] = ()
    """The transcripts that the reader can choose, the one with numbered exons first; none in a window
    with several genes of equal rank.
    """
    reason: str = ""


def page_picture(release: Release, state: State, pairs: Pairs) -> PagePicture | None:
    """The picture of a search for one region or one gene, or the reason why it could not be drawn;
    None for any other search.
    """
    names = [name for name, _ in pairs]
    if names.count("region") + names.count("gene") != 1:
        return None
    drawn_pairs = [
        (name, _window(release, value) if name == "region" else value)
        for name, value in pairs
        if name in _DRAWN
    ]
    # Whoever asks for a number of samples wants to see those that have it.
    if any("samples_count" in value for name, value in drawn_pairs if name == "filter"):
        drawn_pairs.append(("min_samples", "1"))
    if state.transcript:
        drawn_pairs.append(("transcript", state.transcript))
    if state.junction:
        drawn_pairs.append(("junction", state.junction))
    addresses = Addresses(
        of_junction=lambda name: state.url(junction=name) + "#evidence",
        of_region=lambda region: state.fresh(q=_text(region)),
    )
    try:
        params = _params([*drawn_pairs, ("width", str(_WIDTH))])
        picture = draw_window(current_index(), release, params, addresses)
    except SnapshardError as exc:
        return PagePicture(reason=str(exc))
    # The writer escapes every text of the drawing.
    return PagePicture(
        Markup(picture.drawing.svg()),
        picture.hidden,
        picture.window,
        chromosome_length(picture.window.chrom, release.assembly) or LAST_BASE,
        moves=_moves(release, state, picture.window),
        downloads=_downloads(release, drawn_pairs),
        transcripts=_transcript_choices(picture.transcripts),
    )


def _transcript_choices(models: Sequence[Model]) -> list[TranscriptChoice]:
    if not models or not models[0].is_main:
        return []
    return [TranscriptChoice(model.transcript.transcript_id, model.label) for model in models]


def _moves(release: Release, state: State, window: Region) -> list[Link]:
    """The windows to which the picture can be moved: half a window to either side, half as wide,
    twice as wide. A window that would be the same, or beyond the chromosome, is left out.
    """
    length = chromosome_length(window.chrom, release.assembly) or LAST_BASE
    bases = window.end - window.start + 1
    half, quarter = bases // 2, bases // 4
    left, right = min(half, window.start - 1), min(half, max(0, length - window.end))
    spans = {
        "← Left": (window.start - left, window.end - left),
        "Zoom in": (window.start + quarter, window.end - quarter),
        "Zoom out": (window.start - half, window.end + half),
        "Right →": (window.start + right, window.end + right),
    }
    links: list[Link] = []
    for name, (start, end) in spans.items():
        start, end = max(1, start), min(length, end)
        if (start, end) != (window.start, window.end) and end - start + 1 >= _LEAST_BASES:
            region = Region(window.chrom, start, end)
            links.append(Link(name, state.fresh(q=_text(region)), f"{name}: {_text(region)}"))
    return links


def _window(release: Release, text: str) -> str:
    """The region that is drawn: that of the search, or the surroundings of a single base."""
    region = parse_region(text, release.assembly)
    if region.start != region.end:
        return text
    start, end = max(1, region.start - _AROUND), region.end + _AROUND
    return str(Region(region.chrom, start, end))


def _params(pairs: Pairs) -> PictureParams:
    values: dict[str, object] = {}
    for name, value in pairs:
        if name in ("filter", "group"):
            values.setdefault(name, [])
            texts = values[name]
            assert isinstance(texts, list)
            texts.append(value)
        else:
            values[name] = [value] if name == "sample_ids" else value
    return PictureParams.model_validate(values)


def _downloads(release: Release, pairs: Pairs) -> list[Link]:
    base, query = base_url(release, server=False), urlencode(pairs)
    return [Link(suffix.upper(), f"{base}/junctions.{suffix}?{query}") for suffix in ("svg", "png")]


def _text(region: Region) -> str:
    return f"{region.chrom}:{region.start:,}-{region.end:,}"
