"""The command line on the shards of a test's server."""

from click.testing import CliRunner

from snapshard.__main__ import snapshard


def run_command(*arguments):
    """The exit code of a command, and what it printed, its error included."""
    result = CliRunner().invoke(snapshard, list(map(str, arguments)))
    error = result.exception
    text = "" if error is None or isinstance(error, SystemExit) else str(error)
    return result.exit_code, result.output + text
