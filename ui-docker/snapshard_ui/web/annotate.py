"""The view that compares a person's own file of junctions with a release. The browser sends the file to
the API and shows what comes back; without scripts the view shows the command that does the same.
"""

from werkzeug.wrappers import Response

from snapshard_ui.api import read_params
from snapshard_ui.web.layout import blueprint, named_release, permanent_url, view_response
from snapshard_ui.web.links import annotate_command
from snapshard_ui.web.state import State


@blueprint.get("/annotate")
def annotate() -> Response:
    """The form for a file, and where its lines appear."""
    state = read_params(State)
    release = named_release(state)
    content = {
        "release": release,
        "permanent": permanent_url("pages.annotate", release),
        "command": annotate_command(release) if release else "",
    }
    return view_response("annotate.html", state, content)
