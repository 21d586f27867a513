"""The search view: one URL per state, the API's results as HTML. It works without its script, which
only makes it quicker to use.
"""

from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from snapshard_ui.api import read_params
from snapshard_ui.web import sections
from snapshard_ui.web.junction_view import junction_view
from snapshard_ui.web.layout import blueprint, named_release, view_response
from snapshard_ui.web.state import State, from_form


@blueprint.get("/")
def page() -> AnyResponse:
    """The page: a search, its junctions, the evidence for one of them."""
    submitted = from_form(request.args)
    if submitted is not None:
        return redirect(submitted.url(), 303)
    state = read_params(State)
    release = named_release(state)
    content: dict[str, Any] = {
        "release": release,
        "results": None,
        "evidence": None,
        "variant": None,
    }
    if release is None:
        return view_response("search.html", state, content)
    junction = state.junction
    if state.asks:
        content["results"] = sections.results(release, state)
        junction = junction or content["results"].junction
        if content["results"].variant:
            content["variant"] = sections.variant_sites(release, state, content["results"].variant)
    if junction:
        content["evidence"] = sections.evidence(release, state, junction)
        answer = content["evidence"].answer
        if answer:
            content["view"] = junction_view(release, state, answer["name"], exists=answer["found"])
    visible = [section for section in (content["results"], content["evidence"]) if section]
    if not visible:
        content["examples"] = sections.examples(release, state)
    # One section that fails decides the status, although the other is still shown.
    status = next((section.status for section in visible if section.problem), 200)
    return view_response("search.html", state, content, status=status)
