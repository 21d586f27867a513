"""`/mcp`: the tools of snapshard.mcp over streamable HTTP.

Specification: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
"""

from snapshard_ui.mcp.endpoint import blueprint

__all__ = ["blueprint"]
