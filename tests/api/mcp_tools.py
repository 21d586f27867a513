"""The tools of a server, called by the package's own client over HTTP."""

import json

import anyio
import httpx
from mcp.client import Client


def call(target, name, arguments=None, *, mode="auto"):
    """The result of a tool; the target is an address or a transport."""

    async def result():
        async with Client(target, mode=mode) as client:
            return await client.call_tool(name, arguments or {})

    return anyio.run(result)


def answer(target, name, arguments=None, **options):
    """The answer of a tool, which is the same as text and as an object."""
    result = call(target, name, arguments, **options)
    assert not result.is_error, result.content[0].text
    [content] = result.content
    assert json.loads(content.text) == result.structured_content
    return result.structured_content


def error(target, name, arguments=None):
    """The message of a tool that fails."""
    result = call(target, name, arguments)
    assert result.is_error
    assert result.structured_content is None
    return result.content[0].text


def post(address, message, **headers):
    """The response to a message that is sent by hand."""
    media_types = {"Accept": "application/json, text/event-stream"}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(address, json=message, headers={**media_types, **names}, timeout=60)
