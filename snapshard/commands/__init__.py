"""The sub-commands that ask: of a server's URL and of a local data folder alike."""
