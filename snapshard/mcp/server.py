"""The tools as a server of the protocol, whichever way its messages travel."""

import json
from functools import cache, partial
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from mcp import types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from snapshard.errors import SnapshardError
from snapshard.mcp.source import Source
from snapshard.mcp.tools import TOOLS, Tool

Context = ServerRequestContext[Any]
_VERSION = version("snapshard")
_INSTRUCTIONS = (
    "Snapshard is an index of RNA-seq exon-exon junctions: in which samples a junction is seen, and"
    " with how many reads. A junction is named by assembly, chromosome, first and last base of its"
    " intron, and strand, such as GRCh38:chr2:71548830-71549349:+. Positions are 1-based and both ends"
    " are included. Count before you list. Name the compilation, release and assembly of `about`"
    " beside every number, and say so if the data are simulated. If an answer is truncated, say how"
    " many there are and give its URL."
)


def tool_server(source: Source) -> Server[Any]:
    """A server that answers the tools from a source, each call in a thread of its own."""

    async def list_tools(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=list(_listed_tools().values()))

    async def call_tool(_: Context, call: types.CallToolRequestParams) -> types.CallToolResult:
        if call.name not in TOOLS:
            expected = f"expected one of {', '.join(TOOLS)}, got {call.name!r}"
            raise MCPError(types.INVALID_PARAMS, f"tool: {expected}")
        return await to_thread.run_sync(
            partial(_result, TOOLS[call.name], source, call.arguments or {})
        )

    return Server(
        "snapshard",
        version=_VERSION,
        title="Snapshard",
        instructions=_INSTRUCTIONS,
        get_tool_input_schema=_input_schema,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


@cache
def _listed_tools() -> dict[str, types.Tool]:
    """The tools as a client reads them, by name."""
    # Their schemas take longer to write than most tools to answer.
    hints = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    return {
        tool.name: types.Tool(
            name=tool.name,
            description=tool.description,
            input_schema=tool.arguments.model_json_schema(),
            annotations=hints,
        )
        for tool in TOOLS.values()
    }


def _input_schema(name: str) -> dict[str, Any] | None:
    return _listed_tools()[name].input_schema if name in TOOLS else None


def _result(tool: Tool, source: Source, arguments: dict[str, Any]) -> types.CallToolResult:
    """The answer as text and as an object; an error that the model can correct as text."""
    try:
        text = tool.answer(source, arguments)
    except SnapshardError as exc:
        return types.CallToolResult(content=[types.TextContent(text=str(exc))], is_error=True)
    return types.CallToolResult(
        content=[types.TextContent(text=text)], structured_content=json.loads(text)
    )
