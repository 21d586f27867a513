"""How a command ends: an exit code, and one line on standard error if it failed. Never a traceback."""

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from tempfile import mkstemp

import click

from snapshard.errors import SnapshardError

_STOPPED = 130
"""The exit code after Ctrl-C, as shells expect it (128 + SIGINT)."""


def run_command(command: Callable[[], object]) -> None:
    """Runs a command and ends the process. A command of click's must not be in standalone mode.

    A SnapshardError has its own exit code, Ctrl-C has 130, and any other error 1. The traceback of
    an error that nobody foresaw goes to a file that the line names.
    """
    try:
        _prepare_output()
        command()
        # What is still buffered must be written while an error can be reported.
        sys.stdout.flush()
    except click.ClickException as exc:
        exc.show()
        _exit(exc.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _exit(_STOPPED)
    except SnapshardError as exc:
        _fail(str(exc), exc.exit_code)
    except BrokenPipeError:
        # The reader has seen enough, as with `| head`.
        _exit(1)
    except OSError as exc:
        _fail(_reason(exc))
    except UnicodeEncodeError as exc:
        # Arguments that are not text in the encoding of the shell arrive as surrogates.
        _fail(f"expected text in UTF-8, got {exc.object!r}", 2)
    except Exception as exc:
        _fail(_unexpected(exc))
    sys.exit(0)


def _prepare_output() -> None:
    """Writes characters that the terminal's encoding lacks as escapes, as in `\\u2212`."""
    if sys.stdout is None:
        raise SnapshardError("standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        # Tests and notebooks may have replaced the stream by one without this method.
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    return ": ".join([*names, reason]) if names else f"cannot read or write: {reason}"


def _unexpected(error: Exception) -> str:
    reason = (str(error).strip() or "no reason given").splitlines()[0]
    line = f"unexpected {type(error).__name__}: {reason}"
    try:
        number, path = mkstemp(prefix="snapshard-error-", suffix=".log")
        with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError as exc:
        return f"{line}; the details could not be written: {exc.strerror}"
    return f"{line}; {path} has the details"


def _fail(message: str, code: int = 1) -> None:
    line = " ".join(message.splitlines())
    click.echo(f"snapshard: {line}", err=True)
    _exit(code)


def _exit(code: int) -> None:
    # Python writes what is still buffered when it ends. If that is what failed, it would fail again,
    # with lines of its own and another code.
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
