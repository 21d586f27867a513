"""Fills shards: readers of source formats, releases, the simulator."""
