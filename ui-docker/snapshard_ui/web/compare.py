"""The view that compares groups of samples in the junctions of a gene, a region or a list."""

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
from snapshard_ui.web.search_text import Pairs, meaning
from snapshard_ui.web.state import State

_PLACES = ("gene", "region", "name")


class CompareState(Params):
    """The state of the view; unknown parameters are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    compilation: str | None = None
    release: str | None = None
    q: str = ""
    group: list[str] = []  # noqa: RUF012  # a pydantic model copies its defaults
    measure: Measure = Measure.PSI
    min_reads: str = ""
    min_samples: str = ""

    def permanent(self, release: Release) -> str:
        """The URL of this state in the release, whichever is published later."""
        values = {
            **self.model_dump(mode="json"),
            "compilation": release.compilation,
            "release": release.name,
        }
        pairs = {name: value for name, value in values.items() if value}
        return f"{url_for('pages.compare')}?{urlencode(pairs, doseq=True)}"


@blueprint.get("/compare")
def compare() -> Response:
    """The form, and the tests of the junctions if a place is given."""
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
        content["permanent"] = state.permanent(release)
    if release is None or not state.q.strip():
        return view_response("compare.html", page, content)
    try:
        content |= _comparison(release, state)
    except (SnapshardError, ValidationError) as error:
        problem = problem_details(error)
        content["comparison_problem"] = {"problem": problem.members(), "choices": []}
        return view_response("compare.html", page, content, status=problem.status)
    return view_response("compare.html", page, content)


def _comparison(release: Release, state: CompareState) -> dict[str, Any]:
    """The members of the API's response, and the ways to get the same elsewhere."""
    pairs = _pairs(release, state)
    texts: dict[str, Any] = {}
    for name, value in pairs:
        if name in (*_PLACES, "group"):
            texts.setdefault(name, []).append(value)
        else:
            texts[name] = value
    params = CompareParams.model_validate(texts)
    request = ReleaseRequest(current_index(), release, params, FORMATS["json"])
    return {
        "comparison": find_comparison(request),
        "downloads": comparison_downloads(release, pairs),
        "snippets": comparison_snippets(release, pairs),
    }


def _pairs(release: Release, state: CompareState) -> Pairs:
    """The parameters of the API. Raises BadQuery for a text that names no place."""
    interpretation = meaning(current_index(), release, state.q)
    places = [(name, value) for name, value in interpretation.pairs if name in _PLACES]
    if interpretation.junction:
        places = [("name", interpretation.junction)]
    if not places:
        raise BadQuery("q", state.q, "a gene, a region or a junction")
    pairs = [*places, *(("group", name) for name in state.group), ("measure", str(state.measure))]
    thresholds = {"min_reads": state.min_reads, "min_samples": state.min_samples}
    return [*pairs, *((name, text.strip()) for name, text in thresholds.items() if text.strip())]
