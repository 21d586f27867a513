"""One exchange: a message of the protocol and its response.

The package `mcp` has an ASGI application for this transport, but our server is WSGI. The application
gets each POST in an event loop of its own, which ends with the response. Without sessions and with
JSON responses, both modes of the package, nothing outlives an exchange: any worker answers any
request. A loop for each exchange takes 3 ms. A bridge such as a2wsgi would keep a loop in a thread of
each process, which does not survive the fork of a worker. What must hold:

- A tool queries this application in process, through the API: its answers pass the API's checks,
  limits, counters and log. Flask would reuse the context of the outer request, so an exchange runs
  in an empty one.
- The inner requests have the connection and the id of the outer one: if the client disconnects, their
  statements are cancelled.
"""

from contextvars import Context
from functools import partial

import anyio
import httpx
from flask import Response, current_app, request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from snapshard.client import Client
from snapshard.mcp import Source, tool_server
from snapshard_ui.http import current_record
from snapshard_ui.http.in_process import InProcess

_ADDRESS = "http://local"
"""The address of requests in process; nothing listens there."""
_HEADERS = ("accept", "content-type")
"""The headers of a message that the protocol reads, besides its own."""
_OWN_HEADERS = "mcp-"
"""The start of the names of the protocol's own headers."""


def exchange_response() -> Response:
    """The response to the message of the current request."""
    message = _message()
    with Client(_ADDRESS, transport=_transport(), tries=1) as client:
        source = Source(client, request.url_root)
        return Context().run(anyio.run, partial(_exchange, source, message))


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


async def _exchange(source: Source, message: httpx.Request) -> Response:
    manager = StreamableHTTPSessionManager(tool_server(source), json_response=True, stateless=True)
    async with manager.run():
        transport = httpx.ASGITransport(manager.handle_request)
        response = await transport.handle_async_request(message)
        body = await response.aread()
    media_type = response.headers.get("Content-Type")
    return Response(
        body, response.status_code, {"Cache-Control": "no-store"}, content_type=media_type
    )
