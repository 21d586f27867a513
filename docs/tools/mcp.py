"""The generated part of docs/mcp.md: the tools."""

from snapshard.mcp import TOOLS, Tool
from snapshard.mcp.arguments import Arguments


def tool_table() -> str:
    """A row for each tool, in the order in which a client lists them."""
    rows = [f"| `{tool.name}` | {_names(tool)} | {tool.description} |" for tool in TOOLS.values()]
    return "\n".join(["| tool | arguments | answer |", "| --- | --- | --- |", *rows])


def _names(tool: Tool) -> str:
    names = [name for name in tool.arguments.model_fields if name not in Arguments.model_fields]
    return ", ".join([f"`{name}`" for name in names])


PARTS = {"tools": tool_table}
