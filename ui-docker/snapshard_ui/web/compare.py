"""The view that compares groups of samples in the junctions of a gene, a region or a list, or in a
splicing event, with a box plot of PSI.
"""

import re
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from pydantic import ConfigDict, ValidationError
from werkzeug.wrappers import Response

from snapshard.comparison import DEFAULT_READS, MIN_SAMPLES, Measure
from snapshard.errors import BadQuery, SnapshardError
from snapshard.release import Release
from snapshard_ui.api import CompareParams, Params, ReleaseRequest, find_comparison, read_params
from snapshard_ui.http import problem_details
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import current_index
from snapshard_ui.web.layout import blueprint, named_release, view_response
from snapshard_ui.web.links import comparison_downloads, comparison_snippets
from snapshard_ui.web.psi_plot import psi_plot
from snapshard_ui.web.search_text import Pairs, meaning
from snapshard_ui.web.state import State

_PLACES = ("gene", "region", "name")
_EVENT = ("include", "exclude", "exon")


class CompareState(Params):
    """The state of the view; unknown parameters are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    compilation: str | None = None
    release: str | None = None
    q: str = ""
    include: list[str] = []  # noqa: RUF012  # a pydantic model copies its defaults
    exclude: list[str] = []  # noqa: RUF012
    exon: list[str] = []  # noqa: RUF012
    group: list[str] = []  # noqa: RUF012
    cohort: list[str] = []  # noqa: RUF012
    measure: Measure = Measure.PSI
    min_reads: str = ""
    min_samples: str = ""
    plot: str = ""
    """The name and the role, with a blank between them, of the test whose box plot is drawn."""

    @property
    def event(self) -> Pairs:
        """The junctions and the exons of an event, as parameters of the API. An input may have
        several, with `;` or blanks between them.
        """
        return [
            (name, text)
            for name in _EVENT
            for value in getattr(self, name)
            for text in re.split(r"[;\s]+", value)
            if text
        ]

    @property
    def cohorts(self) -> list[str]:
        """The sets of samples without empty inputs of the form."""
        return [text.strip() for text in self.cohort if text.strip()]

    def texts(self, name: str) -> str:
        """The junctions or exons of this name as the text of an input."""
        return "; ".join(text for key, text in self.event if key == name)

    def url(self, **changes: str | None) -> str:
        """The URL of this state with changes; what is empty is left out."""
        values = {**self.model_dump(mode="json"), "cohort": self.cohorts, **changes}
        pairs = {name: value for name, value in values.items() if value}
        pairs |= {name: [text for key, text in self.event if key == name] for name in _EVENT}
        return f"{url_for('pages.compare')}?{urlencode(pairs, doseq=True)}"


@blueprint.get("/compare")
def compare() -> Response:
    """The form, and the tests and the box plot if a place or an event is given."""
    state = read_params(CompareState)
    page = State(compilation=state.compilation, release=state.release)
    release = named_release(page)
    content: dict[str, Any] = {
        "release": release,
        "comparison_state": state,
        "measures": list(Measure),
        "default_reads": DEFAULT_READS,
        "default_samples": MIN_SAMPLES,
        "comparison": None,
        "comparison_problem": None,
    }
    if release is not None:
        content["permanent"] = state.url(compilation=release.compilation, release=release.name)
    if release is None or not (state.q.strip() or state.event):
        return view_response("compare.html", page, content)
    try:
        content |= _comparison(release, state)
    except (SnapshardError, ValidationError) as error:
        problem = problem_details(error)
        content["comparison_problem"] = {"problem": problem.members(), "choices": []}
        return view_response("compare.html", page, content, status=problem.status)
    return view_response("compare.html", page, content)


def _comparison(release: Release, state: CompareState) -> dict[str, Any]:
    """The members of the API's response, the box plot, and the ways to get the same elsewhere."""
    pairs = _pairs(release, state)
    texts: dict[str, Any] = {}
    for name, value in pairs:
        if name in (*_PLACES, *_EVENT, "group", "cohort"):
            texts.setdefault(name, []).append(value)
        else:
            texts[name] = value
    params = CompareParams.model_validate(texts)
    request = ReleaseRequest(current_index(), release, params, FORMATS["json"])
    comparison = find_comparison(request)
    return {
        "comparison": comparison,
        "plot": psi_plot(request, comparison, state.plot),
        "downloads": comparison_downloads(release, pairs),
        "snippets": comparison_snippets(release, pairs),
    }


def _pairs(release: Release, state: CompareState) -> Pairs:
    """The parameters of the API. Raises BadQuery for a text that names no place."""
    pairs = [
        *_places(release, state),
        *state.event,
        *(("group", name) for name in state.group),
        *(("cohort", text) for text in state.cohorts),
        ("measure", str(state.measure)),
    ]
    thresholds = {"min_reads": state.min_reads, "min_samples": state.min_samples}
    return [*pairs, *((name, text.strip()) for name, text in thresholds.items() if text.strip())]


def _places(release: Release, state: CompareState) -> Pairs:
    if not state.q.strip():
        return []
    interpretation = meaning(current_index(), release, state.q)
    if interpretation.junction:
        return [("name", interpretation.junction)]
    places = [(name, value) for name, value in interpretation.pairs if name in _PLACES]
    if not places:
        raise BadQuery("q", state.q, "a gene, a region or a junction")
    return places
