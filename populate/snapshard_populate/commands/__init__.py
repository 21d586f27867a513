"""The sub-commands that fill shards, one module each."""
