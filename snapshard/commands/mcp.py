"""`snapshard mcp`: the tools for a language model on this machine."""

from typing import Any

import anyio
import click
from mcp.server.stdio import stdio_server

from snapshard.commands.options import client_of, target_options
from snapshard.mcp import Source, tool_server


@click.command()
@target_options
def mcp(**options: Any) -> None:
    """Serve tools for a language model on standard input and output (Model Context Protocol).

    A program such as Claude Desktop starts this command and talks to it; docs/mcp.md says how. The
    tools count and list junctions, and report evidence, PSI and consequences. A server itself has the
    same tools at its address /mcp.

    \b
    Examples:
      snapshard mcp --server https://snapshard.example.org
      snapshard mcp --data /big/disk/snapshard --compilation gtex
      claude mcp add snapshard -- snapshard mcp --data /big/disk/snapshard
    """
    folder = options["data"]
    with client_of(options) as client:
        anyio.run(_serve, Source(client, client.server, folder))


async def _serve(source: Source) -> None:
    server = tool_server(source)
    async with stdio_server() as (messages, answers):
        await server.run(messages, answers, server.create_initialization_options())
