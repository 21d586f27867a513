"""Snapshard as tools of a language model: the Model Context Protocol (https://modelcontextprotocol.io).

A tool asks the REST API through the Python client, so its numbers are those of the API, whether a
server or a data folder answers. The package `mcp` speaks the protocol; it comes with the extra `mcp`.
"""

from snapshard.mcp.server import tool_server
from snapshard.mcp.source import Source
from snapshard.mcp.tools import MOST_BYTES, TOOLS, Tool

__all__ = ["MOST_BYTES", "TOOLS", "Source", "Tool", "tool_server"]
