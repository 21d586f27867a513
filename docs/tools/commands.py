"""The generated part of docs/commands.md: the output of --help."""

from collections.abc import Iterator

import click

from snapshard.__main__ import snapshard as program

WIDTH = 110


def help_sections() -> str:
    """A section for the program and one for each sub-command, in the order of the program's list."""
    return "\n".join(
        f"## `{name}`\n\n```text\n{text}\n```\n"
        for name, text in _help_texts(program, "snapshard", None)
    )


def _help_texts(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[tuple[str, str]]:
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, parent, info_name=name, **settings)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for child_name in command.list_commands(context):
            child = command.get_command(context, child_name)
            if child is not None:
                yield from _help_texts(child, child_name, context)


PARTS = {"help": help_sections}
