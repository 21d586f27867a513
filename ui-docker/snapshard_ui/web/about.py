"""The view about the data: the compilations and their numbers, definitions with a picture, limits, and
how to cite.
"""

from dataclasses import dataclass

from markupsafe import Markup
from werkzeug.wrappers import Response

from snapshard.junction import AnnotationClass
from snapshard.region import Region
from snapshard.release import Release
from snapshard.transcripts import Transcript
from snapshard_ui.api import read_params
from snapshard_ui.pictures import Arc, Figure, Model, draw_junctions
from snapshard_ui.runtime import current_index
from snapshard_ui.web.layout import blueprint, named_release, permanent_url, view_response
from snapshard_ui.web.state import State

_WINDOW = Region("chr1", 1, 1_000)
_ARCS = (
    ("annotated, in 120 samples", 201, 400, 120, AnnotationClass.DA),
    ("annotated, in 90 samples", 501, 700, 90, AnnotationClass.DA),
    ("skips exon 2, in 3 samples", 201, 700, 3, AnnotationClass.NDA),
    ("a new acceptor, in 1 sample", 201, 340, 1, AnnotationClass.D),
)
"""Junctions of the example: their meaning, first and last base, samples, class."""


@dataclass(frozen=True)
class CompilationFacts:
    """A compilation's current release and its number of sample groups."""

    release: Release
    groups: int


@blueprint.get("/about")
def about() -> Response:
    """The compilations, and what their numbers mean."""
    state = read_params(State)
    index = current_index()
    compilations = [
        CompilationFacts(release, len(index.facts.of(release).groups))
        for release in index.catalog.compilations()
    ]
    release = named_release(state)
    content = {
        "release": release,
        "permanent": permanent_url("pages.about", release),
        "facts": compilations,
        "example": Markup(example_picture()),
    }
    return view_response("about.html", state, content)


def example_picture() -> str:
    """A gene of three exons and its junctions as SVG, which shows the definitions."""
    transcript = Transcript(
        "example",
        "example",
        "",
        "chr1",
        51,
        950,
        "+",
        ((51, 200), (401, 500), (701, 950)),
        (101, 800),
    )
    arcs = tuple(
        Arc(meaning, start, end, "+", samples, junction_class.value, meaning)
        for meaning, start, end, samples, junction_class in _ARCS
    )
    remarks = "The junction of exon 1 and exon 2 is chr1:201-400: the first and the last base of the intron."
    model = Model(transcript, "a gene of three exons", is_main=True)
    figure = Figure(_WINDOW, "An example", arcs, (model,), remarks, width=760.0)
    return draw_junctions(figure).svg()
