"""The route of the endpoint. What must hold:

- A web page sends an Origin. Only pages of this machine may use the tools, so that a page whose name
  leads to this server (DNS rebinding) cannot. Programs send no Origin.
- The server sends nothing of its own accord: GET and DELETE get status 405, as the specification
  demands.
- A server without the extra imports nothing for it.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden, MethodNotAllowed, NotFound

blueprint = Blueprint("mcp", __name__)
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@blueprint.route("/mcp", methods=["GET", "POST", "DELETE"])
def mcp() -> Response:
    """The response to a message of the protocol."""
    _check_origin(request.headers.get("Origin"))
    try:
        from snapshard_ui.mcp.exchange import exchange_response
    except ModuleNotFoundError as exc:
        hint = f"/mcp needs the package {exc.name} on the server: pip install 'snapshard[mcp]'"
        raise NotFound(hint) from exc
    if request.method != "POST":
        raise MethodNotAllowed(["POST"], "the server sends no messages: POST one to get an answer")
    return exchange_response()


def _check_origin(origin: str | None) -> None:
    """Raises Forbidden for a web page that is not of this machine."""
    if origin is None:
        return
    try:
        host = urlsplit(origin).hostname
    except ValueError:
        host = None
    if host not in _LOCAL_HOSTS:
        hosts = ", ".join(_LOCAL_HOSTS)
        raise Forbidden(f"Origin: expected none or a page of {hosts}, got {origin[:200]!r}")
