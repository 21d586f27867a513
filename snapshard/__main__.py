"""The snapshard command. Each sub-command is in the package that does its work."""

import importlib
from functools import partial

import click

from snapshard.commands.running import run_command

_COMMANDS = {
    "simulate": ("snapshard_populate.commands.simulate", "load"),
    "load": ("snapshard_populate.commands.load", "load"),
    "releases": ("snapshard_populate.commands.releases", "load"),
    "remove-samples": ("snapshard_populate.commands.remove_samples", "load"),
    "pipeline": ("snapshard_populate.commands.pipeline", "pipeline"),
    "serve": ("snapshard_ui.commands.serve", "server"),
    "mcp": ("snapshard.commands.mcp", "mcp"),
    "query": ("snapshard.commands.query", ""),
    "evidence": ("snapshard.commands.evidence", ""),
    "sheet": ("snapshard.commands.sheet", ""),
    "annotate": ("snapshard.commands.annotate", ""),
    "sites": ("snapshard.commands.sites", ""),
    "variant": ("snapshard.commands.variant", ""),
    "consequence": ("snapshard.commands.consequence", ""),
    "samples": ("snapshard.commands.samples", ""),
    "genes": ("snapshard.commands.genes", ""),
    "psi": ("snapshard.commands.psi", ""),
    "compare": ("snapshard.commands.compare", ""),
    "splicing": ("snapshard.commands.splicing", ""),
    "picture": ("snapshard.commands.picture", ""),
    "export": ("snapshard.commands.export", ""),
    "tool-files": ("snapshard.commands.tool_files", ""),
    "publish-files": ("snapshard.commands.publish_files", "files"),
    "job": ("snapshard.commands.job", "duckdb"),
    "router": ("snapshard.commands.router", "router"),
    "build-arrays": ("snapshard.commands.build_arrays", "server"),
    "backup": ("snapshard_populate.commands.backup", "embedded"),
    "restore": ("snapshard_populate.commands.backup", "embedded"),
    "upgrade-data": ("snapshard_populate.commands.backup", "embedded"),
    "shards": ("snapshard.commands.shards", ""),
}
"""For each sub-command, the module that defines it and the extra that installs its dependencies."""


class Commands(click.Group):
    """Imports a sub-command only when it is used, so that each needs only its own extra."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module, extra = _COMMANDS[name]
        try:
            command: click.Command = getattr(
                importlib.import_module(module), name.replace("-", "_")
            )
        except ModuleNotFoundError as exc:
            if not extra:
                raise
            return _missing(name, str(exc.name), extra)
        return command


def _missing(name: str, package: str, extra: str) -> click.Command:
    """A placeholder for a sub-command whose extra is not installed: it prints the pip command.

    With it, --help and the other sub-commands work without the extra.
    """
    line = f"'{name}' needs {package}: pip install 'snapshard[{extra}]'"

    def refuse(arguments: tuple[str, ...]) -> None:
        raise click.ClickException(line)

    ignored = click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)
    settings = {"ignore_unknown_options": True, "help_option_names": []}
    return click.Command(
        name, params=[ignored], callback=refuse, short_help=f"({line})", context_settings=settings
    )


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="snapshard")
def snapshard() -> None:
    """A sharded SQL index of RNA-seq exon-exon junctions.

    \b
    Try it with simulated data:
      snapshard simulate demo --junctions 100000 --samples 500
      snapshard load demo
      snapshard query chr1:400,000-500,000 --filter 'samples_count>=10'
      snapshard serve
    """


def main() -> None:
    """Runs the command and ends the process with its exit code."""
    run_command(partial(snapshard.main, prog_name="snapshard", standalone_mode=False))


if __name__ == "__main__":
    main()
