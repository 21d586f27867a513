"""`/mcp`: the tools of snapshard.mcp over streamable HTTP.

The package `mcp` has an ASGI application for this transport, but our server is WSGI. Each POST is one
exchange: the application gets it in an event loop of its own, which ends with the response. Without
sessions and with JSON responses, both modes of the package, nothing outlives an exchange: any worker
answers any request. A loop for each exchange takes 3 ms. A bridge such as a2wsgi would keep a loop in a
thread of each process, which does not survive the fork of a worker. What must hold:

- A tool queries this application in process, through the API: its answers pass the API's checks,
  limits, counters and log. Flask would reuse the context of the outer request, so an exchange runs
  in an empty one.
- The inner requests have the connection and the id of the outer one: if the client disconnects, their
  statements are cancelled.
- A web page sends an Origin. Only pages of this machine may use the tools, so that a page whose name
  leads to this server (DNS rebinding) cannot. Programs send no Origin.
- The server sends nothing of its own accord: GET and DELETE get status 405, as the specification
  demands.

Specification: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
"""

from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio
import httpx
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import Forbidden, MethodNotAllowed, NotFound

from snapshard.client import Client
from snapshard_ui.http import InProcess, current_record

if TYPE_CHECKING:
    from snapshard.mcp import Source

blueprint = Blueprint("mcp", __name__)
_ADDRESS = "http://local"
"""The address of requests in process; nothing listens there."""
_HEADERS = ("accept", "content-type")
"""The headers of a message that the protocol reads, besides its own."""
_OWN_HEADERS = "mcp-"
"""The start of the names of the protocol's own headers."""
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@blueprint.route("/mcp", methods=["GET", "POST", "DELETE"])
def mcp() -> Response:
    """The response to a message of the protocol."""
    _check_origin(request.headers.get("Origin"))
    try:
        from snapshard.mcp import Source
    except ModuleNotFoundError as exc:
        hint = f"/mcp needs the package {exc.name} on the server: pip install 'snapshard[mcp]'"
        raise NotFound(hint) from exc
    if request.method != "POST":
        raise MethodNotAllowed(["POST"], "the server sends no messages: POST one to get an answer")
    message = _message()
    with Client(_ADDRESS, transport=_transport(), tries=1) as client:
        source = Source(client, request.url_root)
        return Context().run(anyio.run, partial(_exchange, source, message))


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


def _message() -> httpx.Request:
    """The request as the protocol reads it."""
    headers = [
        (name, value)
        for name, value in request.headers.items()
        if name.lower() in _HEADERS or name.lower().startswith(_OWN_HEADERS)
    ]
    return httpx.Request("POST", f"{_ADDRESS}/mcp", headers=headers, content=request.get_data())


def _transport() -> InProcess:
    record = current_record()
    members = {"gunicorn.socket": record.client, "HTTP_X_REQUEST_ID": record.request_id}
    return InProcess(current_app.wsgi_app, members)


async def _exchange(source: "Source", message: httpx.Request) -> Response:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from snapshard.mcp import tool_server

    manager = StreamableHTTPSessionManager(tool_server(source), json_response=True, stateless=True)
    async with manager.run():
        transport = httpx.ASGITransport(manager.handle_request)
        response = await transport.handle_async_request(message)
        body = await response.aread()
    media_type = response.headers.get("Content-Type")
    return Response(
        body, response.status_code, {"Cache-Control": "no-store"}, content_type=media_type
    )
