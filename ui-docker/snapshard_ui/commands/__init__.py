"""The sub-commands that need the server."""
